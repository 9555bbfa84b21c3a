package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.ExplainStep;
import java.util.List;

/**
 * A decision with every step that led to it.
 *
 * @param decision what evaluating answers
 * @param steps the steps in the order they were taken
 */
public record Explanation(Decision decision, List<ExplainStep> steps) {
  /** Copies the list. */
  public Explanation {
    requireNonNull(decision, "decision");
    steps = List.copyOf(steps);
  }
}
