package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long a run has been at what it does, as far as somebody looked.
 *
 * @param dwell time in RUNNING in this stage
 * @param inStage time towards this stage's maximum: in RUNNING, and in HOLDING for what the
 *     evidence says
 * @param atGate time at this gate, PAUSED and HOLDING not counted
 * @param served time in which this stage served the treatment, in whatever phase; since it began or
 *     was repeated
 * @param held time in this hold for what the evidence says; 0: it holds for none of that
 */
public record Times(
    Duration dwell, Duration inStage, Duration atGate, Duration served, Duration held) {
  static final Times NONE =
      new Times(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Checks that all is there. */
  public Times {
    requireNonNull(dwell, "dwell");
    requireNonNull(inStage, "inStage");
    requireNonNull(atGate, "atGate");
    requireNonNull(served, "served");
    requireNonNull(held, "held");
  }

  /** At the next gate. */
  Times atNextGate() {
    return new Times(dwell, inStage, Duration.ZERO, served, held);
  }

  /** In a hold that begins, or in none. */
  Times notHeld() {
    return new Times(dwell, inStage, atGate, served, Duration.ZERO);
  }

  Times withDwell(Duration shorter) {
    return new Times(shorter, inStage, atGate, served, held);
  }
}
