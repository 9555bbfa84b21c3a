package dev.serin.server.rollout.gate;

import static java.util.Objects.requireNonNull;

/**
 * What became of a question.
 *
 * @param id of the question
 * @param passed false: refused, or nobody answered for as long as that was waited for
 * @param detail what was answered, for people, one line
 */
public record GateAnswer(OpenGate.Id id, boolean passed, String detail) {
  /** Checks that all is there. */
  public GateAnswer {
    requireNonNull(id, "id");
    requireNonNull(detail, "detail");
  }
}
