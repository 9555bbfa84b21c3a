package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.GateProgress;
import dev.serin.v1.GateState;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.RolloutGate;
import dev.serin.v1.RolloutHold;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StageProgress;
import dev.serin.v1.StageState;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.WatchRolloutResponse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is shown of runs that others replaced, and of looks that others made. */
class RolloutWatchTest {
  private static final long NOON = 1_767_268_800_000L;
  private static final RolloutProgress NOTHING = RolloutProgress.getDefaultInstance();

  private FakeApi api;

  @BeforeEach
  void serve() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static RolloutRun run(String id, long number, long version, RolloutState state) {
    return RolloutRun.newBuilder()
        .setRunId(id)
        .setRollout("checkout")
        .setNumber(number)
        .setVersion(version)
        .setState(state)
        .setTrafficOf(100)
        .setActive(state == RolloutState.ROLLOUT_STATE_RUNNING)
        .build();
  }

  private static RolloutLogEntry entry(long version, String reason) {
    return RolloutLogEntry.newBuilder()
        .setVersion(version)
        .setTime(Timestamps.fromMillis(NOON))
        .setState(RolloutState.ROLLOUT_STATE_RUNNING)
        .setTrafficOf(100)
        .setFromTrafficOf(100)
        .setNote(ChangeNote.newBuilder().setActor("ada").setReason(reason))
        .build();
  }

  @Test
  void watch_whereAnotherRunBeganMeanwhile_showsItFromItsFirstEntry() {
    api.will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder()
                .setRun(run("one", 1, 7, RolloutState.ROLLOUT_STATE_RUNNING))
                .addEntries(entry(7, "of the first"))
                .build())
        .will("WatchRollout", ApiErrors.shuttingDown())
        .will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder()
                .setRun(run("two", 2, 2, RolloutState.ROLLOUT_STATE_CANCELLED))
                .addEntries(entry(1, "begun again"))
                .addEntries(entry(2, "stopped again"))
                .build())
        .will("WatchRollout", FakeApi.END);

    Run watch = api.run("rollout", "watch", "checkout");

    assertThat(watch.exitCode()).isEqualTo(ExitCode.CANCELLED.code());
    assertThat(watch.out())
        .contains("(run 1, version 7)", "of the first")
        .contains("(run 2, version 2)", "begun again", "stopped again");
  }

  @Test
  void watch_ofMoreEntriesThanAnAnswerTells_showsThemAll() {
    RolloutRun before = run("one", 1, 1, RolloutState.ROLLOUT_STATE_RUNNING);
    RolloutRun after = run("one", 1, 3, RolloutState.ROLLOUT_STATE_CANCELLED);
    api.will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder().setRun(before).addEntries(entry(1, "begun")).build())
        .will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder().setRun(after).addEntries(entry(2, "a page")).build())
        .will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder()
                .setRun(after)
                .addEntries(entry(3, "the next"))
                .build())
        .will("WatchRollout", FakeApi.END);

    assertThat(api.run("rollout", "watch", "checkout").out())
        .containsOnlyOnce("begun")
        .containsOnlyOnce("a page")
        .containsOnlyOnce("the next");
  }

  @Test
  void watch_onATerminalOfALostServer_saysHowOldItIsWhatIsShown() {
    RolloutRun running = run("one", 1, 2, RolloutState.ROLLOUT_STATE_RUNNING);
    RolloutRun over = run("one", 1, 3, RolloutState.ROLLOUT_STATE_CANCELLED);
    api.will("WatchRollout", WatchRolloutResponse.newBuilder().setRun(running).build())
        .will("WatchRollout", ApiErrors.shuttingDown())
        .will("WatchRollout", WatchRolloutResponse.newBuilder().setRun(over).build())
        .will("WatchRollout", FakeApi.END);

    Run watch =
        Run.of(
            Run.NO_SERVER, "", true, "rollout", "watch", "checkout", "--server=" + api.address());

    assertThat(watch.err()).as("a line between would be left on the screen").isEmpty();
    assertThat(watch.out()).contains("the server is away: trying again; this was so ");
    assertThat(watch.exitCode()).isEqualTo(ExitCode.CANCELLED.code());
  }

  @Test
  void watch_withoutEntries_doesNotShowOldOnesWhenTheServerIsBack() {
    RolloutRun running = run("one", 1, 2, RolloutState.ROLLOUT_STATE_RUNNING);
    RolloutRun over = run("one", 1, 3, RolloutState.ROLLOUT_STATE_CANCELLED);
    api.will("WatchRollout", WatchRolloutResponse.newBuilder().setRun(running).build())
        .will("WatchRollout", ApiErrors.shuttingDown())
        .will(
            "WatchRollout",
            WatchRolloutResponse.newBuilder()
                .setRun(over)
                .addEntries(entry(1, "begun"))
                .addEntries(entry(2, "moved"))
                .addEntries(entry(3, "ended"))
                .build())
        .will("WatchRollout", FakeApi.END);

    assertThat(api.run("rollout", "watch", "checkout", "--entries=0").out())
        .doesNotContain("begun", "moved")
        .containsOnlyOnce("ended");
  }

  private String status(RolloutRun.Builder run, RolloutProgress progress) {
    api.will(
        "GetRollout", GetRolloutResponse.newBuilder().setRun(run).setProgress(progress).build());
    return api.run("rollout", "status", "checkout").out();
  }

  @Test
  void status_beforeTheFirstStage_saysThatTheDocumentIsServed() {
    assertThat(status(before(RolloutState.ROLLOUT_STATE_GATE), NOTHING))
        .contains("at a gate before stage 1, the document's weights (run 1, version 7)");
    assertThat(status(before(RolloutState.ROLLOUT_STATE_CANCELLED), NOTHING))
        .contains("cancelled, the document's weights");
    assertThat(status(before(RolloutState.ROLLOUT_STATE_ROLLED_BACK), NOTHING))
        .as("everybody has the control")
        .contains("rolled back, 0 %");
  }

  private static RolloutRun.Builder before(RolloutState state) {
    return run("one", 1, 7, state).toBuilder();
  }

  @Test
  void status_ofARunThatWaitsForAPerson_saysWhatThePersonCanDo() {
    assertThat(status(before(RolloutState.ROLLOUT_STATE_PAUSED), NOTHING))
        .contains("to go on: 'serin rollout resume checkout'");
    assertThat(
            status(
                before(RolloutState.ROLLOUT_STATE_HOLDING)
                    .setFeature("new-checkout")
                    .setHold(RolloutHold.ROLLOUT_HOLD_KILLED),
                NOTHING))
        .contains("to go on: 'serin revive new-checkout'");
    assertThat(
            status(
                before(RolloutState.ROLLOUT_STATE_HOLDING)
                    .setHold(RolloutHold.ROLLOUT_HOLD_MAXIMUM),
                NOTHING))
        .contains("to go on: 'serin rollout resume checkout' repeats the stage,");
    assertThat(
            status(
                before(RolloutState.ROLLOUT_STATE_HOLDING)
                    .setHold(RolloutHold.ROLLOUT_HOLD_VERDICT),
                NOTHING))
        .as("it goes on by itself")
        .doesNotContain("to go on");
  }

  @Test
  void status_atAGate_saysWhyItStaysThere() {
    RolloutProgress refused =
        RolloutProgress.newBuilder()
            .setBecause("the webhook http://ci refused\u001b[2J")
            .addGates(
                GateProgress.newBuilder()
                    .setGate(RolloutGate.newBuilder().setStage(1).setGate(1))
                    .setState(GateState.GATE_STATE_REFUSED)
                    .setAwaited("the webhook http://ci"))
            .build();

    assertThat(status(before(RolloutState.ROLLOUT_STATE_GATE), refused))
        .contains("now: the webhook http://ci refused\\u001B[2J")
        .contains(
            "gate 1.1 refused: the webhook http://ci: 'serin rollout resume checkout' asks again,"
                + " 'serin rollout advance checkout' goes on without");
    assertThat(status(before(RolloutState.ROLLOUT_STATE_PAUSED), refused))
        .as("paused it is not asked")
        .contains("gate 1.1 refused: the webhook http://ci\n");
  }

  @Test
  void status_ofAKilledRun_saysThatNothingOfItIsServed() {
    RolloutRun.Builder running =
        before(RolloutState.ROLLOUT_STATE_RUNNING)
            .setFeature("new-checkout")
            .setStage(1)
            .setStages(2)
            .setStageName("canary")
            .setTraffic(25)
            .setKilled(true);

    assertThat(status(running, NOTHING))
        .contains("in stage 1 of 2, canary, 0 % as the kill switch is set (else 25 %) (run 1,")
        .contains("to go on: 'serin revive new-checkout'");
    assertThat(status(before(RolloutState.ROLLOUT_STATE_GATE).setKilled(true), NOTHING))
        .contains("0 % as the kill switch is set (else the document's weights)");
    assertThat(status(before(RolloutState.ROLLOUT_STATE_ROLLED_BACK).setKilled(true), NOTHING))
        .as("it served nothing before")
        .contains("rolled back, 0 % (run 1,")
        .doesNotContain("to go on");
    api.will("ListRollouts", ListRolloutsResponse.newBuilder().addRuns(running).build());
    assertThat(api.run("rollout", "list").out()).contains("0 % (else 25 %)");
  }

  @Test
  void watch_ofARunWhoseSwitchIsSet_saysSoBeforeAnyEntryDoes() {
    RolloutRun running =
        run("one", 1, 2, RolloutState.ROLLOUT_STATE_RUNNING).toBuilder().setTraffic(25).build();
    RolloutRun killed = running.toBuilder().setKilled(true).build();
    for (RolloutRun one : List.of(running, killed, killed)) {
      api.will("WatchRollout", WatchRolloutResponse.newBuilder().setRun(one).build());
    }
    api.will("WatchRollout", FakeApi.END);

    assertThat(api.run("rollout", "watch", "checkout").out().lines())
        .containsExactly(
            "rollout checkout: running, 25 % (run 1, version 2)",
            "rollout checkout: running, 0 % as the kill switch is set (else 25 %) (run 1,"
                + " version 2)");
  }

  @Test
  void status_ofARunThatTheServerCannotRead_saysWhatAndWhatWorks() {
    RolloutRun.Builder unreadable =
        before(RolloutState.ROLLOUT_STATE_RUNNING)
            .setFeature("new-checkout")
            .setStage(2)
            .clearTrafficOf()
            .setUnreadable("machine state: version 9 (expected: 1)");

    assertThat(status(unreadable, NOTHING))
        .isEqualToIgnoringNewLines(
            "rollout checkout: running, not readable by this server (run 1, version 7)"
                + "this server cannot read: machine state: version 9 (expected: 1)"
                + "a server as new as the one that wrote it can; 'serin kill new-checkout' works"
                + " meanwhile");
    api.will(
        "ListRollouts",
        ListRolloutsResponse.newBuilder()
            .addRuns(unreadable)
            .addRuns(unreadable.clone().clearState())
            .build());
    assertThat(api.run("rollout", "list").out())
        .containsPattern("running \\(unreadable\\) +2 +\\? +7")
        .containsPattern("in an unknown state \\(unreadable\\) +2 +\\? +7");
  }

  @Test
  void history_ofAnEntryThatTheServerCannotRead_saysWhat() {
    RolloutLogEntry unreadable =
        entry(1, "begun").toBuilder()
            .clearTrafficOf()
            .setStage(2)
            .setUnreadable("event: version 9 (expected: 1)")
            .build();
    ListRolloutHistoryResponse answer =
        ListRolloutHistoryResponse.newBuilder()
            .setRun(run("one", 1, 1, RolloutState.ROLLOUT_STATE_RUNNING))
            .addEntries(unreadable)
            .build();
    api.will("ListRolloutHistory", answer).will("ListRolloutHistory", answer);

    assertThat(api.run("rollout", "history", "checkout").out())
        .containsPattern("ada +\\? +running +2 +0 % -> \\? +begun")
        .contains("begun (not readable by this server: event: version 9 (expected: 1))");
    assertThat(api.run("rollout", "history", "checkout", "-o", "csv").out())
        .contains(",\"ada\",?,?,0,running,2,\"\",0,,,");
  }

  private String status(long lookedMillis, boolean active, StageState state) {
    RolloutState of =
        active ? RolloutState.ROLLOUT_STATE_RUNNING : RolloutState.ROLLOUT_STATE_ROLLED_BACK;
    api.will(
        "GetRollout",
        GetRolloutResponse.newBuilder()
            .setRun(run("one", 1, 7, of))
            .setProgress(
                RolloutProgress.newBuilder()
                    .setTime(Timestamps.fromMillis(NOON))
                    .addStages(
                        StageProgress.newBuilder()
                            .setStage(1)
                            .setName("canary")
                            .setShareOf(100)
                            .setState(state))
                    .setVerdict(
                        Verdict.newBuilder()
                            .setAction(VerdictAction.VERDICT_ACTION_GO_ON)
                            .setReason(VerdictReason.VERDICT_REASON_NOT_YET)
                            .setSentence("200 users are missing")
                            .setTime(Timestamps.fromMillis(lookedMillis))))
            .build());
    return api.run("rollout", "status", "checkout").out();
  }

  @Test
  void status_ofALookThatIsOld_saysHowOld() {
    assertThat(status(NOON - 95_000, true, StageState.STAGE_STATE_CURRENT))
        .contains("as of 95 s ago: newer looks are with the replica that moves runs, if one does");
    assertThat(status(NOON - 2_000, true, StageState.STAGE_STATE_CURRENT)).doesNotContain("as of");
    assertThat(status(NOON - 95_000, false, StageState.STAGE_STATE_STOPPED))
        .as("of a run that is over there are no newer ones")
        .doesNotContain("as of");
  }

  @Test
  void status_ofAStageThatWasStopped_doesNotShowItAsPassed() {
    assertThat(status(NOON, false, StageState.STAGE_STATE_STOPPED))
        .containsPattern("✗ +canary .*\\.{20}")
        .doesNotContain("✓");
  }
}
