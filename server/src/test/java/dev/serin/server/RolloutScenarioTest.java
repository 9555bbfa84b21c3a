package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.DecisionPolicy;
import dev.serin.v1.FixedHorizon;
import dev.serin.v1.Guardrail;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.Promote;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Stage;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.SuccessMetric;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scenario of the source documents (product.md, S8 with S7): staging validation, a canary of 5
 * %, an A/B test of 25 % with an automatic decision, 50 %, all.
 */
class RolloutScenarioTest {
  private static final String FEATURE =
      """
      { "feature": {
          "key": "search",
          "variants": [ { "key": "v2", "value": true }, { "key": "v1", "value": false } ],
          "default_variant": "v1",
          "splits": [ { "id": "traffic", "weights": [
              { "variant": "v2", "weight": 1 }, { "variant": "v1", "weight": 99 } ] } ],
          "default_rule": { "split": "traffic" },
          "metrics": [
            { "key": "errors", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_LOWER" },
            { "key": "satisfied", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_HIGHER" } ]
      } }
      """;

  private static final ChangeNote QA =
      ChangeNote.newBuilder().setActor("qa").setReason("staging is fine").build();

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory, "--rollout-tick=100ms");
    server.apply(FEATURE);
  }

  @AfterEach
  void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  private RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(server.channel());
  }

  /** The automatic decision: 1 000 samples, significant, in the right direction, above 5 %. */
  private static Rollout release() {
    return Rollout.newBuilder()
        .setKey("search-v2")
        .setFeature("search")
        .setSplit("traffic")
        .setTreatment("v2")
        .setControl("v1")
        .setTemplate("gate-canary-ab-expand")
        .addStages(shortened("canary", 1))
        .addStages(shortened("ab-test", 2).setPromote(Promote.PROMOTE_SUPERIOR))
        .addStages(shortened("expand", 1))
        .addStages(shortened("full", 1))
        .addGuardrails(Guardrail.newBuilder().setMetric("errors").setAbsoluteMargin(0.02))
        .addSuccessMetrics(SuccessMetric.newBuilder().setMetric("satisfied"))
        .setPolicy(DecisionPolicy.DECISION_POLICY_FIXED_HORIZON)
        .setFixedHorizon(
            FixedHorizon.newBuilder()
                .setMinimumSamples(1_000)
                .setSignificance(0.05)
                .setImprovement(0.05))
        .build();
  }

  private static Stage.Builder shortened(String stage, int dwellSeconds) {
    return Stage.newBuilder()
        .setName(stage)
        .setDwell(Durations.fromSeconds(dwellSeconds))
        .setMinimumUsers(10);
  }

  @Test
  void scenario_ofABetterVersion_isValidatedTestedDecidedAndExpanded() throws Exception {
    rollouts()
        .applyRollout(ApplyRolloutRequest.newBuilder().setRollout(release()).setNote(QA).build());
    Map<String, Map<String, Double>> behaviour =
        Map.of(
            "errors", Map.of("v1", 0.002, "v2", 0.002),
            "satisfied", Map.of("v1", 0.3, "v2", 0.6));
    try (SimulatedCallers callers =
        new SimulatedCallers(server.channel(), "search", 600, behaviour, 8)) {
      // Staging validation: nothing is served before somebody says so.
      assertThat(
              rollouts()
                  .startRollout(
                      StartRolloutRequest.newBuilder().setRollout("search-v2").setNote(QA).build())
                  .getRun()
                  .getState())
          .isEqualTo(RolloutState.ROLLOUT_STATE_GATE);
      rollouts()
          .commandRollout(
              CommandRolloutRequest.newBuilder()
                  .setRollout("search-v2")
                  .setCommand(RolloutCommand.ROLLOUT_COMMAND_APPROVE)
                  .setNote(QA)
                  .build());

      // From here on nobody touches it.
      List<WatchRolloutResponse> watched = new ArrayList<>();
      rollouts()
          .watchRollout(WatchRolloutRequest.newBuilder().setRollout("search-v2").build())
          .forEachRemaining(watched::add);

      assertThat(watched.getLast().getRun().getState())
          .isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
      assertThat(callers.refused()).isEmpty();
    }
    List<RolloutLogEntry> log =
        rollouts()
            .listRolloutHistory(
                ListRolloutHistoryRequest.newBuilder().setRollout("search-v2").build())
            .getEntriesList();
    assertThat(log.stream().map(RolloutLogEntry::getTraffic).distinct())
        .containsExactly(0, 5, 25, 50, 100);
    assertThat(log)
        .filteredOn(entry -> entry.getNote().getActor().equals("qa"))
        .extracting(RolloutLogEntry::getCommand)
        .containsExactly(
            RolloutCommand.ROLLOUT_COMMAND_START, RolloutCommand.ROLLOUT_COMMAND_APPROVE);
    RolloutLogEntry decision =
        log.stream()
            .filter(entry -> entry.getFromTraffic() == 25 && entry.getTraffic() == 50)
            .findFirst()
            .orElseThrow();
    assertThat(decision.getVerdict().getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_PROMOTE);
    assertThat(decision.getVerdict().getReason()).isEqualTo(VerdictReason.VERDICT_REASON_SHOWN);
    assertThat(decision.getVerdict().getTreatmentUsers()).isGreaterThanOrEqualTo(1_000);
    assertThat(decision.getVerdict().getMetricsList())
        .filteredOn(metric -> metric.getMetric().equals("satisfied"))
        .singleElement()
        .satisfies(
            metric ->
                assertThat(metric.getTreatmentValue()).isGreaterThan(metric.getControlValue()));
    assertThat(decision.getNote().getReason()).endsWith("every success metric better: ready");
    // What the release owner is shown of it afterwards.
    assertThat(
            AnalysisServiceGrpc.newBlockingStub(server.channel())
                .compareVariants(CompareVariantsRequest.newBuilder().setFeature("search").build())
                .hasVerdict())
        .isTrue();
  }
}
