package dev.serin.engine;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks features, segments, layers, holdouts and metrics against every limit and rule their protos
 * state, and against each other. Pure.
 */
public final class DocumentValidator {
  private final SnapshotSource source;
  private final ReferenceValidator references;
  private final List<Violation> violations = new ArrayList<>();

  private DocumentValidator(SnapshotSource source, Set<DocumentId> documents) {
    this.source = source;
    this.references = new ReferenceValidator(source, documents);
  }

  /**
   * Returns every violation of some documents and of those that refer to them, by kind and key. Of
   * one document at most a hundred are told.
   *
   * @param source all documents of the namespace, the changed ones included
   * @param changed the documents to check, some of which may be gone; null: all
   */
  public static List<Violation> validate(SnapshotSource source, @Nullable Set<DocumentId> changed) {
    Set<DocumentId> documents =
        changed == null ? all(source) : new TreeSet<>(source.referrers().with(changed));
    DocumentValidator validator = new DocumentValidator(source, documents);
    for (DocumentId document : documents) {
      validator.validate(document, changed == null || changed.contains(document));
    }
    validator.countMetrics(documents, changed);
    return validator.violations;
  }

  /** Checks a document by itself, if it changed, and against the others. */
  private void validate(DocumentId id, boolean changed) {
    Report report = new Report(id.kind(), id.key(), violations);
    switch (id.kind()) {
      case DOCUMENT_KIND_FEATURE -> {
        FeatureSource feature = source.features().get(id.key());
        if (feature != null) {
          if (changed) {
            new FeatureValidator(report, feature.document()).validate();
          }
          references.validate(report, feature);
        }
      }
      case DOCUMENT_KIND_SEGMENT -> {
        Segment segment = source.segments().get(id.key());
        if (segment != null) {
          if (changed) {
            new SharedDocumentValidator(report).validate(segment);
          }
          references.validate(report, segment);
        }
      }
      case DOCUMENT_KIND_LAYER -> {
        Layer layer = source.layers().get(id.key());
        if (layer != null && changed) {
          new SharedDocumentValidator(report).validate(layer);
        }
      }
      case DOCUMENT_KIND_HOLDOUT -> {
        Holdout holdout = source.holdouts().get(id.key());
        if (holdout != null && changed) {
          new SharedDocumentValidator(report).validate(holdout);
        }
      }
      case DOCUMENT_KIND_METRIC -> {
        MetricSource metric = source.metrics().get(id.key());
        if (metric != null) {
          if (changed) {
            new MetricValidator(report).validate("", metric.document());
          }
          new MetricReferenceValidator(report, source).validate(metric.document());
        }
      }
      case DOCUMENT_KIND_ROLLOUT -> {
        // Not evaluated: checked by those who own them.
      }
      case DOCUMENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "kind: " + id.kind() + " (expected: the kind of a document)");
    }
  }

  /** Refuses the first of the changed metrics, where the namespace has too many. */
  private void countMetrics(Set<DocumentId> documents, @Nullable Set<DocumentId> changed) {
    int count = source.metrics().size();
    if (count <= Limits.MAX_NAMESPACE_METRICS) {
      return;
    }
    documents.stream()
        .filter(id -> id.kind() == DocumentKind.DOCUMENT_KIND_METRIC)
        .filter(id -> changed == null || changed.contains(id))
        .findFirst()
        .ifPresent(
            id ->
                new Report(id.kind(), id.key(), violations)
                    .add(
                        "key",
                        "one of " + count + " metrics of the namespace",
                        "at most " + Limits.MAX_NAMESPACE_METRICS));
  }

  private static Set<DocumentId> all(SnapshotSource source) {
    Set<DocumentId> all = new TreeSet<>();
    add(all, DocumentKind.DOCUMENT_KIND_FEATURE, source.features().keySet());
    add(all, DocumentKind.DOCUMENT_KIND_SEGMENT, source.segments().keySet());
    add(all, DocumentKind.DOCUMENT_KIND_LAYER, source.layers().keySet());
    add(all, DocumentKind.DOCUMENT_KIND_HOLDOUT, source.holdouts().keySet());
    add(all, DocumentKind.DOCUMENT_KIND_METRIC, source.metrics().keySet());
    return all;
  }

  private static void add(Set<DocumentId> all, DocumentKind kind, Set<String> keys) {
    keys.forEach(key -> all.add(new DocumentId(kind, key)));
  }
}
