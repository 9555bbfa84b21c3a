package dev.serin.server.decision;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Snapshot;
import java.util.IdentityHashMap;
import java.util.Map;
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
  private final Map<CompiledFeature, ServedFeature> features;
  private final boolean live;
  private final ConcurrentMap<String, Optional<String>> misspelt = new ConcurrentHashMap<>();

  private ServedSnapshot(Snapshot snapshot, Map<CompiledFeature, ServedFeature> features) {
    this.snapshot = snapshot;
    this.features = features;
    this.live = features.keySet().stream().anyMatch(feature -> !feature.source().runs().isEmpty());
  }

  /**
   * Prepares a snapshot.
   *
   * @param previous the one served before: its unchanged features are taken over, and the counters
   *     of the changed ones go on; null: there is none
   */
  public static ServedSnapshot prepare(Snapshot snapshot, @Nullable ServedSnapshot previous) {
    var compiled = snapshot.features();
    var features = new IdentityHashMap<CompiledFeature, ServedFeature>(compiled.size());
    for (CompiledFeature feature : compiled) {
      ServedFeature same = previous == null ? null : previous.features.get(feature);
      features.put(
          feature,
          same != null ? same : new ServedFeature(feature, earlier(previous, feature.key())));
    }
    return new ServedSnapshot(snapshot, features);
  }

  private static @Nullable ServedFeature earlier(@Nullable ServedSnapshot previous, String key) {
    CompiledFeature feature = previous == null ? null : previous.snapshot.feature(key);
    return feature == null || previous == null ? null : previous.features.get(feature);
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
    return live;
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
