package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.MergedView;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Asks what is counted, of whoever owns it. Safe for all threads. */
public interface ViewQuestions {
  /**
   * Asks a question.
   *
   * @param question asked once, on the owner's thread: it copies what it needs and keeps nothing of
   *     the view
   * @return its answer; fails with an {@link dev.serin.server.error.ApiException} where the view is
   *     not loaded yet, or too many questions wait
   */
  <T> CompletableFuture<T> ask(Function<MergedView, T> question);
}
