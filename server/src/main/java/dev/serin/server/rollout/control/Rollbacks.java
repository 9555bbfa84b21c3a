package dev.serin.server.rollout.control;

import dev.serin.server.rollout.journal.RunOrigin;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The rollouts that were rolled back under this process's eyes, as no run passes ROLLING_BACK
 * without the holder of the lease. Safe for all threads.
 */
final class Rollbacks {
  /** Rollouts that are remembered, those seen last: as many as are meant to have active runs. */
  static final int KEPT_MAX = 1_000;

  private final LinkedHashMap<List<String>, RolledBack> byName = new LinkedHashMap<>();

  /** A run is being rolled back since a time; may be told again and again. */
  synchronized void saw(RunOrigin run, Instant since) {
    byName.putLast(
        List.of(run.namespace(), run.rollout()),
        new RolledBack(run.namespace(), run.rollout(), since));
    if (byName.size() > KEPT_MAX) {
      byName.pollFirstEntry();
    }
  }

  /** Each rollout once. */
  synchronized List<RolledBack> all() {
    return List.copyOf(byName.values());
  }

  /** They are another holder's to tell of. */
  synchronized void forget() {
    byName.clear();
  }
}
