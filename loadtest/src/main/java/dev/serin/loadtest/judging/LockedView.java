package dev.serin.loadtest.judging;

import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.rollout.control.CountedView;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A view of outcomes that whoever asks reads by its own thread, so that what reading costs can be
 * told from what counting does. Safe for all threads.
 */
final class LockedView implements CountedView {
  /** What a server's flushes make it. */
  private static final Duration AGE = Duration.ofMillis(500);

  private final MergedView view = new MergedView();

  /** Counts what a caller puts into a delta. */
  synchronized void count(Consumer<DeltaBuilder> outcomes) {
    DeltaBuilder builder = new DeltaBuilder(view);
    outcomes.accept(builder);
    view.apply(builder.build());
  }

  @Override
  public Optional<Duration> age() {
    return Optional.of(AGE);
  }

  @Override
  public synchronized <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    return CompletableFuture.completedFuture(question.apply(view));
  }
}
