package dev.serin.server.decision;

import dev.serin.server.catalog.SnapshotCache;
import dev.serin.server.catalog.SnapshotHolding;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The snapshots that the catalog's refresher keeps current. */
public final class CachedSnapshots implements ServedSnapshots {
  private final SnapshotCache<ServedSnapshot> cache;
  private final LongSupplier nanoTime;

  /**
   * Snapshots of a cache.
   *
   * @param nanoTime the clock the refresher measures ages by
   */
  public CachedSnapshots(SnapshotCache<ServedSnapshot> cache, LongSupplier nanoTime) {
    this.cache = cache;
    this.nanoTime = nanoTime;
  }

  private record Held(SnapshotHolding<ServedSnapshot> holding, LongSupplier nanoTime)
      implements Place {
    @Override
    public @Nullable ServedSnapshot snapshot() {
      return holding.snapshot();
    }

    @Override
    public long silentMillis() {
      return holding.silentMillis(nanoTime.getAsLong());
    }
  }

  @Override
  public @Nullable Place place(String namespace) {
    SnapshotHolding<ServedSnapshot> holding = cache.holding(namespace);
    return holding == null ? null : new Held(holding, nanoTime);
  }

  @Override
  public Set<String> namespaces() {
    return cache.namespaces();
  }

  @Override
  public boolean ready() {
    return cache.ready();
  }
}
