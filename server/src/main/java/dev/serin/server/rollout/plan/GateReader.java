package dev.serin.server.rollout.plan;

import dev.serin.v1.Gate;
import dev.serin.v1.Rollout;
import dev.serin.v1.Stage;
import dev.serin.v1.WebhookGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The gates of a document's stages. */
final class GateReader {
  private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);
  private static final Duration DEFAULT_GIVE_UP_AFTER = Duration.ofHours(1);

  private final Rollout document;
  private final PlanReport report;

  GateReader(Rollout document, PlanReport report) {
    this.document = document;
    this.report = report;
  }

  List<GatePlan> read(String path, Stage stage) {
    if (stage.getNoGates() && stage.getGatesCount() > 0) {
      report.add(path + ".no_gates", "true beside gates", "one of them");
    }
    report.count(path + ".gates", stage.getGatesCount(), PlanLimits.MAX_GATES);
    List<GatePlan> gates = new ArrayList<>();
    for (int i = 0; i < stage.getGatesCount(); i++) {
      gates.add(read(path + ".gates[" + i + "]", stage.getGates(i)));
    }
    return gates;
  }

  private GatePlan read(String path, Gate gate) {
    return switch (gate.getGateCase()) {
      case APPROVAL -> {
        report.text(path + ".approval", gate.getApproval(), PlanLimits.MAX_OWNER_CHARS);
        yield new GatePlan.Approval(gate.getApproval());
      }
      case WEBHOOK -> webhook(path + ".webhook", gate.getWebhook());
      case BAKE ->
          new GatePlan.Bake(
              report.time(
                  path + ".bake", gate.getBake(), PlanLimits.MIN_TIME, PlanLimits.MAX_DWELL));
      case ROLLOUT -> {
        other(path + ".rollout", gate.getRollout(), document.getKey(), "rollout");
        yield new GatePlan.RolloutCompleted(gate.getRollout());
      }
      case FEATURE -> {
        other(path + ".feature", gate.getFeature(), document.getFeature(), "feature");
        yield new GatePlan.FeatureOn(gate.getFeature());
      }
      case GATE_NOT_SET -> {
        report.add(path, "empty", "one of approval, webhook, bake, rollout, feature");
        yield new GatePlan.Approval("");
      }
    };
  }

  private void other(String field, String key, String own, String kind) {
    report.name(field, key, PlanLimits.MAX_KEY_CHARS);
    if (!key.isEmpty() && key.equals(own)) {
      report.add(field, PlanReport.quote(key), "another " + kind + " than its own");
    }
  }

  private GatePlan webhook(String path, WebhookGate webhook) {
    report.url(path + ".url", webhook.getUrl());
    report.optionalName(path + ".secret", webhook.getSecret(), PlanLimits.MAX_NAME_CHARS);
    Duration deadline =
        webhook.hasDeadline()
            ? report.time(
                path + ".deadline",
                webhook.getDeadline(),
                PlanLimits.MIN_TIME,
                PlanLimits.MAX_DEADLINE)
            : DEFAULT_DEADLINE;
    Duration giveUpAfter =
        webhook.hasGiveUpAfter()
            ? report.time(
                path + ".give_up_after",
                webhook.getGiveUpAfter(),
                PlanLimits.MIN_TIME,
                PlanLimits.MAX_DWELL)
            : DEFAULT_GIVE_UP_AFTER;
    return new GatePlan.Webhook(webhook.getUrl(), webhook.getSecret(), deadline, giveUpAfter);
  }
}
