package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.server.catalog.PageToken;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CommandRolloutResponse;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Gate;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.Guardrail;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.Promote;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;
import dev.serin.v1.ReviveFeatureRequest;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutGate;
import dev.serin.v1.RolloutHold;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StageState;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts from a document to their end, through the API of a running server. */
class RolloutFlowTest {
  private static final String FEATURE =
      """
      { "feature": {
          "key": "checkout",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
          "default_variant": "off",
          "splits": [ { "id": "half", "weights": [
              { "variant": "on", "weight": 1 }, { "variant": "off", "weight": 99 } ] } ],
          "default_rule": { "split": "half" },
          "metrics": [ { "key": "errors", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_LOWER" } ]
      } }
      """;

  private static final ChangeNote ADA =
      ChangeNote.newBuilder().setActor("ada").setReason("ticket 7").build();

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

  private static Stage.Builder stage(String name, StageKind kind, int share, int dwellSeconds) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(share)
        .setDwell(Durations.fromSeconds(dwellSeconds))
        .setPromote(Promote.PROMOTE_NO_REGRESSION)
        .setMinimumUsers(20);
  }

  private static Rollout.Builder rollout() {
    return Rollout.newBuilder()
        .setKey("new-checkout")
        .setFeature("checkout")
        .setSplit("half")
        .setTreatment("on")
        .setControl("off")
        .addGuardrails(Guardrail.newBuilder().setMetric("errors"));
  }

  private static Rollout quick() {
    return rollout()
        .addStages(stage("canary", StageKind.STAGE_KIND_CANARY, 20, 1))
        .addStages(stage("expand", StageKind.STAGE_KIND_EXPAND, 50, 1))
        .addStages(stage("full", StageKind.STAGE_KIND_FULL, 100, 1).setMinimumUsers(0))
        .build();
  }

  /** Long enough that only people move it. */
  private static Rollout slow(Gate... gates) {
    return rollout()
        .addStages(stage("canary", StageKind.STAGE_KIND_CANARY, 20, 3_600))
        .addStages(
            stage("expand", StageKind.STAGE_KIND_EXPAND, 50, 3_600).addAllGates(List.of(gates)))
        .addStages(stage("full", StageKind.STAGE_KIND_FULL, 100, 3_600).setMinimumUsers(0))
        .build();
  }

  private void apply(Rollout rollout) {
    rollouts()
        .applyRollout(ApplyRolloutRequest.newBuilder().setRollout(rollout).setNote(ADA).build());
  }

  private RolloutRun begin() {
    return rollouts()
        .startRollout(
            StartRolloutRequest.newBuilder().setRollout("new-checkout").setNote(ADA).build())
        .getRun();
  }

  private CommandRolloutRequest.Builder request(RolloutCommand command) {
    return CommandRolloutRequest.newBuilder()
        .setRollout("new-checkout")
        .setCommand(command)
        .setNote(ADA);
  }

  private CommandRolloutResponse command(RolloutCommand command) {
    return rollouts().commandRollout(request(command).build());
  }

  private GetRolloutResponse get() {
    return rollouts().getRollout(GetRolloutRequest.newBuilder().setRollout("new-checkout").build());
  }

  private void awaitState(RolloutState state) throws Exception {
    Await.until(state.name(), () -> get().getRun().getState() == state);
  }

  private List<RolloutLogEntry> history() {
    return rollouts()
        .listRolloutHistory(
            ListRolloutHistoryRequest.newBuilder().setRollout("new-checkout").build())
        .getEntriesList();
  }

  private List<WatchRolloutResponse> watchToTheEnd() {
    List<WatchRolloutResponse> answers = new ArrayList<>();
    Iterator<WatchRolloutResponse> watch =
        rollouts()
            .watchRollout(
                WatchRolloutRequest.newBuilder()
                    .setRollout("new-checkout")
                    .setEntries(100)
                    .build());
    watch.forEachRemaining(answers::add);
    return answers;
  }

  private SimulatedCallers callers(double onErrors) {
    return new SimulatedCallers(
        server.channel(),
        "checkout",
        400,
        Map.of("errors", Map.of("on", onErrors, "off", 0.02)),
        1);
  }

  private String variantOf(String user) {
    return server
        .decisions()
        .evaluate(
            EvaluateRequest.newBuilder()
                .setFeature("checkout")
                .setUserKey(user)
                .setRecordExposure(false)
                .build())
        .getVariant();
  }

  private void assertReplaysAlike() {
    ReplayRolloutResponse replay =
        rollouts()
            .replayRollout(ReplayRolloutRequest.newBuilder().setRollout("new-checkout").build());
    assertThat(replay.getMovesProblem()).isEmpty();
    assertThat(replay.getMovesHold()).isTrue();
    assertThat(replay.getDifferentList()).isEmpty();
    assertThat(replay.getEntriesList())
        .hasSize((int) replay.getLogEntries())
        .extracting(ReplayedEntry::getOutcome)
        .doesNotContain(ReplayOutcome.REPLAY_OUTCOME_UNREADABLE)
        .contains(ReplayOutcome.REPLAY_OUTCOME_SAME);
    assertThat(replay.getJudged()).isPositive();
  }

  @Test
  void rollout_ofAGoodRelease_isPromotedStageByStageToAll() throws Exception {
    apply(quick());
    try (SimulatedCallers callers = callers(0.02)) {
      RolloutRun run = begin();
      assertThat(run.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_RUNNING);
      assertThat(run.getStageName()).isEqualTo("canary");
      assertThat(run.getNumber()).isEqualTo(1);
      assertThat(run.getActor()).isEqualTo("ada");

      List<WatchRolloutResponse> answers = watchToTheEnd();

      assertThat(answers.getLast().getRun().getState())
          .isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
      List<RolloutLogEntry> entries =
          answers.stream().flatMap(answer -> answer.getEntriesList().stream()).toList();
      assertThat(entries).isEqualTo(history());
      assertThat(entries)
          .extracting(RolloutLogEntry::getVersion)
          .containsExactlyElementsOf(LongStream.rangeClosed(1, entries.size()).boxed().toList());
      assertThat(entries).extracting(RolloutLogEntry::getTraffic).contains(20, 50, 100);
      assertThat(entries.getFirst().getCommand()).isEqualTo(RolloutCommand.ROLLOUT_COMMAND_START);
      assertThat(entries.getFirst().getNote().getActor()).isEqualTo("ada");
      assertThat(entries.getLast().getVerdict().getAction())
          .isEqualTo(VerdictAction.VERDICT_ACTION_PROMOTE);
      assertThat(callers.refused()).isEmpty();
    }
    Await.until("treatment for all", () -> variantOf("anybody").equals("on"));
    assertReplaysAlike();
    GetRolloutResponse shown = get();
    assertThat(shown.getProgress().getStagesList())
        .allSatisfy(
            stage -> {
              assertThat(stage.hasBeginTime()).isTrue();
              assertThat(stage.hasEndTime()).isTrue();
            });
    assertThat(shown.getJudgedBy()).isEqualTo(shown.getRollout());
    assertSeriesOutlivesTheServer();
  }

  private void assertSeriesOutlivesTheServer() throws Exception {
    server.close();
    server = RunningServer.start(directory, "--rollout-tick=100ms");
    Await.until("outcomes", () -> server.server().outcomes().viewAge().isPresent());
    GetTimeSeriesResponse series =
        AnalysisServiceGrpc.newBlockingStub(server.channel())
            .getTimeSeries(GetTimeSeriesRequest.newBuilder().setFeature("checkout").build());

    assertThat(series.getRolloutsMissing()).isEmpty();
    RolloutSlot last = series.getRolloutsList().getLast();
    assertThat(last.getRollout()).isEqualTo("new-checkout");
    assertThat(last.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
    assertThat(last.getTrafficShare()).isEqualTo(1);
    assertThat(series.getRolloutsList().stream().mapToInt(RolloutSlot::getLooks).sum())
        .isGreaterThan(10);
    assertThat(series.getRolloutsList())
        .anySatisfy(slot -> assertThat(slot.getVerdict().getMetricsCount()).isEqualTo(1));
  }

  @Test
  void rollout_ofARegression_isRolledBackToTheControl() throws Exception {
    apply(slow());
    try (SimulatedCallers callers = callers(0.5)) {
      begin();

      List<WatchRolloutResponse> answers = watchToTheEnd();

      assertThat(answers.getLast().getRun().getState())
          .isEqualTo(RolloutState.ROLLOUT_STATE_ROLLED_BACK);
      assertThat(callers.served("on")).isPositive();
    }
    RolloutLogEntry decision =
        history().stream()
            .filter(entry -> entry.getState() == RolloutState.ROLLOUT_STATE_ROLLING_BACK)
            .findFirst()
            .orElseThrow();
    assertThat(decision.getVerdict().getReason()).isEqualTo(VerdictReason.VERDICT_REASON_GUARDRAIL);
    assertThat(decision.getVerdict().getMetric()).isEqualTo("errors");
    assertThat(decision.getFromTraffic()).isEqualTo(20);
    assertThat(decision.getTraffic()).isZero();
    assertThat(decision.getNote().getActor()).isEqualTo("serin");
    assertThat(get().getProgress().getStages(0).getState())
        .as("it was left, and did not pass")
        .isEqualTo(StageState.STAGE_STATE_STOPPED);
    for (int i = 0; i < 100; i++) {
      assertThat(variantOf("user-" + i)).isEqualTo("off");
    }
    assertReplaysAlike();
  }

  @Test
  void command_thatComesTwice_isDoneOnce() {
    apply(slow());
    StartRolloutRequest start =
        StartRolloutRequest.newBuilder()
            .setRollout("new-checkout")
            .setNote(ADA)
            .setRequestId("r-1")
            .setExpectedVersion(0)
            .build();
    RolloutRun first = rollouts().startRollout(start).getRun();
    RolloutRun again = rollouts().startRollout(start).getRun();
    assertThat(again.getRunId()).isEqualTo(first.getRunId());

    CommandRolloutRequest pause =
        request(RolloutCommand.ROLLOUT_COMMAND_PAUSE).setRequestId("r-2").build();
    assertThat(rollouts().commandRollout(pause).getMoved()).isTrue();
    rollouts().commandRollout(request(RolloutCommand.ROLLOUT_COMMAND_RESUME).build());
    assertThat(rollouts().commandRollout(pause).getMoved()).isTrue();
    assertThat(get().getRun().getState()).isNotEqualTo(RolloutState.ROLLOUT_STATE_PAUSED);

    assertRefused(
        "REQUEST_ID_REUSED",
        request(RolloutCommand.ROLLOUT_COMMAND_CANCEL).setRequestId("r-2").build());
  }

  private void assertRefused(String reason, CommandRolloutRequest request) {
    assertThat(GrpcError.of(() -> rollouts().commandRollout(request)).reason()).isEqualTo(reason);
  }

  @Test
  void command_onAStaleVersionOrInTheWrongState_isRefused() {
    apply(slow());
    assertRefused("RUN_NOT_FOUND", request(RolloutCommand.ROLLOUT_COMMAND_PAUSE).build());
    begin();
    command(RolloutCommand.ROLLOUT_COMMAND_PAUSE);
    assertRefused(
        "RUN_VERSION_CONFLICT",
        request(RolloutCommand.ROLLOUT_COMMAND_ADVANCE).setExpectedVersion(1).build());
    assertRefused("RUN_STATE", request(RolloutCommand.ROLLOUT_COMMAND_ADVANCE).build());
    CommandRolloutResponse paused = command(RolloutCommand.ROLLOUT_COMMAND_PAUSE);
    assertThat(paused.getMoved()).isFalse();
    assertThat(paused.getBecause()).isEqualTo("paused already");
    command(RolloutCommand.ROLLOUT_COMMAND_CANCEL);
    assertThat(get().getRun().getActive()).isFalse();
  }

  @Test
  void request_withEverythingWrong_isToldAllAtOnce() {
    GrpcError error =
        GrpcError.of(
            () ->
                rollouts()
                    .commandRollout(
                        CommandRolloutRequest.newBuilder()
                            .setNamespace("No Name")
                            .setRequestId("a\u0000b")
                            .setGate(RolloutGate.getDefaultInstance())
                            .setNote(ChangeNote.newBuilder().setActor("x".repeat(129)))
                            .build()));
    assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(error.text()).contains("(and 7 more)");
  }

  @Test
  void rollout_atAnApproval_waitsForAPersonWhoNamesTheGate() throws Exception {
    apply(
        slow(
            Gate.newBuilder().setApproval("release").build(),
            Gate.newBuilder().setApproval("legal").build()));
    begin();
    // Nobody reports anything: a person moves it on.
    assertThat(command(RolloutCommand.ROLLOUT_COMMAND_ADVANCE).getRun().getStageName())
        .isEqualTo("expand");
    command(RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK);
    awaitState(RolloutState.ROLLOUT_STATE_ROLLED_BACK);

    apply(
        slow().toBuilder()
            .setStages(
                0,
                stage("canary", StageKind.STAGE_KIND_CANARY, 20, 3_600)
                    .addGates(Gate.newBuilder().setApproval("release"))
                    .addGates(Gate.newBuilder().setApproval("legal")))
            .build());
    RolloutRun run = begin();
    assertThat(run.getNumber()).isEqualTo(2);
    assertThat(run.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_GATE);
    assertThat(get().getProgress().getGatesList())
        .extracting(gate -> gate.getState().name())
        .containsExactly("GATE_STATE_OPEN", "GATE_STATE_AHEAD");
    RolloutGate first = RolloutGate.newBuilder().setStage(1).setGate(1).build();
    CommandRolloutRequest approve =
        request(RolloutCommand.ROLLOUT_COMMAND_APPROVE).setGate(first).build();
    assertThat(rollouts().commandRollout(approve).getMoved()).isTrue();
    // The second click, and one for what is not open.
    assertThat(rollouts().commandRollout(approve).getMoved()).isFalse();
    assertRefused("RUN_STATE", approve.toBuilder().setGate(first.toBuilder().setStage(2)).build());
    rollouts()
        .commandRollout(
            request(RolloutCommand.ROLLOUT_COMMAND_APPROVE)
                .setGate(first.toBuilder().setGate(2))
                .build());
    awaitState(RolloutState.ROLLOUT_STATE_RUNNING);
  }

  /** What the controller looked at last, though nothing has moved and no entry has it. */
  @Test
  void compare_duringARun_carriesItsNewestVerdict() throws Exception {
    apply(slow());
    begin();
    var request = CompareVariantsRequest.newBuilder().setFeature("checkout").build();
    var analysis = AnalysisServiceGrpc.newBlockingStub(server.channel());
    Await.until("judged", () -> isJudged(analysis, request));

    CompareVariantsResponse answer = analysis.compareVariants(request);
    assertThat(answer.getVerdict().getRunId())
        .isNotEmpty()
        .isEqualTo(answer.getRunId())
        .isEqualTo(get().getRun().getRunId());
    assertThat(answer.getVerdict().getRollout()).isEqualTo("new-checkout");
    assertThat(answer.getVerdict().getSentence()).isNotEmpty();
  }

  private static boolean isJudged(
      AnalysisServiceBlockingStub analysis, CompareVariantsRequest request) {
    try {
      return analysis.compareVariants(request).hasVerdict();
    } catch (StatusRuntimeException failure) {
      // What was counted before the start is still loading.
      assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      return false;
    }
  }

  @Test
  void killSwitch_duringARun_holdsItAndLiftingGoesOn() throws Exception {
    apply(slow());
    begin();
    server
        .features()
        .killFeature(KillFeatureRequest.newBuilder().setKey("checkout").setNote(ADA).build());
    assertThat(get().getRun().getKilled()).as("before the run's mover has seen it").isTrue();
    assertThat(get().getRun().getTraffic()).as("what would be served").isEqualTo(20);
    assertThat(rollouts().listRollouts(ListRolloutsRequest.getDefaultInstance()).getRunsList())
        .singleElement()
        .satisfies(run -> assertThat(run.getKilled()).isTrue());
    awaitState(RolloutState.ROLLOUT_STATE_HOLDING);
    assertThat(get().getRun().getHold()).isEqualTo(RolloutHold.ROLLOUT_HOLD_KILLED);
    assertThat(get().getRun().getReason()).contains("kill switch").contains("ticket 7");
    assertRefused("RUN_STATE", request(RolloutCommand.ROLLOUT_COMMAND_PROMOTE).build());

    server
        .features()
        .reviveFeature(ReviveFeatureRequest.newBuilder().setKey("checkout").setNote(ADA).build());
    assertThat(get().getRun().getKilled()).isFalse();
    Await.until(
        "no longer killed", () -> get().getRun().getHold() != RolloutHold.ROLLOUT_HOLD_KILLED);
    assertThat(history())
        .extracting(RolloutLogEntry::getCommand)
        .contains(RolloutCommand.ROLLOUT_COMMAND_KILL, RolloutCommand.ROLLOUT_COMMAND_REVIVE);
  }

  @Test
  void list_ofRollouts_showsThoseNeverStartedToo() {
    apply(slow());
    apply(slow().toBuilder().setKey("another").build());
    begin();
    List<RolloutRun> all =
        rollouts().listRollouts(ListRolloutsRequest.getDefaultInstance()).getRunsList();
    assertThat(all).extracting(RolloutRun::getRollout).containsExactly("another", "new-checkout");
    assertThat(all.getFirst().getRunId()).isEmpty();

    assertThat(
            rollouts()
                .listRollouts(
                    ListRolloutsRequest.newBuilder()
                        .addStates(RolloutState.ROLLOUT_STATE_UNSPECIFIED)
                        .build())
                .getRunsList())
        .extracting(RolloutRun::getRollout)
        .containsExactly("another");
    ListRolloutsRequest paged = ListRolloutsRequest.newBuilder().setPageSize(1).build();
    var first = rollouts().listRollouts(paged);
    var second =
        rollouts().listRollouts(paged.toBuilder().setPageToken(first.getNextPageToken()).build());
    assertThat(second.getRunsList())
        .extracting(RolloutRun::getRollout)
        .containsExactly("new-checkout");
  }

  @Test
  void history_ofAMadeUpPageToken_isRefused() {
    apply(slow());
    String run = begin().getRunId();
    ListRolloutHistoryRequest request =
        ListRolloutHistoryRequest.newBuilder().setRollout("new-checkout").build();
    List<String> made =
        List.of(
            PageToken.of(request, run, "0"),
            PageToken.of(request, run, "-1"),
            PageToken.of(request, run, "99"),
            PageToken.of(request, run, Long.toString(Long.MIN_VALUE)),
            PageToken.of(request, "nobody", "1"));

    assertThat(made)
        .allSatisfy(
            token ->
                assertThat(
                        GrpcError.of(
                                () ->
                                    rollouts()
                                        .listRolloutHistory(
                                            request.toBuilder().setPageToken(token).build()))
                            .reason())
                    .isEqualTo("PAGE_TOKEN_INVALID"));
  }

  @Test
  void rollout_thatIsNoDocument_isNotFound() {
    CommandRolloutRequest pause =
        request(RolloutCommand.ROLLOUT_COMMAND_PAUSE).setRollout("nowhere").build();

    assertRefused("DOCUMENT_NOT_FOUND", pause);
    assertThat(
            GrpcError.of(
                    () ->
                        rollouts()
                            .replayRollout(
                                ReplayRolloutRequest.newBuilder().setRollout("nowhere").build()))
                .reason())
        .isEqualTo("DOCUMENT_NOT_FOUND");
    Iterator<WatchRolloutResponse> watch =
        rollouts().watchRollout(WatchRolloutRequest.newBuilder().setRollout("nowhere").build());
    assertThat(GrpcError.of(watch::hasNext).reason()).isEqualTo("DOCUMENT_NOT_FOUND");
  }
}
