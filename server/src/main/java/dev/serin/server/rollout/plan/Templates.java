package dev.serin.server.rollout.plan;

import static dev.serin.v1.StageKind.STAGE_KIND_AB_TEST;
import static dev.serin.v1.StageKind.STAGE_KIND_CANARY;
import static dev.serin.v1.StageKind.STAGE_KIND_EXPAND;
import static dev.serin.v1.StageKind.STAGE_KIND_FULL;

import com.google.protobuf.util.Durations;
import dev.serin.v1.Gate;
import dev.serin.v1.Rollout;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans to begin with, and a document's stages with what they take from its template.
 *
 * <p>A template is a list of stages like any document's; a stage of the document that has the name
 * of one changes it field by field, lists as a whole.
 */
final class Templates {
  private static final Map<String, List<Stage>> TEMPLATES =
      Map.of(
          "gradual",
          List.of(
              stage("canary", STAGE_KIND_CANARY, 5, 30),
              stage("quarter", STAGE_KIND_EXPAND, 25, 30),
              stage("half", STAGE_KIND_EXPAND, 50, 60),
              full()),
          "gate-canary-ab-expand",
          List.of(
              stage("canary", STAGE_KIND_CANARY, 5, 30).toBuilder()
                  .addGates(Gate.newBuilder().setApproval("whoever validated it in staging"))
                  .build(),
              stage("ab-test", STAGE_KIND_AB_TEST, 25, 60),
              stage("expand", STAGE_KIND_EXPAND, 50, 60),
              full()));

  private Templates() {}

  /**
   * A stage to read.
   *
   * @param path where errors of it belong
   * @param stage with the template's fields
   */
  record Written(String path, Stage stage) {}

  /** The stages of a document, in order; what is wrong with the template or names of it is told. */
  static List<Written> stages(Rollout document, PlanReport report) {
    List<Written> stages = new ArrayList<>();
    if (document.getTemplate().isEmpty()) {
      for (int i = 0; i < document.getStagesCount(); i++) {
        stages.add(new Written("stages[" + i + "]", document.getStages(i)));
      }
      return stages;
    }
    List<Stage> template = TEMPLATES.get(document.getTemplate());
    if (template == null) {
      report.unknown("template", document.getTemplate(), TEMPLATES.keySet(), "template");
      return stages;
    }
    Map<String, Written> changes = changes(document, template, report);
    for (Stage stage : template) {
      Written change = changes.get(stage.getName());
      stages.add(
          change == null
              ? new Written("template", stage)
              : new Written(change.path(), merge(stage, change.stage())));
    }
    return stages;
  }

  private static Map<String, Written> changes(
      Rollout document, List<Stage> template, PlanReport report) {
    List<String> names = template.stream().map(Stage::getName).toList();
    Map<String, Written> changes = new HashMap<>();
    for (int i = 0; i < document.getStagesCount(); i++) {
      Stage stage = document.getStages(i);
      String path = "stages[" + i + "]";
      if (!names.contains(stage.getName())) {
        report.unknown(
            path + ".name", stage.getName(), names, "stage of template " + document.getTemplate());
      } else if (changes.putIfAbsent(stage.getName(), new Written(path, stage)) != null) {
        report.add(path + ".name", PlanReport.quote(stage.getName()) + " twice", "once");
      }
    }
    return changes;
  }

  private static Stage merge(Stage template, Stage change) {
    Stage.Builder merged = template.toBuilder();
    if (change.getGatesCount() > 0 || change.getNoGates()) {
      merged.clearGates();
    }
    // Times are messages, which merging would put together of both.
    if (change.hasDwell()) {
      merged.clearDwell();
    }
    if (change.hasMaximum()) {
      merged.clearMaximum();
    }
    return merged.mergeFrom(change).build();
  }

  private static Stage stage(String name, StageKind kind, int percent, int dwellMinutes) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(percent)
        .setDwell(Durations.fromMinutes(dwellMinutes))
        .build();
  }

  private static Stage full() {
    return Stage.newBuilder().setName("full").setKind(STAGE_KIND_FULL).setShare(100).build();
  }
}
