package dev.serin.client;

/** An {@link EvaluationError} thrown: only to callers who asked for exceptions. */
public final class EvaluationException extends RuntimeException {
  private final EvaluationError error;

  EvaluationException(EvaluationError error) {
    super(error.toString());
    this.error = error;
  }

  /** What went wrong. */
  public EvaluationError error() {
    return error;
  }

  /** Its code. */
  public ErrorCode code() {
    return error.code();
  }
}
