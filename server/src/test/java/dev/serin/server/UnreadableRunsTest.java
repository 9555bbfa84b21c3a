package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Gate;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.Guardrail;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayedEntry;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of runs that a newer server wrote, and of runs whose feature is killed. */
class UnreadableRunsTest {
  private static final String KEY = "new-checkout";

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

  /** As whatever has a version would begin, and nothing else would go on. */
  private static final byte[] NEWER = {9, 1, 2, 3, 4, 5};

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
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

  /** Starts a run that serves the treatment to half, or waits for an approval of that. */
  private RolloutRun begin(Gate... gates) {
    Rollout rollout =
        Rollout.newBuilder()
            .setKey(KEY)
            .setFeature("checkout")
            .setSplit("half")
            .setTreatment("on")
            .setControl("off")
            .addGuardrails(Guardrail.newBuilder().setMetric("errors"))
            .addStages(
                Stage.newBuilder()
                    .setName("canary")
                    .setKind(StageKind.STAGE_KIND_CANARY)
                    .setShare(50)
                    .setDwell(Durations.fromHours(1))
                    .addAllGates(List.of(gates)))
            .addStages(
                Stage.newBuilder().setName("full").setKind(StageKind.STAGE_KIND_FULL).setShare(100))
            .build();
    rollouts()
        .applyRollout(ApplyRolloutRequest.newBuilder().setRollout(rollout).setNote(ADA).build());
    return rollouts()
        .startRollout(StartRolloutRequest.newBuilder().setRollout(KEY).setNote(ADA).build())
        .getRun();
  }

  private static Gate approval() {
    return Gate.newBuilder().setApproval("release").build();
  }

  private static CommandRolloutRequest request(RolloutCommand command) {
    return CommandRolloutRequest.newBuilder()
        .setRollout(KEY)
        .setCommand(command)
        .setNote(ADA)
        .build();
  }

  private GetRolloutResponse get() {
    return rollouts().getRollout(GetRolloutRequest.newBuilder().setRollout(KEY).build());
  }

  private ListRolloutHistoryResponse history() {
    return rollouts()
        .listRolloutHistory(ListRolloutHistoryRequest.newBuilder().setRollout(KEY).build());
  }

  private RolloutRun listed() {
    List<RolloutRun> runs =
        rollouts().listRollouts(ListRolloutsRequest.getDefaultInstance()).getRunsList();
    assertThat(runs).hasSize(1);
    return runs.getFirst();
  }

  private Iterator<WatchRolloutResponse> watch() {
    return rollouts()
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .watchRollout(WatchRolloutRequest.newBuilder().setRollout(KEY).build());
  }

  private void kill() {
    server
        .features()
        .killFeature(KillFeatureRequest.newBuilder().setKey("checkout").setNote(ADA).build());
  }

  /** Writes into one row what a newer server may have written, so many columns of bytes. */
  private void overwrite(String update, int columns) throws SQLException {
    Path file = directory.resolve("data").resolve("serin.db");
    try (Connection store = DriverManager.getConnection("jdbc:sqlite:" + file);
        PreparedStatement wait = store.prepareStatement("PRAGMA busy_timeout = 5000");
        PreparedStatement statement = store.prepareStatement(update)) {
      wait.execute();
      for (int i = 1; i <= columns; i++) {
        statement.setBytes(i, NEWER);
      }
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  private boolean isServedTheTreatment(int user) {
    return server
        .decisions()
        .evaluate(
            EvaluateRequest.newBuilder()
                .setFeature("checkout")
                .setUserKey("user-" + user)
                .setRecordExposure(false)
                .build())
        .getVariant()
        .equals("on");
  }

  private void assertUnreadable(String what, ThrowingCallable call) {
    GrpcError error = GrpcError.of(call);
    assertThat(error.reason()).isEqualTo("RUN_UNREADABLE");
    assertThat(error.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(error.text()).contains(KEY, listed().getRunId(), "kill switch", what);
    assertThat(error.metadata()).containsEntry("feature", "checkout").containsEntry("rollout", KEY);
  }

  @Test
  void run_whoseStateIsOfANewerServer_isShownAsItsRowSaysAndTellsWhyNotMore() throws Exception {
    RolloutRun begun = begin(approval());
    overwrite("UPDATE rollout_run SET state = ?", 1);

    GetRolloutResponse shown = get();

    String what = "machine state: version 9 (expected: 1)";
    RolloutRun run = shown.getRun();
    assertThat(run.getUnreadable()).isEqualTo(what);
    assertThat(run.getReason()).contains("not readable by this server");
    assertThat(run.getRunId()).isEqualTo(begun.getRunId());
    assertThat(run.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_GATE);
    assertThat(run.getActive()).isTrue();
    assertThat(shown.getRollout().getKey()).isEqualTo(KEY);
    assertThat(shown.hasProgress()).isFalse();
    assertThat(listed()).isEqualTo(run);
    for (RolloutCommand command :
        List.of(
            RolloutCommand.ROLLOUT_COMMAND_PAUSE,
            RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK,
            RolloutCommand.ROLLOUT_COMMAND_CANCEL)) {
      assertUnreadable(what, () -> rollouts().commandRollout(request(command)));
    }
    assertUnreadable(
        what,
        () -> rollouts().replayRollout(ReplayRolloutRequest.newBuilder().setRollout(KEY).build()));
    Iterator<WatchRolloutResponse> watch = watch();
    assertUnreadable(what, watch::hasNext);
    assertThat(history().getRun()).isEqualTo(run);
    assertThat(history().getEntriesList())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getUnreadable()).isEmpty();
              assertThat(entry.getKind()).isEqualTo(RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND);
              assertThat(entry.getTrafficOf()).isEqualTo(100);
            });
  }

  @Test
  void run_whoseDocumentsAreOfANewerServer_isStoppedByTheKillSwitch() throws Exception {
    begin();
    Await.until("some are served the treatment", () -> isServedTheTreatment(user()));
    int user = user();
    overwrite("UPDATE rollout_run SET documents = ?", 1);
    String what = "documents of a run: version 9 (expected: version 1)";
    assertThat(get().getRun().getUnreadable()).isEqualTo(what);
    assertThat(get().getRun().getKilled()).isFalse();
    assertUnreadable(
        what, () -> rollouts().commandRollout(request(RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK)));

    kill();

    Await.until("the off variant for all", () -> !isServedTheTreatment(user));
    assertThat(get().getRun().getKilled()).isTrue();
    assertThat(get().getRun().getUnreadable()).isEqualTo(what);
    assertThat(listed().getKilled()).isTrue();
    RolloutLogEntry first = history().getEntries(0);
    assertThat(first.getNote().getActor()).isEqualTo("ada");
    assertThat(first.getUnreadable()).as("the entry itself can be read").isEmpty();
    assertThat(first.getTrafficOf()).as("the stages are not known").isZero();
    assertThat(first.getFromTrafficOf()).isEqualTo(100);
  }

  /** A user whom the run serves the treatment; else 0. */
  private int user() {
    return IntStream.range(0, 100).filter(this::isServedTheTreatment).findFirst().orElse(0);
  }

  @Test
  void entry_thatANewerServerWrote_isMarkedAndHidesNoOther() throws Exception {
    begin(approval());
    rollouts().commandRollout(request(RolloutCommand.ROLLOUT_COMMAND_APPROVE));
    rollouts().commandRollout(request(RolloutCommand.ROLLOUT_COMMAND_PAUSE));
    overwrite("UPDATE rollout_entry SET event = ?, evidence = ? WHERE number = 2", 2);

    List<RolloutLogEntry> entries = history().getEntriesList();

    assertThat(entries).extracting(RolloutLogEntry::getVersion).startsWith(1L, 2L, 3L);
    assertThat(entries)
        .filteredOn(entry -> !entry.getUnreadable().isEmpty())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getVersion()).isEqualTo(2);
              assertThat(entry.getUnreadable())
                  .isEqualTo(
                      "event: version 9 (expected: 1);"
                          + " evidence of an entry: version 9 (expected: version 1)");
              assertThat(entry.getKind())
                  .isEqualTo(RolloutEventKind.ROLLOUT_EVENT_KIND_UNSPECIFIED);
              assertThat(entry.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_GATE);
              assertThat(entry.getTrafficOf()).isEqualTo(100);
              assertThat(entry.getNote().getActor()).isEqualTo("ada");
            });
    assertThat(get().getRun().getUnreadable()).isEmpty();
    assertThat(get().hasProgress()).isTrue();
    assertThat(watch().next().getEntriesList()).isEqualTo(entries);
    var replay =
        rollouts().replayRollout(ReplayRolloutRequest.newBuilder().setRollout(KEY).build());
    assertThat(replay.getMovesHold()).isFalse();
    assertThat(replay.getEntriesList())
        .filteredOn(entry -> entry.getVersion() == 2)
        .extracting(ReplayedEntry::getOutcome)
        .containsExactly(ReplayOutcome.REPLAY_OUTCOME_UNREADABLE);
  }

  @Test
  void phase_thatThisServerDoesNotKnow_hidesNothingElse() throws Exception {
    begin(approval());
    overwrite("UPDATE rollout_entry SET phase = 'RESTING'", 0);

    RolloutLogEntry entry = history().getEntries(0);

    assertThat(entry.getUnreadable())
        .isEqualTo("phase: RESTING (expected: one that this server knows)");
    assertThat(entry.getState()).isEqualTo(RolloutState.ROLLOUT_STATE_UNSPECIFIED);
    assertThat(entry.getTrafficOf()).isZero();
    assertThat(get().hasProgress()).isTrue();
  }

  @Test
  void stage_thatThePlanHasNot_hidesNothingElse() throws Exception {
    begin(approval());
    overwrite("UPDATE rollout_entry SET stage = 9", 0);

    RolloutLogEntry entry = history().getEntries(0);

    assertThat(entry.getStageName()).isEmpty();
    assertThat(entry.getTrafficOf()).isZero();
    assertThat(entry.getNote().getActor()).isEqualTo("ada");
    assertThat(get().hasProgress()).isTrue();
  }
}
