package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.LiveRun;
import dev.serin.engine.SnapshotSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What rollouts decide about features, as the catalog sees it: the live runs that snapshots carry,
 * and the documents that must stay as they are meanwhile. Rollouts implement it.
 *
 * <p>Whoever changes it takes a revision of the namespace in the same transaction. Called by many
 * threads.
 */
public interface RunState {
  /** A store without rollouts. */
  RunState NONE =
      new RunState() {
        @Override
        public Map<String, FeatureRuns> changedSince(
            Handle handle, String namespace, long revision) {
          return Map.of();
        }

        @Override
        public void refuseWhileActive(
            SnapshotSource before, SnapshotSource after, Set<DocumentId> changed) {}
      };

  /**
   * The live runs of one feature.
   *
   * @param revision revision at which its live ranges last changed
   * @param runs at most one for each split; empty: none any more
   */
  record FeatureRuns(long revision, List<LiveRun> runs) {
    /** Copies the list. */
    public FeatureRuns {
      runs = List.copyOf(runs);
    }
  }

  /**
   * The features whose live ranges changed after a revision, by key, with all their runs.
   *
   * @param handle the transaction that also reads the documents
   * @param revision 0: every feature that has a run
   */
  Map<String, FeatureRuns> changedSince(Handle handle, String namespace, long revision);

  /**
   * Throws {@code ROLLOUT_ACTIVE} where an active run depends on what is about to change.
   *
   * <p>The change is committed only if the namespace still has the revision of {@code before}, so a
   * run that starts meanwhile makes the caller decide again.
   */
  void refuseWhileActive(SnapshotSource before, SnapshotSource after, Set<DocumentId> changed);
}
