package dev.serin.server.decision;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A decision drawn for one call alone: its bytes carry a decision id. */
final class DrawnDecision implements Answer {
  /** Field 6 of EvaluateResponse, length-delimited. */
  private static final byte DECISION_ID_TAG = 6 << 3 | 2;

  private final ServedDecision served;
  private final byte[] bytes;

  /**
   * A decision.
   *
   * @param decisionId ASCII, at most 127 characters
   */
  DrawnDecision(ServedDecision served, String decisionId) {
    byte[] id = decisionId.getBytes(StandardCharsets.US_ASCII);
    byte[] prepared = served.bytes();
    byte[] whole = Arrays.copyOf(prepared, prepared.length + 2 + id.length);
    whole[prepared.length] = DECISION_ID_TAG;
    whole[prepared.length + 1] = (byte) id.length;
    System.arraycopy(id, 0, whole, prepared.length + 2, id.length);
    this.served = served;
    this.bytes = whole;
  }

  /** What was decided. */
  ServedDecision served() {
    return served;
  }

  /** The answer as it is sent. Not to be changed. */
  byte[] bytes() {
    return bytes;
  }
}
