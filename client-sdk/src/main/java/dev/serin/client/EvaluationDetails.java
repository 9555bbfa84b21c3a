package dev.serin.client;

import java.util.Optional;

/**
 * A value and how it came about. Texts that do not apply are empty.
 *
 * @param feature key of the feature
 * @param value the variant's value, or the caller's default where there is no decision
 * @param variant key of the variant; empty: no decision
 * @param reason why
 * @param rule id of the rule that answered; empty: none did
 * @param decisionToken what was decided, to be sent back with outcomes; empty: no decision
 * @param decisionId unit key of this call where a probability split answered; otherwise empty
 * @param featureRevision revision at which the feature last changed; 0: no decision
 * @param error what went wrong; empty: nothing
 * @param <T> type of the value
 */
public record EvaluationDetails<T>(
    String feature,
    T value,
    String variant,
    Reason reason,
    String rule,
    String decisionToken,
    String decisionId,
    long featureRevision,
    Optional<EvaluationError> error) {

  static <T> EvaluationDetails<T> failed(String feature, T defaultValue, EvaluationError error) {
    return new EvaluationDetails<>(
        feature, defaultValue, "", Reason.ERROR, "", "", "", 0, Optional.of(error));
  }

  /**
   * The value, for callers who would rather fail than go on with their default.
   *
   * @throws EvaluationException if there is an {@link #error}
   */
  public T orThrow() {
    if (error.isPresent()) {
      throw new EvaluationException(error.get());
    }
    return value;
  }
}
