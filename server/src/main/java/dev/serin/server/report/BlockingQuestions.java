package dev.serin.server.report;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.aggregate.MergedView;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Asks what is counted, and waits for the answer; for threads that may. */
record BlockingQuestions(ViewQuestions questions) {
  /** How long a question may wait: the view is busy for milliseconds, not for seconds. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /**
   * Asks a question.
   *
   * @throws ApiException where it is refused, takes too long, or the server stops
   */
  <T> T ask(Function<MergedView, T> question) {
    CompletableFuture<T> answer = questions.ask(question);
    try {
      return answer.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ApiException refused) {
        throw refused;
      }
      throw new IllegalStateException("question about outcomes failed", failed.getCause());
    } catch (TimeoutException late) {
      throw ApiErrors.overloaded("questions about outcomes", MAX_WAIT.toSeconds(), "seconds");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw ApiErrors.shuttingDown();
    }
  }
}
