package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;

/** Who judges one run, second by second. For one run and one thread. */
public interface SimulatedJudge {
  /** The verdict of a look; looks come in the order of time, one for each second. */
  Verdict judge(Look look);

  /** A kind of judge. Immutable and thread-safe. */
  interface Kind {
    /** What it is called in tables. */
    String name();

    /** Whether it looks at events by user bucket, which take longer to draw. */
    default boolean looksAtBuckets() {
      return false;
    }

    /** A judge of a new run. */
    SimulatedJudge begin(SimulatedPlan plan, World world);
  }
}
