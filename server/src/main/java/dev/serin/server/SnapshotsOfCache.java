package dev.serin.server;

import dev.serin.engine.Snapshot;
import dev.serin.server.catalog.SnapshotCache;
import dev.serin.server.decision.ServedSnapshot;
import dev.serin.server.outcome.OutcomeSnapshots;
import org.jspecify.annotations.Nullable;

/** Snapshots for those who do without what is prepared for answers. */
record SnapshotsOfCache(SnapshotCache<ServedSnapshot> cache) implements OutcomeSnapshots {
  @Override
  public @Nullable Snapshot get(String namespace) {
    ServedSnapshot served = cache.get(namespace);
    return served == null ? null : served.snapshot();
  }

  @Override
  public boolean ready() {
    return cache.ready();
  }
}
