package dev.serin.server.rollout.plan;

import dev.serin.server.catalog.DocumentNames;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The validation of rollouts in files, beside the features and metrics of the same files.
 *
 * @param violations everything that is wrong
 * @param unchecked names of the rollouts whose feature is in none of the files: what they say of it
 *     was not checked
 */
public record OfflineRollouts(List<FieldViolation> violations, List<String> unchecked) {
  /** Copies the lists. */
  public OfflineRollouts {
    violations = List.copyOf(violations);
    unchecked = List.copyOf(unchecked);
  }

  /**
   * Validates the rollouts among some documents.
   *
   * @param othersValid true: the other documents are valid, so that rollouts can be checked against
   *     them
   */
  public static OfflineRollouts validate(List<Document> documents, boolean othersValid) {
    Map<String, Feature> features = new HashMap<>();
    List<Metric> metrics = new ArrayList<>();
    List<Rollout> rollouts = new ArrayList<>();
    for (Document document : documents) {
      switch (document.getDocumentCase()) {
        case FEATURE -> features.put(document.getFeature().getKey(), document.getFeature());
        case METRIC -> metrics.add(document.getMetric());
        case ROLLOUT -> rollouts.add(document.getRollout());
        case SEGMENT, LAYER, HOLDOUT, DOCUMENT_NOT_SET -> {
          // Nothing that a rollout refers to.
        }
      }
    }
    List<FieldViolation> violations = new ArrayList<>();
    List<String> unchecked = new ArrayList<>();
    for (Rollout rollout : rollouts) {
      switch (PlanReader.read(rollout)) {
        case PlanReading.Invalid invalid -> violations.addAll(invalid.violations());
        case PlanReading.Valid valid -> {
          Feature feature = features.get(valid.plan().feature());
          if (feature == null) {
            unchecked.add(DocumentNames.of(Document.newBuilder().setRollout(rollout).build()));
          } else if (othersValid
              && FeatureFit.of(valid.plan(), feature, metrics)
                  instanceof FeatureFit.Result.Misfits misfits) {
            violations.addAll(misfits.violations());
          }
        }
      }
    }
    return new OfflineRollouts(violations, unchecked);
  }
}
