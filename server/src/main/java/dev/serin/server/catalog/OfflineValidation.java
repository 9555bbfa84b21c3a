package dev.serin.server.catalog;

import dev.serin.engine.DocumentValidator;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.MetricSource;
import dev.serin.engine.SnapshotSource;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Document;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The validation of documents without a server, but for rollouts: as if they were all that a
 * namespace holds.
 */
public final class OfflineValidation {
  private static final String NAMESPACE = "offline";

  private OfflineValidation() {}

  /** Every violation; none: an empty namespace would take these documents. */
  public static List<FieldViolation> violations(List<Document> documents) {
    List<FieldViolation> violations = new ArrayList<>();
    Map<String, FeatureSource> features = new HashMap<>();
    Map<String, Segment> segments = new HashMap<>();
    Map<String, Layer> layers = new HashMap<>();
    Map<String, Holdout> holdouts = new HashMap<>();
    Map<String, MetricSource> metrics = new HashMap<>();
    for (Document written : documents) {
      Document document = DocumentNormalizer.normalize(NAMESPACE, written, null);
      String key = DocumentNames.keyOf(document);
      switch (document.getDocumentCase()) {
        case FEATURE ->
            features.put(key, new FeatureSource(document.getFeature(), 1, false, List.of()));
        case SEGMENT -> segments.put(key, document.getSegment());
        case LAYER -> layers.put(key, document.getLayer());
        case HOLDOUT -> holdouts.put(key, document.getHoldout());
        case METRIC -> metrics.put(key, new MetricSource(document.getMetric(), 1));
        case ROLLOUT -> {
          // Read and checked by those who own rollouts.
        }
        case DOCUMENT_NOT_SET ->
            violations.add(
                new FieldViolation(
                    "",
                    "",
                    "empty document (expected: feature, segment, layer, holdout, metric or"
                        + " rollout)"));
      }
    }
    DocumentValidator.validate(
            new SnapshotSource(NAMESPACE, 1, features, segments, layers, holdouts, metrics), null)
        .forEach(
            violation ->
                violations.add(
                    new FieldViolation(
                        DocumentNames.of(violation.kind(), violation.key()),
                        violation.field(),
                        violation.description())));
    return violations;
  }
}
