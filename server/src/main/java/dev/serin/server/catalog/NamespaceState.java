package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.OrderedMap;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import java.util.List;
import java.util.Set;

/**
 * Everything the catalog knows of a namespace at one revision. Immutable.
 *
 * @param head the namespace's row: name, revision, identity of the change that made it
 * @param documents every document that is not deleted, archived ones too, by kind and key
 * @param killed features whose kill switch is set, whether they are there or not
 * @param runs live runs by feature
 * @param periods counting periods by feature
 * @param source the same, as snapshots are compiled from it
 */
record NamespaceState(
    NamespaceHead head,
    OrderedMap<DocumentId, StoredVersion> documents,
    Set<String> killed,
    OrderedMap<String, RunState.FeatureRuns> runs,
    OrderedMap<String, List<SplitPeriod>> periods,
    SnapshotSource source) {
  NamespaceState {
    killed = Set.copyOf(killed);
  }

  String name() {
    return head.name();
  }

  long revision() {
    return head.revision();
  }
}
