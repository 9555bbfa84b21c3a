package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.RunErrors;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CommandRolloutResponse;
import dev.serin.v1.GateProgress;
import dev.serin.v1.GateState;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.Promote;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutGate;
import dev.serin.v1.RolloutHold;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StageOutlook;
import dev.serin.v1.StageProgress;
import dev.serin.v1.StageState;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.StartRolloutResponse;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutCommandsTest {
  private static final long NOON = 1_767_268_800_000L;

  private static final RolloutRun RUN =
      RolloutRun.newBuilder()
          .setRunId("6b2f")
          .setNamespace("default")
          .setRollout("checkout")
          .setFeature("new-checkout")
          .setSplit("half")
          .setTreatment("on")
          .setControl("off")
          .setNumber(3)
          .setState(RolloutState.ROLLOUT_STATE_RUNNING)
          .setStage(2)
          .setStages(3)
          .setStageName("ab-test")
          .setTraffic(25)
          .setTrafficOf(100)
          .setVersion(4)
          .setSince(Timestamps.fromMillis(NOON))
          .setActor("ada")
          .setReason("approved: looks good")
          .setActive(true)
          .build();

  private static final RolloutProgress PROGRESS =
      RolloutProgress.newBuilder()
          .setTime(Timestamps.fromMillis(NOON + 60_000))
          .addStages(
              StageProgress.newBuilder()
                  .setStage(1)
                  .setName("canary")
                  .setShare(5)
                  .setShareOf(100)
                  .setState(StageState.STAGE_STATE_PASSED)
                  .setDwell(Durations.fromMinutes(30))
                  .setDwelt(Durations.fromMinutes(30))
                  .setPromote(Promote.PROMOTE_NO_REGRESSION)
                  .setMinimumUsers(100)
                  .setTreatmentUsers(512)
                  .setControlUsers(499))
          .addStages(
              StageProgress.newBuilder()
                  .setStage(2)
                  .setName("ab-test")
                  .setShare(25)
                  .setShareOf(100)
                  .setState(StageState.STAGE_STATE_CURRENT)
                  .setDwell(Durations.fromMinutes(60))
                  .setDwelt(Durations.fromMinutes(15))
                  .setMaximum(Durations.fromDays(2))
                  .setAtMaximum(AtMaximum.AT_MAXIMUM_ROLL_BACK)
                  .setPromote(Promote.PROMOTE_NON_INFERIOR)
                  .setMinimumUsers(1_000)
                  .setTreatmentUsers(800)
                  .setControlUsers(810))
          .addStages(
              StageProgress.newBuilder()
                  .setStage(3)
                  .setName("full")
                  .setShare(100)
                  .setShareOf(100)
                  .setState(StageState.STAGE_STATE_AHEAD)
                  .setDwell(Durations.fromMinutes(10))
                  .setPromote(Promote.PROMOTE_NO_REGRESSION)
                  .addGates("an approval by release"))
          .setVerdict(verdict(VerdictAction.VERDICT_ACTION_GO_ON, "200 users are missing"))
          .setOutlook(
              StageOutlook.newBuilder()
                  .setDwellLeft(Durations.fromMinutes(45))
                  .setUsersLeft(Durations.fromMinutes(5))
                  .setUsersPerSecond(1.5)
                  .setPromotedMedian(Durations.fromMinutes(50))
                  .setPromotedP90(Durations.fromMinutes(90))
                  .setMaximumLeft(Durations.fromHours(47)))
          .build();

  private FakeApi api;

  @BeforeEach
  void serve() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static Verdict verdict(VerdictAction action, String sentence) {
    return Verdict.newBuilder()
        .setAction(action)
        .setReason(VerdictReason.VERDICT_REASON_NOT_YET)
        .setSentence(sentence)
        .setRollout("checkout")
        .setStage(2)
        .setStageName("ab-test")
        .setTime(Timestamps.fromMillis(NOON + 59_000))
        .build();
  }

  private static RolloutLogEntry entry(long version, RolloutState from, RolloutState to) {
    return RolloutLogEntry.newBuilder()
        .setVersion(version)
        .setTime(Timestamps.fromMillis(NOON + version * 1_000))
        .setFromState(from)
        .setState(to)
        .setStage(1)
        .setStageName("canary")
        .setFromTrafficOf(100)
        .setTraffic(5)
        .setTrafficOf(100)
        .setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_LOOK)
        .setNote(ChangeNote.newBuilder().setActor("serin").setReason("because " + version))
        .build();
  }

  @Test
  void start_command_sendsWhoWhyAndTheRequestsId() {
    api.will("StartRollout", StartRolloutResponse.newBuilder().setRun(RUN).build());

    Run run =
        api.run(
            "rollout",
            "start",
            "checkout",
            "--actor=ada",
            "--reason=go",
            "--request-id=r1",
            "--expect=0",
            "--namespace=shop");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualToIgnoringNewLines(
            "rollout checkout: running in stage 2 of 3, ab-test, 25 % (run 3, version 4)");
    assertThat(api.request(0, StartRolloutRequest.class))
        .isEqualTo(
            StartRolloutRequest.newBuilder()
                .setNamespace("shop")
                .setRollout("checkout")
                .setNote(ChangeNote.newBuilder().setActor("ada").setReason("go"))
                .setRequestId("r1")
                .setExpectedVersion(0)
                .build());
  }

  @ParameterizedTest
  @CsvSource({
    "pause, ROLLOUT_COMMAND_PAUSE",
    "resume, ROLLOUT_COMMAND_RESUME",
    "approve, ROLLOUT_COMMAND_APPROVE",
    "advance, ROLLOUT_COMMAND_ADVANCE",
    "promote, ROLLOUT_COMMAND_PROMOTE",
    "rollback, ROLLOUT_COMMAND_ROLL_BACK",
    "cancel, ROLLOUT_COMMAND_CANCEL"
  })
  void command_ofAPerson_isSentAsItself(String name, RolloutCommand command) {
    api.will(
        "CommandRollout", CommandRolloutResponse.newBuilder().setRun(RUN).setMoved(true).build());

    Run run = api.run("rollout", name, "checkout", "--actor=ada", "--expect=4");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("rollout checkout: running in stage 2 of 3");
    CommandRolloutRequest sent = api.request(0, CommandRolloutRequest.class);
    assertThat(sent.getCommand()).isEqualTo(command);
    assertThat(sent.getExpectedVersion()).isEqualTo(4);
    assertThat(sent.getNote().getActor()).isEqualTo("ada");
    assertThat(sent.hasGate()).isFalse();
  }

  @Test
  void approve_ofOneGate_namesIt() {
    api.will(
        "CommandRollout",
        CommandRolloutResponse.newBuilder().setRun(RUN).setBecause("all gates are passed").build());

    Run run = api.run("rollout", "approve", "checkout", "--gate=3.2");

    assertThat(run.out()).startsWith("nothing changed: all gates are passed");
    assertThat(api.request(0, CommandRolloutRequest.class).getGate())
        .isEqualTo(RolloutGate.newBuilder().setStage(3).setGate(2).build());
  }

  @Test
  void command_refused_tellsHowToMend() {
    api.will("CommandRollout", RunErrors.versionConflict("checkout", 5, 4));
    api.will("CommandRollout", RunErrors.state("checkout", "PAUSED", 5, "paused: resume it first"));
    api.will("CommandRollout", RunErrors.neverStarted("checkout"));
    api.will("CommandRollout", RunErrors.unreadable("checkout", "shop", "6b2f", "state: damaged"));

    Run stale = api.run("rollout", "advance", "checkout", "--expect=4");
    assertThat(stale.exitCode()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(stale.err())
        .contains("RUN_VERSION_CONFLICT: rollout checkout: its run is at version 5 (expected: 4)")
        .contains("mend: the run moved: look with 'serin rollout status'");

    Run refused = api.run("rollout", "advance", "checkout");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(refused.err())
        .contains("RUN_STATE: rollout checkout, PAUSED: paused: resume it first");

    Run missing = api.run("rollout", "pause", "checkout");
    assertThat(missing.exitCode()).isEqualTo(ExitCode.NOT_FOUND.code());
    assertThat(missing.err()).contains("never started").contains("'serin rollout list'");

    Run unreadable = api.run("rollout", "pause", "checkout");
    assertThat(unreadable.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(unreadable.err())
        .contains("RUN_UNREADABLE: rollout checkout: run 6b2f cannot be read by this server")
        .contains("the kill switch of feature shop")
        .endsWith("'serin kill' of the feature works meanwhile\n");
  }

  @Test
  void status_ofARun_showsStagesEvidenceAndWhatToExpect() {
    api.will(
        "GetRollout", GetRolloutResponse.newBuilder().setRun(RUN).setProgress(PROGRESS).build());

    Run run = api.run("rollout", "status", "checkout", "--run=3");

    assertThat(run.err()).isEmpty();
    assertThat(api.request(0, GetRolloutRequest.class).getRunNumber()).isEqualTo(3);
    assertThat(run.out())
        .contains(
            """
            rollout checkout: running in stage 2 of 3, ab-test, 25 % (run 3, version 4)
            feature new-checkout, split half: on instead of off
            since 2026-01-01T12:00:00Z by ada: approved: looks good
            """)
        .contains("✓  canary     5 %  ####################  30 min of 30 min")
        .contains("▶  ab-test   25 %  #####...............  15 min of 1 h, at 2 d rolled back")
        .contains("·  full     100 %  ....................  10 min")
        .containsPattern("800 +810 +1000  non_inferior")
        .contains("no_regression  an approval by release")
        .contains(
            "expected: dwell: 45 min left; users: 5 min left (1.5 new per second); promoted in"
                + " 50 min (nine in ten: 1 h 30 min) where nothing is worse; maximum in 1 d 23 h")
        .contains("go on: 200 users are missing");
  }

  @Test
  void status_atGates_saysWhatIsWaitedForAndHow() {
    RolloutProgress atGates =
        RolloutProgress.newBuilder()
            .addGates(gate(1, GateState.GATE_STATE_PASSED, "the webhook http://ci"))
            .addGates(gate(2, GateState.GATE_STATE_OPEN, "an approval").setApproval(true))
            .addGates(gate(3, GateState.GATE_STATE_AHEAD, "a bake time of 1 h"))
            .build();
    RolloutRun waiting =
        RUN.toBuilder().setState(RolloutState.ROLLOUT_STATE_GATE).setReason("a\u001b[2J").build();
    api.will(
        "GetRollout", GetRolloutResponse.newBuilder().setRun(waiting).setProgress(atGates).build());

    Run run = api.run("rollout", "status", "checkout");

    assertThat(run.out())
        .contains("rollout checkout: at a gate before stage 3, 25 %")
        .contains("by ada: a\\u001B[2J")
        .contains("gate 3.1 passed: the webhook http://ci")
        .contains("gate 3.2 waits for an approval: 'serin rollout approve checkout --gate 3.2'")
        .contains("gate 3.3 then: a bake time of 1 h");
  }

  private static GateProgress.Builder gate(int number, GateState state, String awaited) {
    return GateProgress.newBuilder()
        .setGate(RolloutGate.newBuilder().setStage(3).setGate(number))
        .setState(state)
        .setAwaited(awaited);
  }

  @Test
  void status_ofANeverStartedRollout_saysHowToStartIt() {
    api.will(
        "GetRollout",
        GetRolloutResponse.newBuilder()
            .setRun(RolloutRun.newBuilder().setRollout("checkout").setFeature("new-checkout"))
            .build());

    assertThat(api.run("rollout", "status", "checkout").out())
        .contains("rollout checkout: never started")
        .contains("'serin rollout start checkout' starts it");
  }

  @Test
  void list_command_readsAllPagesAndFilters() {
    RolloutRun never = RolloutRun.newBuilder().setRollout("z").setFeature("f").build();
    RolloutRun holding =
        RUN.toBuilder()
            .setState(RolloutState.ROLLOUT_STATE_HOLDING)
            .setHold(RolloutHold.ROLLOUT_HOLD_VERDICT)
            .setTraffic(3)
            .setTrafficOf(1_000)
            .build();
    api.will(
        "ListRollouts",
        ListRolloutsResponse.newBuilder().addRuns(holding).setNextPageToken("next").build());
    api.will("ListRollouts", ListRolloutsResponse.newBuilder().addRuns(never).build());

    Run run = api.run("rollout", "list", "--state=holding,never_started", "--feature=new-checkout");

    assertThat(run.out().lines())
        .containsExactly(
            "ROLLOUT   FEATURE       RUN  STATE          STAGE             TRAFFIC  VERSION  SINCE",
            "checkout  new-checkout    3  holding        ab-test (2 of 3)   3/1000        4 "
                + " 2026-01-01T12:00:00Z",
            "z         f               -  never_started  -                       -        -");
    assertThat(api.request(0, ListRolloutsRequest.class).getStatesList())
        .containsExactly(
            RolloutState.ROLLOUT_STATE_HOLDING, RolloutState.ROLLOUT_STATE_UNSPECIFIED);
    assertThat(api.request(1, ListRolloutsRequest.class).getPageToken()).isEqualTo("next");
    assertThat(api.request(1, ListRolloutsRequest.class).getFeature()).isEqualTo("new-checkout");
  }

  private void willTellHistory() {
    RolloutLogEntry command =
        entry(1, RolloutState.ROLLOUT_STATE_PENDING, RolloutState.ROLLOUT_STATE_RUNNING).toBuilder()
            .setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND)
            .setCommand(RolloutCommand.ROLLOUT_COMMAND_START)
            .setNote(ChangeNote.newBuilder().setActor("ada, \"eve\"").setReason("=1+1"))
            .build();
    RolloutLogEntry look =
        entry(2, RolloutState.ROLLOUT_STATE_RUNNING, RolloutState.ROLLOUT_STATE_ROLLING_BACK)
            .toBuilder()
            .setFromStage(1)
            .setFromTraffic(5)
            .setTraffic(0)
            .setVerdict(
                verdict(VerdictAction.VERDICT_ACTION_ROLL_BACK, "worse").toBuilder()
                    .setMetric("errors"))
            .build();
    api.will(
        "ListRolloutHistory",
        ListRolloutHistoryResponse.newBuilder()
            .addEntries(command)
            .setRun(RUN)
            .setNextPageToken("next")
            .build());
    api.will(
        "ListRolloutHistory",
        ListRolloutHistoryResponse.newBuilder().addEntries(look).setRun(RUN).build());
  }

  @Test
  void history_asATable_saysWhoChangedWhichTraffic() {
    willTellHistory();

    Run run = api.run("rollout", "history", "checkout");

    assertThat(run.out().lines())
        .containsExactly(
            "ENTRY  TIME                  ACTOR       EVENT  STATE         STAGE   TRAFFIC     WHY",
            "    1  2026-01-01T12:00:01Z  ada, \"eve\"  start  running       canary  0 % -> 5 % "
                + " =1+1",
            "    2  2026-01-01T12:00:02Z  serin       look   rolling_back  canary  5 % -> 0 % "
                + " because 2");
  }

  @Test
  void history_asCsv_quotesAndDisarmsTexts() {
    willTellHistory();

    Run run = api.run("rollout", "history", "checkout", "-o", "csv", "--run=3");

    assertThat(run.out().lines())
        .containsExactly(
            "namespace,rollout,run,run_id,feature,split,version,time,actor,event,from_state,"
                + "from_stage,state,stage,stage_name,from_traffic_percent,traffic_percent,verdict,"
                + "metric,reason",
            "\"default\",\"checkout\",3,\"6b2f\",\"new-checkout\",\"half\",1,2026-01-01T12:00:01Z,"
                + "\"ada, \"\"eve\"\"\",start,pending,0,running,1,\"canary\",0,5,,\"\",\"'=1+1\"",
            "\"default\",\"checkout\",3,\"6b2f\",\"new-checkout\",\"half\",2,2026-01-01T12:00:02Z,"
                + "\"serin\",look,running,1,rolling_back,1,\"canary\",5,0,roll back,\"errors\","
                + "\"because 2\"");
    assertThat(api.request(1, ListRolloutHistoryRequest.class).getPageToken()).isEqualTo("next");
    assertThat(api.request(1, ListRolloutHistoryRequest.class).getRunNumber()).isEqualTo(3);
  }

  @Test
  void history_asJson_isALineForEachEntry() {
    willTellHistory();

    Run run = api.run("rollout", "history", "checkout", "-o", "json", "--evidence");

    assertThat(run.out().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"version\":"));
    assertThat(api.request(0, ListRolloutHistoryRequest.class).getIncludeEvidence()).isTrue();
  }

  @Test
  void replay_ofADifference_tellsItAndEndsAsRefused() {
    ReplayRolloutResponse.Builder answer =
        ReplayRolloutResponse.newBuilder()
            .setLogEntries(2)
            .setJudged(1)
            .setMovesHold(true)
            .addEntries(
                ReplayedEntry.newBuilder()
                    .setVersion(1)
                    .setState(RolloutState.ROLLOUT_STATE_RUNNING)
                    .setOutcome(ReplayOutcome.REPLAY_OUTCOME_NO_EVIDENCE))
            .addEntries(
                ReplayedEntry.newBuilder()
                    .setVersion(2)
                    .setState(RolloutState.ROLLOUT_STATE_ROLLING_BACK)
                    .setOutcome(ReplayOutcome.REPLAY_OUTCOME_SAME)
                    .setLogged(VerdictAction.VERDICT_ACTION_ROLL_BACK)
                    .setJudged(VerdictAction.VERDICT_ACTION_ROLL_BACK)
                    .setSentence("errors are worse"));
    api.will("ReplayRollout", answer.build());
    api.will(
        "ReplayRollout",
        answer
            .addDifferent(2)
            .setMovesHold(false)
            .setMovesProblem("entry 2: is not what its event does")
            .build());

    Run same = api.run("rollout", "replay", "checkout");
    assertThat(same.exitCode()).isZero();
    assertThat(same.out())
        .containsPattern("2 +rolling_back +same +roll back +roll back +errors are worse")
        .contains("1 of 2 entries judged again: all the same")
        .contains("moves: the log leads to the run's state");

    Run different = api.run("rollout", "replay", "checkout");
    assertThat(different.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(different.out())
        .contains("1 different, 0 unreadable")
        .contains("moves: entry 2: is not what its event does");
  }

  @Test
  void watch_withoutATerminal_printsEachDecisionOnceAndEndsWithTheRun() {
    RolloutLogEntry first =
        entry(1, RolloutState.ROLLOUT_STATE_PENDING, RolloutState.ROLLOUT_STATE_RUNNING);
    RolloutLogEntry second =
        entry(2, RolloutState.ROLLOUT_STATE_RUNNING, RolloutState.ROLLOUT_STATE_ROLLED_BACK);
    RolloutRun begun = RUN.toBuilder().setVersion(1).build();
    RolloutRun over =
        RUN.toBuilder().setVersion(2).setState(RolloutState.ROLLOUT_STATE_ROLLED_BACK).build();
    WatchRolloutResponse answer =
        WatchRolloutResponse.newBuilder().setRun(begun).setProgress(PROGRESS).build();
    api.will("WatchRollout", answer.toBuilder().addEntries(first).build())
        .will("WatchRollout", answer)
        .will("WatchRollout", answer.toBuilder().addEntries(first).addEntries(second).build())
        .will("WatchRollout", answer.toBuilder().setRun(over).build())
        .will("WatchRollout", FakeApi.END);

    Run run = api.run("rollout", "watch", "checkout", "--entries=7");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCode.ROLLED_BACK.code());
    assertThat(run.out().lines())
        .containsExactly(
            "rollout checkout: running in stage 2 of 3, ab-test, 25 % (run 3, version 1)",
            "#1 2026-01-01T12:00:01Z pending -> running canary, 0 % -> 5 %, serin: because 1",
            "look 2026-01-01T12:00:59Z go on: 200 users are missing",
            "#2 2026-01-01T12:00:02Z running -> rolled_back canary, 0 % -> 5 %, serin: because 2",
            "rollout checkout: rolled back in stage 2 of 3, ab-test, 25 % (run 3, version 2)");
    assertThat(api.request(0, WatchRolloutRequest.class).getEntries()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"COMPLETED, 0", "ROLLED_BACK, 6", "CANCELLED, 7"})
  void watch_ofARunThatIsOver_tellsItByTheExitCode(String state, int exitCode) {
    api.will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder()
                .setRun(
                    RUN.toBuilder()
                        .setState(RolloutState.valueOf("ROLLOUT_STATE_" + state))
                        .setActive(false))
                .build())
        .will("WatchRollout", FakeApi.END);

    assertThat(api.run("rollout", "watch", "checkout", "-o", "json").exitCode())
        .isEqualTo(exitCode);
  }

  @Test
  void watch_onATerminal_isRenewedInPlace() {
    WatchRolloutResponse answer =
        WatchRolloutResponse.newBuilder()
            .setRun(RUN)
            .setProgress(PROGRESS)
            .addEntries(
                entry(3, RolloutState.ROLLOUT_STATE_GATE, RolloutState.ROLLOUT_STATE_RUNNING))
            .build();
    api.will("WatchRollout", answer).will("WatchRollout", answer).will("WatchRollout", FakeApi.END);

    Run run =
        Run.of(
            Run.NO_SERVER, "", true, "rollout", "watch", "checkout", "--server=" + api.address());

    assertThat(run.out())
        .containsPattern("\u001b\\[\\d+A\u001b\\[J")
        .contains("█████░░░░░░░░░░░░░░░")
        .contains("last decisions:");
    assertThat(run.out().split("#3 2026")).hasSize(3);
  }

  @Test
  void watch_asTimePasses_movesWhatRuns() {
    RolloutProgress later = RolloutScreen.passed(PROGRESS, Duration.ofMinutes(50));

    assertThat(later.getStages(0)).isEqualTo(PROGRESS.getStages(0));
    assertThat(Durations.toMinutes(later.getStages(1).getDwelt())).isEqualTo(65);
    assertThat(Durations.toMillis(later.getOutlook().getDwellLeft())).isZero();
    assertThat(Durations.toMinutes(later.getOutlook().getMaximumLeft())).isEqualTo(46 * 60 + 10);

    RolloutProgress paused =
        PROGRESS.toBuilder().setOutlook(StageOutlook.getDefaultInstance()).build();
    assertThat(RolloutScreen.passed(paused, Duration.ofMinutes(50))).isEqualTo(paused);
  }

  @Test
  void watch_ofALostServer_isTakenUpAgainWithoutRepeats() {
    RolloutLogEntry first =
        entry(1, RolloutState.ROLLOUT_STATE_PENDING, RolloutState.ROLLOUT_STATE_RUNNING);
    RolloutRun begun = RUN.toBuilder().setVersion(1).build();
    RolloutRun over =
        RUN.toBuilder().setVersion(1).setState(RolloutState.ROLLOUT_STATE_COMPLETED).build();
    api.will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder().setRun(begun).addEntries(first).build())
        .will("WatchRollout", ApiErrors.shuttingDown())
        .will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder().setRun(over).addEntries(first).build())
        .will("WatchRollout", FakeApi.END);

    Run run = api.run("rollout", "watch", "checkout");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEqualToIgnoringNewLines("the server is away: trying again");
    assertThat(run.out())
        .containsOnlyOnce("#1 2026")
        .endsWith("completed, 25 % (run 3, version 1)\n");
    assertThat(api.request(1, WatchRolloutRequest.class).getEntries()).isEqualTo(100);
  }
}
