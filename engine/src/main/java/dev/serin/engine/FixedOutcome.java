package dev.serin.engine;

/** A variant for everybody. */
final class FixedOutcome extends Outcome {
  private final Decision decision;

  FixedOutcome(Decision decision) {
    this.decision = decision;
  }

  @Override
  Decision decide(EvaluationContext context) {
    return decision;
  }
}
