package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

/**
 * What a look at the evidence says, as far as the machine needs to know.
 *
 * @param action what is to be done
 * @param reason of a hold: a short code that stays the same while the reason does; else empty
 * @param sentence for people: what decided, with its numbers
 * @param evidence names the evidence for whoever keeps it; opaque; may be empty
 */
public record Verdict(Action action, String reason, String sentence, String evidence) {
  /** What is to be done. */
  public enum Action {
    /** Take it back, now. */
    ROLL_BACK,
    /** Do not promote, whatever has been shown. */
    HOLD,
    /** Everything that the stage must show has been shown. */
    PROMOTE,
    /** Nothing is wrong, and something is left to be shown. */
    GO_ON
  }

  /** Checks that all is there. */
  public Verdict {
    requireNonNull(action, "action");
    requireNonNull(reason, "reason");
    requireNonNull(sentence, "sentence");
    requireNonNull(evidence, "evidence");
  }
}
