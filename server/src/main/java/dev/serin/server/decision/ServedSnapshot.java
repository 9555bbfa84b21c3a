package dev.serin.server.decision;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Snapshot;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A namespace as it is served at one revision: its compiled features with everything ready to be
 * sent. Immutable but for counters and a small memory of misspelt keys; safe for all threads.
 */
public final class ServedSnapshot {
  /** Misspelt keys whose nearest key is remembered, so that repeating one costs a look-up. */
  private static final int MISSPELT_MAX = 1_000;

  private final Snapshot snapshot;
  private final IdentityHashMap<CompiledFeature, ServedFeature> features;

  /** Features that runs move. */
  private final int live;

  private final ConcurrentMap<String, Optional<String>> misspelt = new ConcurrentHashMap<>();

  private ServedSnapshot(
      Snapshot snapshot, IdentityHashMap<CompiledFeature, ServedFeature> features, int live) {
    this.snapshot = snapshot;
    this.features = features;
    this.live = live;
  }

  /**
   * Prepares a snapshot.
   *
   * @param previous the one served before: its unchanged features are taken over, and the counters
   *     of the changed ones go on; null: there is none
   */
  public static ServedSnapshot prepare(Snapshot snapshot, @Nullable ServedSnapshot previous) {
    return previous == null ? anew(snapshot) : previous.next(snapshot);
  }

  private static ServedSnapshot anew(Snapshot snapshot) {
    var features = new IdentityHashMap<CompiledFeature, ServedFeature>(snapshot.features().size());
    int live = 0;
    for (CompiledFeature feature : snapshot.features()) {
      features.put(feature, new ServedFeature(feature, null));
      live += isLive(feature) ? 1 : 0;
    }
    return new ServedSnapshot(snapshot, features, live);
  }

  @SuppressWarnings("unchecked") // It is a copy of a map of this type.
  private ServedSnapshot next(Snapshot next) {
    // The table as it is: filling a new one with thousands takes far longer than copying it.
    var served = (IdentityHashMap<CompiledFeature, ServedFeature>) features.clone();
    int[] nowLive = {live};
    next.forEachDifference(
        snapshot,
        (before, after) -> {
          ServedFeature earlier = before == null ? null : served.remove(before);
          nowLive[0] -= before != null && isLive(before) ? 1 : 0;
          if (after != null) {
            served.put(after, new ServedFeature(after, earlier));
            nowLive[0] += isLive(after) ? 1 : 0;
          }
        });
    return new ServedSnapshot(next, served, nowLive[0]);
  }

  private static boolean isLive(CompiledFeature feature) {
    return !feature.source().runs().isEmpty();
  }

  /** What the engine decides with. */
  public Snapshot snapshot() {
    return snapshot;
  }

  @Nullable ServedFeature feature(String key) {
    CompiledFeature compiled = snapshot.feature(key);
    return compiled == null ? null : features.get(compiled);
  }

  /** The feature with a key given as UTF-8; null: there is none. */
  @Nullable ServedFeature feature(byte[] utf8, int offset, int length) {
    CompiledFeature compiled = snapshot.feature(utf8, offset, length);
    return compiled == null ? null : features.get(compiled);
  }

  /** Whether runs move any of its features: only then does it matter how fresh it is. */
  boolean live() {
    return live > 0;
  }

  /** The served form of a feature of this snapshot. */
  ServedFeature served(CompiledFeature feature) {
    return Objects.requireNonNull(features.get(feature), feature.key());
  }

  /** All features by key. */
  Stream<ServedFeature> features() {
    return snapshot.features().stream().map(this::served);
  }

  /** The key that may have been meant by one that is not there. */
  Optional<String> nearest(String key) {
    Optional<String> known = misspelt.get(key);
    if (known != null) {
      return known;
    }
    if (misspelt.size() >= MISSPELT_MAX) {
      return Optional.empty();
    }
    Optional<String> nearest =
        NearestKey.of(key, snapshot.features().stream().map(CompiledFeature::key).toList());
    misspelt.put(key, nearest);
    return nearest;
  }
}
