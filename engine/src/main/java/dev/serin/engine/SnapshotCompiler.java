package dev.serin.engine;

import java.util.List;
import java.util.function.Function;
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
        DocumentValidator.validate(
            source, base == null ? null : source.changedSince(base.source()));
    if (!violations.isEmpty()) {
      Violation first = violations.get(0);
      throw new IllegalArgumentException(
          first.kind() + " " + first.key() + " " + first.field() + ": " + first.description());
    }
    boolean anew = base == null || base.schema().isOvergrown();
    return new SnapshotCompiler(source, anew ? null : base).compile();
  }

  private Snapshot compile() {
    String namespace = source.namespace();
    var segments =
        compiled(
            source.segments(),
            previous == null ? OrderedMap.of() : previous.source().segments(),
            previous == null ? OrderedMap.of() : previous.segments(),
            segment -> new CompiledSegment(segment, new ConditionCompiler(schema), schema));
    var layers =
        compiled(
            source.layers(),
            previous == null ? OrderedMap.of() : previous.source().layers(),
            previous == null ? OrderedMap.of() : previous.layers(),
            layer -> CompiledLayer.of(namespace, layer, schema));
    var holdouts =
        compiled(
            source.holdouts(),
            previous == null ? OrderedMap.of() : previous.source().holdouts(),
            previous == null ? OrderedMap.of() : previous.holdouts(),
            holdout -> CompiledHoldout.of(namespace, holdout, schema));
    var features =
        compiled(
            source.features(),
            previous == null ? OrderedMap.of() : previous.source().features(),
            previous == null ? OrderedMap.of() : previous.featuresByKey(),
            feature -> new FeatureCompiler(namespace, feature, schema).compile());
    return new Snapshot(source, schema.build(), features, segments, layers, holdouts, previous);
  }

  /** Returns documents compiled, those that did not change as they were compiled before. */
  private static <D, C> OrderedMap<String, C> compiled(
      OrderedMap<String, D> documents,
      OrderedMap<String, D> documentsBefore,
      OrderedMap<String, C> compiledBefore,
      Function<D, C> compile) {
    OrderedMap.Editor<String, C> compiled = compiledBefore.edit();
    documents.forEachDifference(
        documentsBefore,
        (key, before, after) -> {
          if (after == null) {
            compiled.remove(key);
          } else if (!after.equals(before)) {
            compiled.put(key, compile.apply(after));
          }
        });
    return compiled.build();
  }
}
