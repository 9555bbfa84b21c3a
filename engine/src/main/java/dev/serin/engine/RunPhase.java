package dev.serin.engine;

/** What a rollout's run does to the split it moves. */
public enum RunPhase {
  /** Its live ranges are served. */
  RUNNING,
  /** It ended well: everybody gets the treatment. */
  COMPLETED,
  /** It was taken back: everybody gets the control. */
  ROLLED_BACK
}
