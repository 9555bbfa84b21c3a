package dev.serin.engine;

/** The end of a feature's decision graph: what a rule, or the default rule, serves. Immutable. */
abstract sealed class Outcome extends Step.End permits FixedOutcome, SplitOutcome {
  /** Returns what this call gets. */
  abstract Decision decide(EvaluationContext context);
}
