package dev.serin.engine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A namespace at one revision, compiled. Immutable; read by any number of threads.
 *
 * <p>Finding a feature costs one hash look-up and allocates nothing.
 */
public final class Snapshot {
  private final SnapshotSource source;
  private final Schema schema;
  private final List<CompiledFeature> features;
  private final FeatureTable table;
  private final Map<String, CompiledSegment> segments;
  private final Links links;

  Snapshot(
      SnapshotSource source,
      Schema schema,
      List<CompiledFeature> features,
      Map<String, CompiledSegment> segments,
      Links links) {
    this.source = source;
    this.schema = schema;
    this.segments = Map.copyOf(segments);
    this.features = List.copyOf(features);
    this.table = new FeatureTable(this.features);
    this.links = links;
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
    return features;
  }

  /** Returns what it was compiled from. */
  public SnapshotSource source() {
    return source;
  }

  @Nullable CompiledSegment segment(String key) {
    return segments.get(key);
  }

  Schema schema() {
    return schema;
  }

  Links links() {
    return links;
  }
}
