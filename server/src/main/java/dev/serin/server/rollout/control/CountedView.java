package dev.serin.server.rollout.control;

import dev.serin.server.outcome.Outcomes;
import dev.serin.server.outcome.aggregate.MergedView;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What was counted, where runs are judged by it. Safe for all threads. */
public interface CountedView {
  /**
   * How old what is read from now on is at most: time since it last held what all live replicas had
   * flushed; empty: it is not loaded yet.
   */
  Optional<Duration> age();

  /** Asks the thread that owns the view; the answer is made of copies. */
  <T> CompletableFuture<T> ask(Function<MergedView, T> question);

  /** That of a server. */
  static CountedView of(Outcomes outcomes) {
    return new CountedView() {
      @Override
      public Optional<Duration> age() {
        return outcomes.viewAge();
      }

      @Override
      public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
        return outcomes.ask(question);
      }
    };
  }
}
