package dev.serin.server.rollout.plan;

import dev.serin.server.error.FieldViolation;
import java.util.List;

/** What came of reading a rollout document. */
public sealed interface PlanReading {
  /** The document is sound by itself. */
  record Valid(RolloutPlan plan) implements PlanReading {}

  /** It is not. */
  record Invalid(List<FieldViolation> violations) implements PlanReading {
    /** Copies the list. */
    public Invalid {
      violations = List.copyOf(violations);
    }
  }
}
