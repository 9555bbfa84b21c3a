package dev.serin.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A namespace at one revision, compiled. Immutable; read by any number of threads.
 *
 * <p>Finding a feature costs one hash look-up and allocates nothing.
 */
public final class Snapshot {
  private final SnapshotSource source;
  private final Schema schema;
  private final OrderedMap<String, CompiledFeature> features;
  private final OrderedMap<String, CompiledSegment> segments;
  private final OrderedMap<String, CompiledLayer> layers;
  private final OrderedMap<String, CompiledHoldout> holdouts;
  private final FeatureTable table;
  private final Links links;
  private final MetricTable metrics;

  /**
   * Makes a snapshot.
   *
   * @param previous an earlier one, from which is taken what is laid out alike; null: none
   */
  Snapshot(
      SnapshotSource source,
      Schema schema,
      OrderedMap<String, CompiledFeature> features,
      OrderedMap<String, CompiledSegment> segments,
      OrderedMap<String, CompiledLayer> layers,
      OrderedMap<String, CompiledHoldout> holdouts,
      @Nullable Snapshot previous) {
    this.source = source;
    this.schema = schema;
    this.features = features;
    this.segments = segments;
    this.layers = layers;
    this.holdouts = holdouts;
    this.table =
        previous != null && features.sharesKeys(previous.features)
            ? previous.table.with(changed(features, previous.features))
            : new FeatureTable(features.values());
    this.links = new Links(this, previous);
    this.metrics = MetricTable.of(source, previous);
  }

  private static List<CompiledFeature> changed(
      OrderedMap<String, CompiledFeature> features, OrderedMap<String, CompiledFeature> earlier) {
    List<CompiledFeature> changed = new ArrayList<>();
    features.forEachDifference(
        earlier,
        (key, before, after) -> {
          if (after != null) {
            changed.add(after);
          }
        });
    return changed;
  }

  /** Returns the name of the namespace. */
  public String namespace() {
    return source.namespace();
  }

  /** Returns the revision of the namespace. */
  public long revision() {
    return source.revision();
  }

  /** Returns a feature; null: there is none of this key. */
  public @Nullable CompiledFeature feature(String key) {
    return table.find(key);
  }

  /** Returns a feature whose key is given in UTF-8; null: there is none of this key. */
  public @Nullable CompiledFeature feature(byte[] utf8, int offset, int length) {
    return table.find(utf8, offset, length);
  }

  /** Returns all features by key. */
  public List<CompiledFeature> features() {
    return features.values();
  }

  /**
   * Calls back with each feature that is not the same object as in an earlier snapshot: what it was
   * (null: there was none), and what it is (null: there is none any more).
   */
  public void forEachDifference(
      Snapshot earlier, BiConsumer<@Nullable CompiledFeature, @Nullable CompiledFeature> found) {
    features.forEachDifference(
        earlier.features, (key, before, after) -> found.accept(before, after));
  }

  /** Returns what it was compiled from. */
  public SnapshotSource source() {
    return source;
  }

  /** Returns the metrics that outcomes of its features may report. */
  public MetricTable metrics() {
    return metrics;
  }

  OrderedMap<String, CompiledFeature> featuresByKey() {
    return features;
  }

  OrderedMap<String, CompiledSegment> segments() {
    return segments;
  }

  OrderedMap<String, CompiledLayer> layers() {
    return layers;
  }

  OrderedMap<String, CompiledHoldout> holdouts() {
    return holdouts;
  }

  Schema schema() {
    return schema;
  }

  Links links() {
    return links;
  }
}
