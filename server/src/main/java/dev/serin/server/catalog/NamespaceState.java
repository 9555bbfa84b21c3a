package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.OrderedMap;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import java.util.List;

/**
 * Everything the catalog knows of a namespace at one revision. Immutable.
 *
 * @param head the namespace's row: name, revision, identity of the change that made it
 * @param documents every document that is not deleted, archived ones too, by kind and key
 * @param kills the last time that each feature's kill switch was set or lifted, by feature, whether
 *     that is there or not
 * @param runs runs by feature
 * @param periods counting periods by feature
 * @param source the same, as snapshots are compiled from it
 */
record NamespaceState(
    NamespaceHead head,
    OrderedMap<DocumentId, StoredVersion> documents,
    OrderedMap<String, KillRows.Kill> kills,
    OrderedMap<String, FeatureRuns> runs,
    OrderedMap<String, List<SplitPeriod>> periods,
    SnapshotSource source) {
  String name() {
    return head.name();
  }

  long revision() {
    return head.revision();
  }

  /** Whether a feature's kill switch is set. */
  boolean isKilled(String feature) {
    KillRows.Kill kill = kills.get(feature);
    return kill != null && kill.killed();
  }

  /** The runs that own their splits, by feature. */
  List<ServedRun> activeRuns() {
    return runs.values().stream().flatMap(feature -> feature.active().stream()).toList();
  }
}
