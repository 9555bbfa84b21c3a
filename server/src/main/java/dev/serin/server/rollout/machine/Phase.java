package dev.serin.server.rollout.machine;

/** What a run is doing. */
public enum Phase {
  /** Not begun; the split serves its document's weights. */
  PENDING,
  /** Waiting at a gate before the next stage; the stage before goes on serving, judged. */
  GATE,
  /** In a stage. */
  RUNNING,
  /** In a stage, not promoted for a reason; serving goes on unless the kill switch is set. */
  HOLDING,
  /** Not moving upwards until a person resumes it; serving and judged all the same. */
  PAUSED,
  /** The control is served; not every holder is known to do so yet. */
  ROLLING_BACK,
  /** The control is served everywhere. */
  ROLLED_BACK,
  /** The treatment is everybody's. */
  COMPLETED,
  /** Ended by a person; the control is served. */
  CANCELLED;

  /** True: nothing happens to the run any more. */
  public boolean isOver() {
    return this == ROLLED_BACK || this == COMPLETED || this == CANCELLED;
  }
}
