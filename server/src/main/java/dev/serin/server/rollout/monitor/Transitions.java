package dev.serin.server.rollout.monitor;

import dev.serin.server.rollout.journal.Move;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts the transitions that this process has written, by the state they led to: the one trace in
 * meters of states that are over before anybody looks. Safe for all threads.
 */
public final class Transitions implements Consumer<Move> {
  private final Map<String, LongAdder> byState = new ConcurrentHashMap<>();

  @Override
  public void accept(Move move) {
    byState
        .computeIfAbsent(move.after().phase().toLowerCase(Locale.ROOT), state -> new LongAdder())
        .increment();
  }

  /** Shows them. */
  public void register(Metrics metrics) {
    metrics.counters(
        "serin_rollout_transitions",
        "Transitions of runs that this process has written, by the state after them.",
        List.of("state"),
        () ->
            byState.entrySet().stream()
                .map(entry -> new Sample(List.of(entry.getKey()), entry.getValue().sum()))
                .toList());
  }
}
