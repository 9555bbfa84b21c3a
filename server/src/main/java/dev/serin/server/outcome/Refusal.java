package dev.serin.server.outcome;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.RefusalReason;

/**
 * Why an outcome is not counted, or only for display.
 *
 * @param reason for programs
 * @param text the value and what was expected
 * @param displayed true: it is counted for display, it is no evidence
 */
record Refusal(RefusalReason reason, String text, boolean displayed)
    implements Judgement, Resolution {
  /** Characters of a value in a text, so that an answer stays readable. */
  private static final int SHOWN_CHARS_MAX = 60;

  Refusal {
    requireNonNull(reason, "reason");
    requireNonNull(text, "text");
  }

  /** A refusal of an outcome that counts nowhere. */
  static Refusal of(RefusalReason reason, String text) {
    return new Refusal(reason, text, false);
  }

  /** A caller's value as part of a text. */
  static String shown(String value) {
    return value.length() <= SHOWN_CHARS_MAX
        ? "\"" + value + "\""
        : "\"" + value.substring(0, SHOWN_CHARS_MAX - 1) + "…\"";
  }

  OutcomeRefusal toProto(long sequence) {
    return OutcomeRefusal.newBuilder()
        .setSequence(sequence)
        .setReason(reason)
        .setDescription(text)
        .setDisplayed(displayed)
        .build();
  }
}
