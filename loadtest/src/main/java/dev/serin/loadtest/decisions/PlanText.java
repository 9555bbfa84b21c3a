package dev.serin.loadtest.decisions;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.nio.charset.StandardCharsets;

/** Plans as texts, as files hold them. */
final class PlanText {
  private static final String HEAD =
      """
      rollout:
        key: simulated
        feature: simulated
        split: main
        treatment: "on"
        control: "off"
      """;

  private PlanText() {}

  /** The plan of some lines below a rollout's head. */
  static RolloutPlan plan(String lines) {
    String text = HEAD + lines.indent(2);
    ParsedDocuments parsed =
        DocumentFiles.parse("scenario.yaml", text.getBytes(StandardCharsets.UTF_8));
    if (!parsed.errors().isEmpty()) {
      throw new IllegalStateException(parsed.errors() + " (expected: a sound plan)");
    }
    return switch (PlanReader.read(parsed.documents().getFirst().document().getRollout())) {
      case PlanReading.Valid valid -> valid.plan();
      case PlanReading.Invalid invalid ->
          throw new IllegalStateException(invalid.violations() + " (expected: a sound plan)");
    };
  }
}
