package dev.serin.client;

import dev.serin.v1.ExplainResponse;
import java.util.concurrent.CompletableFuture;

/**
 * Whatever decides: a server behind a channel, or an engine in this process. Safe for many threads.
 * Failures are answers; nothing is thrown but by {@link #explain}.
 */
interface Evaluator extends AutoCloseable {
  /** Decides one feature; waits at most for the deadline. */
  Answer evaluate(Question question);

  /** Decides one feature; the future always completes normally, at the deadline at the latest. */
  CompletableFuture<Answer> evaluateAsync(Question question);

  /** Decides all features from one snapshot; waits at most for the deadline for each page. */
  Decisions evaluateAll(Context context, Question.Options options);

  /**
   * Decides one feature and says why.
   *
   * @throws EvaluationException if there is no answer
   */
  ExplainResponse explain(String feature, Context context, Question.Options options);

  /** Stops; what is under way may end within a bounded time. Later questions fail. */
  @Override
  void close();
}
