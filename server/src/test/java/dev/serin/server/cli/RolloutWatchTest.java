package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.GateProgress;
import dev.serin.v1.GateState;
import dev.serin.v1.GetRolloutResponse;
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
