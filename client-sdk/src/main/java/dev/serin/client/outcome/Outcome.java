package dev.serin.client.outcome;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.serin.client.EvaluationDetails;
import dev.serin.v1.RefusalReason;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one unit after a decision. Immutable and safe to share between threads.
 *
 * <pre>{@code
 * Outcome.of(decision, "user-42").event("purchase").value("latency", 12.3)
 * }</pre>
 *
 * <p>A null is a mistake of the programmer and refused here. What depends on data (a metric that
 * nobody declared, a value that is not finite) is not: it is refused when it is reported, and
 * {@link ReporterListener#onRefused} hears of it.
 */
public final class Outcome {
  /** All that the API allows in one outcome takes less: 64 values, a token, a key. */
  static final int MAX_BYTES = 64 << 10;

  private final dev.serin.v1.Outcome message;
  private final @Nullable Problem problem;

  /** Why the reporter does not even send it. */
  record Problem(RefusalReason reason, String description) {}

  private Outcome(dev.serin.v1.Outcome message, @Nullable Problem problem) {
    this.message = message;
    this.problem = problem;
  }

  /**
   * Of a decision of this client. One that failed, so that the caller went on with a default of its
   * own, is no evidence for any variant: what is reported of it is refused.
   *
   * @param decision as {@code SerinClient.evaluateDetails} answered it
   * @param unitKey value of the split's unit, the user key by default; where a probability split
   *     answered, the decision's own id takes its place
   */
  public static Outcome of(EvaluationDetails<?> decision, String unitKey) {
    String key = decision.decisionId().isEmpty() ? unitKey : decision.decisionId();
    if (decision.decisionToken().isEmpty()) {
      return new Outcome(
          start(key).build(),
          new Problem(
              RefusalReason.REFUSAL_REASON_MISSING_FEATURE,
              "decision: none for feature \""
                  + decision.feature()
                  + "\" (expected: one with a decision token)"));
    }
    return ofToken(decision.decisionToken(), key);
  }

  /** Of a decision token that came from elsewhere: a header, a message, a database. */
  public static Outcome ofToken(String decisionToken, String unitKey) {
    return made(start(unitKey).setDecisionToken(requireNonNull(decisionToken, "decisionToken")));
  }

  /**
   * Without a token: the server finds the arm by the unit key alone, where that is possible;
   * otherwise the outcome is shown and is no evidence.
   */
  public static Outcome ofFeature(String namespace, String feature, String unitKey) {
    return made(
        start(unitKey)
            .setNamespace(requireNonNull(namespace, "namespace"))
            .setFeature(requireNonNull(feature, "feature")));
  }

  /** With an event that happened: 1. */
  public Outcome event(String metric) {
    return value(metric, 1);
  }

  /** With an event that happened (1) or did not (0). */
  public Outcome event(String metric, boolean happened) {
    return value(metric, happened ? 1 : 0);
  }

  /** With a value in the metric's measure; finite, within 10^12 of 0. At most 64 of them. */
  public Outcome value(String metric, double value) {
    return with(message.toBuilder().putValues(requireNonNull(metric, "metric"), value));
  }

  /**
   * When it happened; without it, when it is reported. At most 7 days ago and 1 minute ahead of the
   * server's clock; kept to the microsecond.
   */
  public Outcome at(Instant time) {
    return with(message.toBuilder().setTime(timestamp(time)));
  }

  /** The instance that served it, at most 128 characters; for fleets. */
  public Outcome instance(String instanceId) {
    return with(message.toBuilder().setInstanceId(requireNonNull(instanceId, "instanceId")));
  }

  /** The value of its unit; empty: none. */
  public String unitKey() {
    return message.getUnitKey();
  }

  /** The token of its decision; empty: it has none. */
  String token() {
    return message.getDecisionToken();
  }

  /**
   * As it is sent: with a time, and what it tells.
   *
   * @param dropped others with its token that were dropped, 0 to {@link Drops#MAX_TOLD}
   */
  ByteString encode(Instant now, long dropped) {
    if (message.hasTime() && dropped == 0) {
      return message.toByteString();
    }
    dev.serin.v1.Outcome.Builder sent = message.toBuilder().setDropped((int) dropped);
    if (!message.hasTime()) {
      sent.setTime(timestamp(now));
    }
    return sent.build().toByteString();
  }

  /** As it was reported: without what it told of others. */
  static Optional<Outcome> decode(ByteString encoded) {
    try {
      dev.serin.v1.Outcome sent = dev.serin.v1.Outcome.parseFrom(encoded);
      return Optional.of(new Outcome(sent.toBuilder().clearDropped().build(), null));
    } catch (InvalidProtocolBufferException unreadable) {
      return Optional.empty();
    }
  }

  @Nullable Problem problem() {
    return problem;
  }

  static Problem tooLarge(int bytes) {
    return new Problem(
        RefusalReason.REFUSAL_REASON_INVALID_OUTCOME,
        "outcome: " + bytes + " bytes (expected: at most " + MAX_BYTES + ")");
  }

  static Timestamp timestamp(Instant time) {
    // Below a microsecond there is only noise, and two bytes more.
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano() / 1_000 * 1_000)
        .build();
  }

  private Outcome with(dev.serin.v1.Outcome.Builder changed) {
    return new Outcome(changed.build(), problem);
  }

  private static dev.serin.v1.Outcome.Builder start(String unitKey) {
    return dev.serin.v1.Outcome.newBuilder().setUnitKey(requireNonNull(unitKey, "unitKey"));
  }

  private static Outcome made(dev.serin.v1.Outcome.Builder started) {
    return new Outcome(started.build(), null);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Outcome outcome
        && message.equals(outcome.message)
        && Objects.equals(problem, outcome.problem);
  }

  @Override
  public int hashCode() {
    return message.hashCode();
  }

  @Override
  public String toString() {
    return "Outcome[" + message.getUnitKey() + ", " + message.getValuesMap() + "]";
  }
}
