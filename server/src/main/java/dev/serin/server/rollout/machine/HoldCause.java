package dev.serin.server.rollout.machine;

/** Why a run holds. */
public enum HoldCause {
  /** It does not. */
  NONE,
  /** The verdict says so: data quality, a signal. Ends with a verdict that does not. */
  VERDICT,
  /** The evidence is too old. Ends with fresh evidence. */
  STALE_EVIDENCE,
  /** The stage reached its maximum time. A person decides. */
  MAXIMUM,
  /** The kill switch is set. Ends when it is lifted. */
  KILLED
}
