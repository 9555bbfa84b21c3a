package dev.serin.server.decision;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.serin.server.error.ApiErrors;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that callers are reading page by page, kept for a while after a newer one is
 * served. They share what has not changed with it.
 */
final class PagedSnapshots {
  /** Snapshots kept at most. */
  private static final int KEPT_MAX = 32;

  /** How long after its last page a snapshot is kept. */
  private static final Duration KEPT_AFTER_ACCESS = Duration.ofMinutes(1);

  private final Cache<Place, ServedSnapshot> kept =
      Caffeine.newBuilder()
          .maximumSize(KEPT_MAX)
          .expireAfterAccess(KEPT_AFTER_ACCESS)
          .recordStats()
          .build();

  private record Place(String namespace, long revision) {}

  /** Shows the cache as {@code paged-snapshots}; a miss is a page that came too late. */
  void register(MeterRegistry registry) {
    CaffeineCacheMetrics.monitor(registry, kept, "paged-snapshots");
  }

  /** Keeps a snapshot of which a further page was promised. */
  void keep(ServedSnapshot snapshot) {
    kept.put(place(snapshot), snapshot);
  }

  /** The snapshot of a revision, given the newest; REVISION_GONE where it is no longer there. */
  ServedSnapshot at(ServedSnapshot newest, long revision) {
    if (newest.snapshot().revision() == revision) {
      return newest;
    }
    String namespace = newest.snapshot().namespace();
    @Nullable ServedSnapshot earlier = kept.getIfPresent(new Place(namespace, revision));
    if (earlier == null) {
      throw ApiErrors.revisionGone(namespace, revision);
    }
    return earlier;
  }

  private static Place place(ServedSnapshot snapshot) {
    return new Place(snapshot.snapshot().namespace(), snapshot.snapshot().revision());
  }
}
