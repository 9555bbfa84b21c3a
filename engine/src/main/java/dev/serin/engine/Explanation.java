package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.ExplainStep;
import java.util.List;

/**
 * A decision with every step that led to it.
 *
 * @param decision what evaluating answers
 * @param answer the same as it is sent, with the decision id where the call is the unit
 * @param steps the steps in the order they were taken; those of a prerequisite, condition or
 *     segment follow it, one level deeper
 * @param revision revision of the snapshot that was read
 * @param userKeyHash hash of the user key, 16 hexadecimal digits; empty: there is no user key
 */
public record Explanation(
    Decision decision,
    EvaluateResponse answer,
    List<ExplainStep> steps,
    long revision,
    String userKeyHash) {
  /** Copies the list. */
  public Explanation {
    requireNonNull(decision, "decision");
    requireNonNull(answer, "answer");
    steps = List.copyOf(steps);
    requireNonNull(userKeyHash, "userKeyHash");
  }

  /** Returns the explanation as it is sent. */
  public ExplainResponse toResponse() {
    ExplainResponse.Builder response =
        ExplainResponse.newBuilder()
            .setDecision(answer)
            .addAllSteps(steps)
            .setRevision(revision)
            .setArm(decision.arm())
            .setUserKeyHash(userKeyHash);
    DecisionToken token = DecisionToken.decode(decision.token());
    if (!token.split().isEmpty() && token.run().isEmpty()) {
      response.setPeriod(token.period());
    }
    return response.build();
  }
}
