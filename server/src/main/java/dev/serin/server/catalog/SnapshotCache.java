package dev.serin.server.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots being served, one per namespace. Written by the refresher only: looking one up
 * never loads, blocks or allocates, and a namespace that is not here does not exist once the cache
 * is ready.
 *
 * <p>Nothing expires: the last good snapshot is served for as long as there is no better one. The
 * number of namespaces is bounded where they are created.
 *
 * @param <S> what is served
 */
public final class SnapshotCache<S> {
  private final Cache<String, SnapshotHolding<S>> holdings =
      Caffeine.newBuilder().recordStats().build();
  private volatile boolean ready;

  /**
   * Shows {@code cache_size}, {@code cache_gets_total} and their like for the cache {@code
   * snapshots}. A hit or a miss is a look-up by a caller; one that keeps its place looks up once.
   */
  public void register(MeterRegistry registry) {
    CaffeineCacheMetrics.monitor(registry, holdings, "snapshots");
  }

  /** What a namespace serves; null: there is none of this name, or it is not loaded yet. */
  public @Nullable S get(String namespace) {
    SnapshotHolding<S> holding = holdings.getIfPresent(namespace);
    return holding == null ? null : holding.snapshot();
  }

  /** The place of a namespace; null: there is none of this name, or it is not loaded yet. */
  public @Nullable SnapshotHolding<S> holding(String namespace) {
    return holdings.getIfPresent(namespace);
  }

  /** As {@link #holding}, for those who keep the cache current: no look-up of a caller. */
  @Nullable SnapshotHolding<S> kept(String namespace) {
    return holdings.asMap().get(namespace);
  }

  /** The namespaces that are served, by name. */
  public Set<String> namespaces() {
    return new TreeSet<>(holdings.asMap().keySet());
  }

  /** Whether every namespace has been loaded once. Never false again. */
  public boolean ready() {
    return ready;
  }

  void setReady() {
    ready = true;
  }

  /** Puts a snapshot in its namespace's place, made where there is none. */
  void put(String namespace, SnapshotHolding.Content<S> content, long nowNanos) {
    SnapshotHolding<S> holding = kept(namespace);
    if (holding == null) {
      // Filled before anybody can see it.
      holding = new SnapshotHolding<>(namespace);
      holding.set(content, nowNanos);
      holdings.put(namespace, holding);
    } else {
      holding.set(content, nowNanos);
    }
  }

  void remove(String namespace) {
    SnapshotHolding<S> holding = holdings.asMap().remove(namespace);
    if (holding != null) {
      holding.clear();
    }
  }
}
