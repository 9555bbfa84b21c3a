package dev.serin.client;

import dev.serin.v1.EvaluateResponse;

/** What an {@link Evaluator} says: a decision, or why there is none. */
sealed interface Answer {
  /** A decision. */
  record Decided(EvaluateResponse response) implements Answer {}

  /** None, and why. */
  record Failed(EvaluationError error) implements Answer {}

  static Answer failed(ErrorCode code, String message) {
    return new Failed(new EvaluationError(code, message));
  }
}
