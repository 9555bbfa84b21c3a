package dev.serin.client;

import com.google.protobuf.Value;
import dev.serin.v1.ExplainResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a Serin server which variant a user gets. Make one per process and namespace; safe for many
 * threads; close it at the end.
 *
 * <pre>{@code
 * try (SerinClient serin = SerinClient.builder("127.0.0.1:8980").plaintext().build()) {
 *   boolean on = serin.evaluate("new-checkout", Context.user("user-42"), false);
 * }
 * }</pre>
 *
 * <p>An evaluation never throws and never waits longer than the deadline: whatever goes wrong, the
 * caller gets the default, and {@code evaluateDetails} says why. Who would rather have an exception
 * asks for it with {@link EvaluationDetails#orThrow}.
 */
public final class SerinClient implements AutoCloseable {
  private final Evaluator evaluator;
  private final Connection connection;
  private final Question.Options options;

  SerinClient(Evaluator evaluator, Connection connection, Question.Options options) {
    this.evaluator = evaluator;
    this.connection = connection;
    this.options = options;
  }

  /**
   * A builder of clients.
   *
   * @param target {@code host:port}, or a gRPC name such as {@code dns:///serin.example:8980}; all
   *     addresses a name has are used in turn
   */
  public static SerinClientBuilder builder(String target) {
    return new SerinClientBuilder(target);
  }

  /** The value of a bool feature. */
  public boolean evaluate(String feature, Context context, boolean defaultValue) {
    return evaluateDetails(feature, context, defaultValue).value();
  }

  /** The value of a text feature. */
  public String evaluate(String feature, Context context, String defaultValue) {
    return evaluateDetails(feature, context, defaultValue).value();
  }

  /** The value of a number feature. */
  public double evaluate(String feature, Context context, double defaultValue) {
    return evaluateDetails(feature, context, defaultValue).value();
  }

  /** The value of a number feature that is an integer; another number is a type mismatch. */
  public long evaluate(String feature, Context context, long defaultValue) {
    return evaluateDetails(feature, context, defaultValue).value();
  }

  /** The value of a JSON feature: an object or a list. */
  public Value evaluate(String feature, Context context, Value defaultValue) {
    return evaluateDetails(feature, context, defaultValue).value();
  }

  /** The value of a bool feature, and how it came about. */
  public EvaluationDetails<Boolean> evaluateDetails(
      String feature, Context context, boolean defaultValue) {
    return details(feature, context, defaultValue, ValueKind.BOOLEAN);
  }

  /** The value of a text feature, and how it came about. */
  public EvaluationDetails<String> evaluateDetails(
      String feature, Context context, String defaultValue) {
    return details(feature, context, defaultValue, ValueKind.STRING);
  }

  /** The value of a number feature, and how it came about. */
  public EvaluationDetails<Double> evaluateDetails(
      String feature, Context context, double defaultValue) {
    return details(feature, context, defaultValue, ValueKind.DOUBLE);
  }

  /** The value of a number feature that is an integer, and how it came about. */
  public EvaluationDetails<Long> evaluateDetails(
      String feature, Context context, long defaultValue) {
    return details(feature, context, defaultValue, ValueKind.LONG);
  }

  /** The value of a JSON feature, and how it came about. */
  public EvaluationDetails<Value> evaluateDetails(
      String feature, Context context, Value defaultValue) {
    return details(feature, context, defaultValue, ValueKind.JSON);
  }

  /** As {@code evaluateDetails}, without waiting; the future never completes exceptionally. */
  public CompletableFuture<EvaluationDetails<Boolean>> evaluateAsync(
      String feature, Context context, boolean defaultValue) {
    return async(feature, context, defaultValue, ValueKind.BOOLEAN);
  }

  /** As {@code evaluateDetails}, without waiting; the future never completes exceptionally. */
  public CompletableFuture<EvaluationDetails<String>> evaluateAsync(
      String feature, Context context, String defaultValue) {
    return async(feature, context, defaultValue, ValueKind.STRING);
  }

  /** As {@code evaluateDetails}, without waiting; the future never completes exceptionally. */
  public CompletableFuture<EvaluationDetails<Double>> evaluateAsync(
      String feature, Context context, double defaultValue) {
    return async(feature, context, defaultValue, ValueKind.DOUBLE);
  }

  /** As {@code evaluateDetails}, without waiting; the future never completes exceptionally. */
  public CompletableFuture<EvaluationDetails<Long>> evaluateAsync(
      String feature, Context context, long defaultValue) {
    return async(feature, context, defaultValue, ValueKind.LONG);
  }

  /** As {@code evaluateDetails}, without waiting; the future never completes exceptionally. */
  public CompletableFuture<EvaluationDetails<Value>> evaluateAsync(
      String feature, Context context, Value defaultValue) {
    return async(feature, context, defaultValue, ValueKind.JSON);
  }

  /**
   * Decides all features of the namespace from one snapshot, to hand them on (to a page, to an
   * app). Counts no exposure. Never throws; waits at most for the deadline for each page of 1 000
   * features.
   */
  public Decisions evaluateAll(Context context) {
    if (context == null) {
      return Decisions.failed(missing("context"));
    }
    try {
      return evaluator.evaluateAll(context, options);
    } catch (RuntimeException failure) {
      return Decisions.failed(unexpected(failure));
    }
  }

  /**
   * Decides one feature and says why, step by step and draw by draw. For people who look into one
   * decision; counts no exposure.
   *
   * @throws EvaluationException if there is no answer: an explanation has no default
   */
  public ExplainResponse explain(String feature, Context context) {
    return evaluator.explain(feature, context, options);
  }

  /** This client with another deadline; both share one connection and one {@link #close}. */
  public SerinClient withDeadline(Duration deadline) {
    return new SerinClient(
        evaluator,
        connection,
        new Question.Options(SerinClientBuilder.checkDeadline(deadline), options.recordExposure()));
  }

  /**
   * This client for probes and prefetches, whose answers are no exposures; both share one
   * connection and one {@link #close}.
   */
  public SerinClient withoutExposures() {
    return new SerinClient(evaluator, connection, new Question.Options(options.deadline(), false));
  }

  /**
   * Waits until a server is connected, so that the first evaluation after it finds one.
   *
   * @return false: none was within the timeout
   */
  public boolean awaitConnected(Duration timeout) throws InterruptedException {
    return connection.await(timeout);
  }

  /** Ends the connection; calls under way may end within the builder's drain time. */
  @Override
  public void close() {
    evaluator.close();
  }

  private <T> EvaluationDetails<T> details(
      String feature, Context context, T defaultValue, ValueKind<T> kind) {
    if (feature == null || context == null) {
      return refused(feature, defaultValue);
    }
    try {
      Answer answer = evaluator.evaluate(new Question(feature, context, kind.type(), options));
      return Reading.details(feature, answer, defaultValue, kind);
    } catch (RuntimeException failure) {
      return EvaluationDetails.failed(feature, defaultValue, unexpected(failure));
    }
  }

  private <T> CompletableFuture<EvaluationDetails<T>> async(
      String feature, Context context, T defaultValue, ValueKind<T> kind) {
    if (feature == null || context == null) {
      return CompletableFuture.completedFuture(refused(feature, defaultValue));
    }
    return evaluator
        .evaluateAsync(new Question(feature, context, kind.type(), options))
        .thenApply(answer -> Reading.details(feature, answer, defaultValue, kind))
        .exceptionally(
            failure -> EvaluationDetails.failed(feature, defaultValue, unexpected(failure)));
  }

  /** A null that a caller without null checks passed: answered, not thrown. */
  private static <T> EvaluationDetails<T> refused(String feature, T defaultValue) {
    return feature == null
        ? EvaluationDetails.failed("", defaultValue, missing("feature"))
        : EvaluationDetails.failed(feature, defaultValue, missing("context"));
  }

  private static EvaluationError missing(String argument) {
    return new EvaluationError(
        argument.equals("context") ? ErrorCode.INVALID_CONTEXT : ErrorCode.GENERAL,
        argument + ": null (expected: one)");
  }

  private static EvaluationError unexpected(Throwable failure) {
    return new EvaluationError(ErrorCode.GENERAL, "unexpected: " + failure);
  }
}
