package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.GetRolloutResponse;
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
        .contains("as of 95 s ago: the replica that moves the run knows newer looks");
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
