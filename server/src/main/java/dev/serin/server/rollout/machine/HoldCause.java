package dev.serin.server.rollout.machine;

/** Why a run holds. */
public enum HoldCause {
  /** It does not. */
  NONE,
  /**
   * The verdict says so: data quality, a signal. Ends with a verdict that does not; of alarms that
   * stay there is none.
   */
  VERDICT,
  /** The evidence is too old. Ends with fresh evidence. */
  STALE_EVIDENCE,
  /**
   * Everything is shown, and a freeze stops traffic from rising. Ends with the freeze, and does not
   * count towards the stage's maximum.
   */
  FROZEN,
  /** The stage reached its maximum time. A person decides. */
  MAXIMUM,
  /** The kill switch is set. Ends when it is lifted. */
  KILLED
}
