package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.util.Durations;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.DataProblem;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.Guardrail;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.Promote;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Session;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.VariantSummary;
import dev.serin.v1.VerdictProblem;
import dev.serin.v1.VerdictReason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run does without outcomes of its metrics, through the API of a running server. */
class MissingOutcomesTest {
  private static final String FEATURE =
      """
      { "feature": {
          "key": "checkout",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
          "default_variant": "off",
          "splits": [ { "id": "half", "weights": [
              { "variant": "on", "weight": 1 }, { "variant": "off", "weight": 99 } ] } ],
          "default_rule": { "split": "half" }
      } }
      """;

  private static final ChangeNote ADA = ChangeNote.newBuilder().setActor("ada").build();

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory, "--rollout-tick=100ms");
    server.apply(FEATURE, event("errors", ""), event("crashes", ""));
  }

  @AfterEach
  void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  /**
   * An event that is better when it is rare.
   *
   * @param more fields, each after a comma
   */
  private static String event(String key, String more) {
    return """
    { "metric": { "key": "%s", "kind": "METRIC_KIND_EVENT",
        "better": "BETTER_DIRECTION_LOWER"%s } }
    """
        .formatted(key, more);
  }

  private RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(server.channel());
  }

  /** Starts a run whose stage with a control lasts some seconds at least. */
  private void begin(int dwellSeconds) {
    Stage.Builder half =
        Stage.newBuilder()
            .setName("half")
            .setKind(StageKind.STAGE_KIND_CANARY)
            .setShare(50)
            .setDwell(Durations.fromSeconds(dwellSeconds))
            .setPromote(Promote.PROMOTE_NO_REGRESSION)
            .setMinimumUsers(20);
    Stage.Builder full =
        Stage.newBuilder()
            .setName("full")
            .setKind(StageKind.STAGE_KIND_FULL)
            .setShare(100)
            .setDwell(Durations.fromSeconds(1))
            .setPromote(Promote.PROMOTE_NO_REGRESSION)
            .setMinimumUsers(0);
    Rollout rollout =
        Rollout.newBuilder()
            .setKey("new-checkout")
            .setFeature("checkout")
            .setSplit("half")
            .setTreatment("on")
            .setControl("off")
            .addStages(half)
            .addStages(full)
            .addGuardrails(Guardrail.newBuilder().setMetric("errors"))
            .addGuardrails(Guardrail.newBuilder().setMetric("crashes"))
            .build();
    rollouts()
        .applyRollout(ApplyRolloutRequest.newBuilder().setRollout(rollout).setNote(ADA).build());
    rollouts()
        .startRollout(
            StartRolloutRequest.newBuilder().setRollout("new-checkout").setNote(ADA).build());
  }

  private RolloutRun run() {
    return rollouts()
        .getRollout(GetRolloutRequest.newBuilder().setRollout("new-checkout").build())
        .getRun();
  }

  private void awaitState(RolloutState state) throws Exception {
    Await.until(state.name(), () -> run().getState() == state);
  }

  /** The log's entries that held the run for want of outcomes. */
  private List<RolloutLogEntry> holds() {
    return rollouts()
        .listRolloutHistory(
            ListRolloutHistoryRequest.newBuilder().setRollout("new-checkout").build())
        .getEntriesList()
        .stream()
        .filter(entry -> entry.getState() == RolloutState.ROLLOUT_STATE_HOLDING)
        .filter(entry -> entry.getVerdict().getReason() == VerdictReason.VERDICT_REASON_DATA)
        .filter(entry -> isLosing(entry.getVerdict().getProblemsList()))
        .toList();
  }

  private static boolean isLosing(List<VerdictProblem> problems) {
    return problems.stream()
        .anyMatch(it -> it.getProblem() == DataProblem.DATA_PROBLEM_LOSING_OUTCOMES);
  }

  private SimulatedCallers callers(Map<String, Map<String, Double>> events) {
    return new SimulatedCallers(server.channel(), "checkout", 400, events, 1);
  }

  /** Crashes of nobody look like health until it is asked who reports any. */
  @Test
  void guardrail_thatNobodyReports_holdsUntilSomebodyDoes() throws Exception {
    try (SimulatedCallers callers = callers(Map.of("errors", Map.of()))) {
      begin(1);
      Await.until("held", () -> !holds().isEmpty());
      assertThat(callers.refused()).isEmpty();
    }
    RolloutLogEntry hold = holds().getFirst();
    assertThat(hold.getVerdict().getSentence()).contains("crashes is not reported: 0 values");
    assertThat(hold.getStageName()).isEqualTo("half");

    try (SimulatedCallers callers = callers(Map.of("errors", Map.of(), "crashes", Map.of()))) {
      awaitState(RolloutState.ROLLOUT_STATE_COMPLETED);
      assertThat(callers.refused()).isEmpty();
    }
  }

  /** How many of some users have the treatment; asking is no exposure. */
  private int treatedOf(int users) {
    int treated = 0;
    for (int i = 0; i < users; i++) {
      EvaluateRequest request =
          EvaluateRequest.newBuilder()
              .setFeature("checkout")
              .setUserKey("asked-" + i)
              .setRecordExposure(false)
              .build();
      treated += server.decisions().evaluate(request).getVariant().equals("on") ? 1 : 0;
    }
    return treated;
  }

  private EvaluateResponse evaluate(String user) {
    return server
        .decisions()
        .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user).build());
  }

  /** The buffer of the treatment's reporter was full for a while; what it tells, it tells twice. */
  @Test
  void arm_whoseReporterDropsOutcomes_holds() throws Exception {
    begin(3_600);
    Await.until("half of them have it", () -> treatedOf(20) > 4);
    ReportOutcomeBatchRequest.Builder batch =
        ReportOutcomeBatchRequest.newBuilder().setFirstSequence(1);
    int treated = 0;
    for (int i = 0; i < 600; i++) {
      EvaluateResponse answer = evaluate("user-" + i);
      boolean isTreated = answer.getVariant().equals("on");
      treated += isTreated ? 1 : 0;
      batch.addOutcomes(
          Outcome.newBuilder()
              .setDecisionToken(answer.getDecisionToken())
              .setUnitKey("user-" + i)
              .setDropped(isTreated && treated <= 4 ? 5 : 0)
              .putValues("errors", 0));
    }

    for (int attempt = 1; attempt <= 2; attempt++) {
      batch.setSession(
          Session.newBuilder()
              .setProducer("shop")
              .setSession("00000000-0000-0000-0000-000000000001")
              .setAttempt(attempt));
      OutcomeServiceGrpc.newBlockingStub(server.channel()).reportOutcomeBatch(batch.build());
    }

    Await.until("held", () -> !holds().isEmpty());
    assertThat(holds().getFirst().getVerdict().getSentence())
        .contains(
            "reporters dropped, or had refused, 20 of "
                + (treated + 20)
                + " outcomes of the treatment");
    assertThat(
            AnalysisServiceGrpc.newBlockingStub(server.channel())
                .compareVariants(CompareVariantsRequest.newBuilder().setFeature("checkout").build())
                .getSummariesList())
        .filteredOn(row -> row.getMetric().equals("errors"))
        .extracting(VariantSummary::getVariant, VariantSummary::getDroppedOutcomes)
        .containsExactlyInAnyOrder(tuple("on", 20L), tuple("off", 0L));
  }

  /** Of five users of the treatment four are gone before they report anything. */
  @Test
  void treatment_thatDiesBeforeItReports_holds() throws Exception {
    begin(3_600);
    Await.until("half of them have it", () -> treatedOf(20) > 4);
    ReportOutcomeBatchRequest.Builder batch = ReportOutcomeBatchRequest.newBuilder();
    int treated = 0;
    for (int i = 0; i < 600; i++) {
      EvaluateResponse answer = evaluate("user-" + i);
      boolean isTreated = answer.getVariant().equals("on");
      treated += isTreated ? 1 : 0;
      if (!isTreated || treated % 5 == 0) {
        batch.addOutcomes(
            Outcome.newBuilder()
                .setDecisionToken(answer.getDecisionToken())
                .setUnitKey("user-" + i)
                .putValues("errors", 0));
      }
    }
    assertThat(treated).isBetween(200, 400);

    OutcomeServiceGrpc.newBlockingStub(server.channel()).reportOutcomeBatch(batch.build());

    Await.until("held", () -> !holds().isEmpty());
    assertThat(holds().getFirst().getVerdict().getSentence()).contains("losing outcomes: ");
  }

  /** What is reported from then on would be counted apart. */
  @Test
  void metric_thatARunJudges_isNotCountedOtherwiseMeanwhile() throws Exception {
    begin(3_600);

    GrpcError refused =
        GrpcError.of(() -> server.apply(event("crashes", ", \"missing\": \"MISSING_MEANS_ZERO\"")));

    assertThat(refused.reason()).isEqualTo("ROLLOUT_ACTIVE");
    assertThat(refused.metadata())
        .containsEntry("document", "metric/crashes")
        .containsEntry("run", run().getRunId());
    server.apply(event("crashes", ", \"description\": \"the app closed by itself\""));
  }
}
