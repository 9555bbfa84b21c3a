package dev.serin.server.catalog;

import dev.serin.engine.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * The place of one namespace in the cache: the snapshot that is served now. Written by the
 * refresher, read by any thread without locks; reading allocates nothing.
 *
 * <p>The place stays the same while its namespace is there, so a hot namespace's may be kept; when
 * it is empty the namespace is gone.
 *
 * @param <S> what is served
 */
public final class SnapshotHolding<S> {
  private final String namespace;
  private volatile @Nullable Content<S> content;

  /** When it was last known to be the store's newest, by the refresher's clock. */
  private volatile long currentAtNanos;

  SnapshotHolding(String namespace) {
    this.namespace = namespace;
  }

  /**
   * A snapshot and where it comes from.
   *
   * @param head where the namespace's history ended; null: from disk, so nobody knows
   * @param savedAtMillis when it was saved, where it comes from disk
   */
  record Content<S>(
      S prepared, Snapshot snapshot, @Nullable NamespaceHead head, long savedAtMillis) {}

  /** Name of the namespace. */
  public String namespace() {
    return namespace;
  }

  /** What is served; null: the namespace is gone. */
  public @Nullable S snapshot() {
    Content<S> now = content;
    return now == null ? null : now.prepared();
  }

  /** Revision that is served; 0: none. */
  public long revision() {
    Content<S> now = content;
    return now == null ? 0 : now.snapshot().revision();
  }

  /**
   * How long nobody has confirmed that this is the newest there is, in milliseconds; Long.MAX_VALUE
   * where it comes from disk and the store was not reached since.
   *
   * @param nowNanos now, by System.nanoTime
   */
  public long silentMillis(long nowNanos) {
    Content<S> now = content;
    if (now == null || now.head() == null) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, (nowNanos - currentAtNanos) / 1_000_000);
  }

  @Nullable Content<S> content() {
    return content;
  }

  void set(Content<S> next, long nowNanos) {
    currentAtNanos = nowNanos;
    content = next;
  }

  /** The store has nothing newer. */
  void confirm(long nowNanos) {
    currentAtNanos = nowNanos;
  }

  void clear() {
    content = null;
  }
}
