package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.DecisionPolicy;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.FixedHorizon;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
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
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Staging validation: nothing is served before somebody says so. */
  private void startAndApprove() {
    rollouts()
        .applyRollout(ApplyRolloutRequest.newBuilder().setRollout(release()).setNote(QA).build());
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
  }

  private GetRolloutResponse status() {
    return rollouts().getRollout(GetRolloutRequest.newBuilder().setRollout("search-v2").build());
  }

  /** What the run comes to, as soon as it is over. */
  private RolloutState end() {
    List<WatchRolloutResponse> watched = new ArrayList<>();
    rollouts()
        .watchRollout(WatchRolloutRequest.newBuilder().setRollout("search-v2").build())
        .forEachRemaining(watched::add);
    return watched.getLast().getRun().getState();
  }

  private List<RolloutLogEntry> log() {
    return rollouts()
        .listRolloutHistory(ListRolloutHistoryRequest.newBuilder().setRollout("search-v2").build())
        .getEntriesList();
  }

  /** The entry that took the traffic from one percentage to another. */
  private static RolloutLogEntry move(List<RolloutLogEntry> log, int from, int to) {
    return log.stream()
        .filter(entry -> entry.getFromTraffic() == from && entry.getTraffic() == to)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void scenario_ofABetterVersion_isValidatedTestedDecidedAndExpanded() throws Exception {
    Map<String, Map<String, Double>> behaviour =
        Map.of(
            "errors", Map.of("v1", 0.002, "v2", 0.002),
            "satisfied", Map.of("v1", 0.3, "v2", 0.6));
    try (SimulatedCallers callers =
        new SimulatedCallers(server.channel(), "search", 600, behaviour, 8)) {
      startAndApprove();

      // From here on nobody touches it.
      assertThat(end()).isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
      assertThat(callers.refused()).isEmpty();
    }
    List<RolloutLogEntry> log = log();
    assertThat(log.stream().map(RolloutLogEntry::getTraffic).distinct())
        .containsExactly(0, 5, 25, 50, 100);
    assertThat(log)
        .filteredOn(entry -> entry.getNote().getActor().equals("qa"))
        .extracting(RolloutLogEntry::getCommand)
        .containsExactly(
            RolloutCommand.ROLLOUT_COMMAND_START, RolloutCommand.ROLLOUT_COMMAND_APPROVE);
    RolloutLogEntry decision = move(log, 25, 50);
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

  /** Roll back on failure: whatever else is better of it. */
  @Test
  void scenario_ofAVersionThatFailsInTheTest_isRolledBackForEverybody() throws Exception {
    Map<String, Map<String, Double>> behaviour =
        new ConcurrentHashMap<>(
            Map.of(
                "errors", Map.of("v1", 0.002, "v2", 0.002),
                "satisfied", Map.of("v1", 0.3, "v2", 0.6)));
    try (SimulatedCallers callers =
        new SimulatedCallers(server.channel(), "search", 600, behaviour, 9)) {
      startAndApprove();
      // The canary is fine. The test takes seconds: each arm needs its 1 000 users.
      Await.until("the test", () -> status().getRun().getTraffic() == 25);
      behaviour.put("errors", Map.of("v1", 0.002, "v2", 0.3));

      assertThat(end()).isEqualTo(RolloutState.ROLLOUT_STATE_ROLLED_BACK);
      assertThat(callers.refused()).isEmpty();
    }
    List<RolloutLogEntry> log = log();
    assertThat(log.stream().map(RolloutLogEntry::getTraffic).distinct()).containsExactly(0, 5, 25);
    RolloutLogEntry decision = move(log, 25, 0);
    assertThat(decision.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_ROLLING_BACK);
    assertThat(decision.getVerdict().getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_ROLL_BACK);
    assertThat(decision.getVerdict().getReason()).isEqualTo(VerdictReason.VERDICT_REASON_GUARDRAIL);
    assertThat(decision.getVerdict().getMetric()).isEqualTo("errors");
    assertThat(decision.getNote().getReason())
        .startsWith("errors: ")
        .contains(" treatment users against ")
        .endsWith("; rolled back");
    for (int user = 0; user < 100; user++) {
      assertThat(
              server
                  .decisions()
                  .evaluate(
                      EvaluateRequest.newBuilder()
                          .setFeature("search")
                          .setUserKey("visitor-" + user)
                          .setRecordExposure(false)
                          .build())
                  .getVariant())
          .isEqualTo("v1");
    }
  }

  /** Better beyond all doubt, of samples enough, and not by more than 5 %. */
  @Test
  void scenario_ofAnImprovementOfTwoPercent_isNotPromotedAndSaysWhy() throws Exception {
    Map<String, Map<String, Double>> behaviour =
        Map.of(
            "errors", Map.of("v1", 0.002, "v2", 0.002),
            "satisfied", Map.of("v1", 0.98, "v2", 1.0));
    GetRolloutResponse status;
    try (SimulatedCallers callers =
        new SimulatedCallers(server.channel(), "search", 600, behaviour, 10)) {
      startAndApprove();
      // More than the one look of the policy asks for: it was taken.
      Await.until(
          "the decision",
          () -> {
            Verdict verdict = status().getProgress().getVerdict();
            return verdict.getStageName().equals("ab-test")
                && Math.min(verdict.getTreatmentUsers(), verdict.getControlUsers()) >= 1_200
                && verdict.getWaitsForCount() == 1
                && isSignificant();
          });
      status = status();
      assertThat(callers.refused()).isEmpty();
    }
    assertThat(status.getRun().getState()).isEqualTo(RolloutState.ROLLOUT_STATE_RUNNING);
    assertThat(status.getRun().getTraffic()).isEqualTo(25);
    Verdict verdict = status.getProgress().getVerdict();
    assertThat(verdict.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_GO_ON);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.VERDICT_REASON_NOT_YET);
    assertThat(verdict.getWaitsForList()).containsExactly("satisfied is not shown to be better");
    assertThat(verdict.getSentence())
        .isEqualTo("ab-test: not yet: satisfied is not shown to be better");
    VerdictMetric satisfied =
        verdict.getMetricsList().stream()
            .filter(metric -> metric.getMetric().equals("satisfied"))
            .findFirst()
            .orElseThrow();
    assertThat(satisfied.getTreatmentValue() / satisfied.getControlValue()).isBetween(1.0, 1.05);
    assertThat(log().stream().map(RolloutLogEntry::getTraffic).distinct())
        .containsExactly(0, 5, 25);
  }

  /** What the comparison of the test's arms says of satisfaction, as a single look has it. */
  private boolean isSignificant() {
    return AnalysisServiceGrpc.newBlockingStub(server.channel())
        .compareVariants(
            CompareVariantsRequest.newBuilder()
                .setFeature("search")
                .setStage(2)
                .addMetrics("satisfied")
                .build())
        .getComparisonsList()
        .stream()
        .anyMatch(comparison -> comparison.hasP() && comparison.getP() < 0.01);
  }
}
