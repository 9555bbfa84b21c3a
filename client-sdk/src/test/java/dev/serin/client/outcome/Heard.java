package dev.serin.client.outcome;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what a listener is told. */
final class Heard implements ReporterListener {
  final List<RefusedOutcome> refused = new CopyOnWriteArrayList<>();
  final List<Long> dropped = new CopyOnWriteArrayList<>();
  final List<String> fenced = new CopyOnWriteArrayList<>();
  final AtomicLong lost = new AtomicLong();

  @Override
  public void onRefused(RefusedOutcome outcome) {
    refused.add(outcome);
  }

  @Override
  public void onDropped(long outcomes) {
    dropped.add(outcomes);
  }

  @Override
  public void onLost(long outcomes) {
    lost.addAndGet(outcomes);
  }

  @Override
  public void onFenced(String description) {
    fenced.add(description);
  }
}
