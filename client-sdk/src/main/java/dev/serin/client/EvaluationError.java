package dev.serin.client;

/**
 * What went wrong with one evaluation.
 *
 * @param code OpenFeature's code
 * @param message for people: what was found and what was expected
 */
public record EvaluationError(ErrorCode code, String message) {
  @Override
  public String toString() {
    return code + ": " + message;
  }
}
