package dev.serin.server.rollout;

import dev.serin.v1.Verdict;
import java.util.Optional;

/** What this process knows of runs that it acts for, and no store does. Safe for all threads. */
public interface LiveRuns {
  /** The newest look at a run by its id; empty: this process has not looked at it. */
  Optional<Verdict> verdict(String run);

  /** Why a run stays where it stands, as the newest tick found, a sentence; empty: not known. */
  String because(String run);
}
