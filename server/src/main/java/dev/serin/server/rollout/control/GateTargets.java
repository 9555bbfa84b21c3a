package dev.serin.server.rollout.control;

import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.v1.Rollout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the gates of a run wait for: where it is not there, they would wait for ever. */
final class GateTargets {
  private final Journal journal;
  private final RunCatalog catalog;
  private final String namespace;
  private final Rollout document;

  /**
   * Those of a rollout.
   *
   * @param document as it is started
   */
  GateTargets(Journal journal, RunCatalog catalog, String namespace, Rollout document) {
    this.journal = journal;
    this.catalog = catalog;
    this.namespace = namespace;
    this.document = document;
  }

  /**
   * Requires that all of it is there.
   *
   * @param plan of the document
   * @throws dev.serin.server.error.ApiException {@code INVALID_DOCUMENT} naming each gate
   */
  void require(RolloutPlan plan) {
    List<FieldViolation> violations = new ArrayList<>();
    for (StagePlan stage : plan.stages()) {
      for (int i = 0; i < stage.gates().size(); i++) {
        String gate = path(stage) + ".gates[" + i + "]";
        missing(gate, stage.gates().get(i)).ifPresent(violations::add);
      }
    }
    if (!violations.isEmpty()) {
      throw ApiErrors.invalidDocument(violations);
    }
  }

  private Optional<FieldViolation> missing(String path, GatePlan gate) {
    return switch (gate) {
      case GatePlan.RolloutCompleted(String rollout) ->
          isRollout(rollout)
              ? Optional.empty()
              : violation(path + ".rollout", rollout, "a rollout of the namespace");
      case GatePlan.FeatureOn(String feature) ->
          isFeature(feature)
              ? Optional.empty()
              : violation(
                  path + ".feature", feature, "a feature of the namespace that is not archived");
      case GatePlan.Approval approval -> Optional.empty();
      case GatePlan.Webhook webhook -> Optional.empty();
      case GatePlan.Bake bake -> Optional.empty();
    };
  }

  private Optional<FieldViolation> violation(String field, String key, String expected) {
    return Optional.of(
        new FieldViolation(
            "rollout/" + document.getKey(), field, "'" + key + "' (expected: " + expected + ")"));
  }

  /** One whose document is gone may be running still. */
  private boolean isRollout(String key) {
    return catalog.scene(namespace, key).rollout().isPresent()
        || journal.newest(namespace, key).isPresent();
  }

  private boolean isFeature(String key) {
    FeatureName name = new FeatureName(namespace, key);
    FeatureSwitches known = catalog.switches(Set.of(name)).get(name);
    return known != null && known.present() && !known.archived();
  }

  /** Where a stage's gates stand: templates name nothing that may be missing. */
  private String path(StagePlan stage) {
    for (int i = 0; i < document.getStagesCount(); i++) {
      if (document.getStages(i).getName().equals(stage.name())) {
        return "stages[" + i + "]";
      }
    }
    return "template";
  }
}
