package dev.serin.client;

import dev.serin.v1.EvaluateResponse;
import java.util.Optional;

/** Turns answers into details: the value in the caller's type, the reason, what went wrong. */
final class Reading {
  private Reading() {}

  /** The details of an answer, with the caller's default where it holds no such value. */
  static <T> EvaluationDetails<T> details(
      String feature, Answer answer, T defaultValue, ValueKind<T> kind) {
    if (answer instanceof Answer.Failed failed) {
      return EvaluationDetails.failed(feature, defaultValue, failed.error());
    }
    EvaluateResponse response = ((Answer.Decided) answer).response();
    T value = kind.read().apply(response.getValue());
    if (value != null) {
      return details(feature, value, response);
    }
    ErrorCode code = response.hasValue() ? ErrorCode.TYPE_MISMATCH : ErrorCode.PARSE_ERROR;
    String found = response.getValue().getKindCase().name();
    return EvaluationDetails.failed(
        feature,
        defaultValue,
        new EvaluationError(code, "value: " + found + " (expected: " + kind.expected() + ")"));
  }

  /** The details of a decision whose value is at hand. */
  static <T> EvaluationDetails<T> details(String feature, T value, EvaluateResponse decision) {
    Reason reason = Reason.of(decision.getReason());
    return new EvaluationDetails<>(
        feature,
        value,
        decision.getVariant(),
        reason,
        decision.getRule(),
        decision.getDecisionToken(),
        decision.getDecisionId(),
        decision.getFeatureRevision(),
        reason == Reason.TARGETING_KEY_MISSING ? Optional.of(keyMissing()) : Optional.empty());
  }

  private static EvaluationError keyMissing() {
    return new EvaluationError(
        ErrorCode.TARGETING_KEY_MISSING,
        "unit: missing in the context (expected: the attribute the feature's split draws by)");
  }
}
