package dev.serin.engine;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes snapshots. Pure; for callers that are not on the call path: takes microseconds for each
 * document that changed and milliseconds for a namespace of thousands.
 */
public final class SnapshotCompiler {
  private final SnapshotSource source;
  private final @Nullable Snapshot previous;
  private final SchemaBuilder schema;

  private SnapshotCompiler(SnapshotSource source, @Nullable Snapshot previous) {
    this.source = source;
    this.previous = previous;
    this.schema = new SchemaBuilder(previous == null ? null : previous.schema());
  }

  /**
   * Returns the snapshot of a source.
   *
   * @param previous an earlier snapshot of the namespace, whose compiled documents are taken over
   *     where document and run state are the same; null: none
   * @throws IllegalArgumentException naming the first violation, if the source is not valid
   */
  public static Snapshot compile(SnapshotSource source, @Nullable Snapshot previous) {
    Snapshot base =
        previous != null && previous.namespace().equals(source.namespace()) ? previous : null;
    List<Violation> violations =
        DocumentValidator.validate(source, base == null ? null : changed(source, base.source()));
    if (!violations.isEmpty()) {
      Violation first = violations.get(0);
      throw new IllegalArgumentException(
          first.kind() + " " + first.key() + " " + first.field() + ": " + first.description());
    }
    boolean anew = base == null || base.schema().isOvergrown();
    return new SnapshotCompiler(source, anew ? null : base).compile();
  }

  private Snapshot compile() {
    Map<String, CompiledSegment> segments = new HashMap<>();
    source.segments().forEach((key, segment) -> segments.put(key, segment(segment)));
    Map<String, CompiledLayer> layers = new HashMap<>();
    source
        .layers()
        .forEach(
            (key, layer) -> layers.put(key, CompiledLayer.of(source.namespace(), layer, schema)));
    Map<String, CompiledHoldout> holdouts = new HashMap<>();
    source
        .holdouts()
        .forEach(
            (key, holdout) ->
                holdouts.put(key, CompiledHoldout.of(source.namespace(), holdout, schema)));
    Map<String, CompiledFeature> features = new TreeMap<>();
    source.features().forEach((key, feature) -> features.put(key, feature(feature)));
    Schema complete = schema.build();
    Links links = new Links(complete, segments, layers, holdouts, features);
    return new Snapshot(source, complete, List.copyOf(features.values()), segments, links);
  }

  private CompiledSegment segment(Segment document) {
    CompiledSegment earlier = previous == null ? null : previous.segment(document.getKey());
    return earlier != null && same(earlier.document(), document)
        ? earlier
        : new CompiledSegment(document, new ConditionCompiler(schema), schema);
  }

  private CompiledFeature feature(FeatureSource feature) {
    CompiledFeature earlier =
        previous == null ? null : previous.feature(feature.document().getKey());
    return earlier != null && same(earlier.source(), feature)
        ? earlier
        : new FeatureCompiler(source.namespace(), feature, schema).compile();
  }

  private static Set<DocumentId> changed(SnapshotSource source, SnapshotSource earlier) {
    Set<DocumentId> changed = new HashSet<>();
    collect(DocumentKind.DOCUMENT_KIND_FEATURE, source.features(), earlier.features(), changed);
    collect(DocumentKind.DOCUMENT_KIND_SEGMENT, source.segments(), earlier.segments(), changed);
    collect(DocumentKind.DOCUMENT_KIND_LAYER, source.layers(), earlier.layers(), changed);
    collect(DocumentKind.DOCUMENT_KIND_HOLDOUT, source.holdouts(), earlier.holdouts(), changed);
    return changed;
  }

  private static <T> void collect(
      DocumentKind kind, Map<String, T> now, Map<String, T> before, Set<DocumentId> changed) {
    now.forEach(
        (key, document) -> {
          if (!same(document, before.get(key))) {
            changed.add(new DocumentId(kind, key));
          }
        });
    before
        .keySet()
        .forEach(
            key -> {
              if (!now.containsKey(key)) {
                changed.add(new DocumentId(kind, key));
              }
            });
  }

  /** Sources of one state are mostly made of the objects of the one before. */
  @SuppressWarnings("ReferenceEquality")
  private static <T> boolean same(T one, @Nullable T other) {
    return one == other || one.equals(other);
  }
}
