package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.journal.WaitingNotification;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.notice.Notice;
import dev.serin.server.rollout.notice.RunNotices;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RolloutTransition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of runs that a controller moved. */
class RunNoticesTest {
  private static final String NOTIFY =
      """
      notify:
      - {url: "http://all.example.com/hook", secret: chat}
      - {url: "http://end.example.com/hook", on: [rolled_back]}
      """;

  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica process;
  private Outbox outbox;
  private RunNotices notices;

  @BeforeEach
  void open() {
    world = new ControlWorld(new StoreConfig.Sqlite(directory.resolve("serin.db")));
    process = world.process();
    outbox = new Outbox(world.database);
    notices = new RunNotices(world.runs);
    world.apply(ERRORS, feature("checkout"));
  }

  private void start(String stages) {
    world.apply(rollout("checkout", stages, NOTIFY));
    process.command(CommandKind.START, "checkout");
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  private void overwrite(String column) {
    world.database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate("UPDATE rollout_run SET " + column + " = :newer")
                .bind("newer", new byte[] {9, 1, 2, 3, 4, 5})
                .execute());
  }

  /** An error of the store would keep all others from being told of. */
  @Test
  void notice_ofARunOfANewerServer_isMadeOrFailsByItself() {
    start(SHORT_STAGES);
    WaitingNotification waiting = outbox.due(100).getFirst();

    overwrite("state");
    assertThat(notices.notice(waiting).orElseThrow().url())
        .isEqualTo("http://all.example.com/hook");

    overwrite("documents");
    assertThatThrownBy(() -> notices.notice(waiting))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("documents of a run: version 9 (expected: version 1)");
  }

  /** Everything that is told, in order. */
  private List<Notice> told() {
    List<Notice> told = new ArrayList<>();
    for (List<WaitingNotification> due = outbox.due(100); !due.isEmpty(); due = outbox.due(100)) {
      for (WaitingNotification one : due) {
        told.add(notices.notice(one).orElseThrow());
        outbox.done(one);
      }
    }
    return told;
  }

  private List<RolloutTransition> told(String url) {
    return told().stream()
        .filter(notice -> notice.url().equals(url))
        .map(Notice::transition)
        .toList();
  }

  @Test
  void run_thatCompletes_isToldFromStartToEnd() {
    start(SHORT_STAGES);
    world.seconds(process, 10);
    String run = world.run("checkout").stored().origin().run();

    List<RolloutTransition> told = told("http://all.example.com/hook");

    assertThat(told)
        .extracting(RolloutTransition::getState)
        .containsExactly(
            RolloutState.ROLLOUT_STATE_RUNNING,
            RolloutState.ROLLOUT_STATE_RUNNING,
            RolloutState.ROLLOUT_STATE_COMPLETED);
    assertThat(told).extracting(RolloutTransition::getNumber).containsExactly(1, 2, 3);
    assertThat(told).extracting(RolloutTransition::getStage).containsExactly(1, 2, 2);
    RolloutTransition second = told.get(1);
    assertThat(second)
        .isEqualTo(
            RolloutTransition.newBuilder()
                .setNamespace("default")
                .setRollout("checkout")
                .setRunId(run)
                .setFeature("checkout")
                .setNumber(2)
                .setTime(second.getTime())
                .setActor("serin")
                .setFromState(RolloutState.ROLLOUT_STATE_RUNNING)
                .setState(RolloutState.ROLLOUT_STATE_RUNNING)
                .setStage(2)
                .setStageName(second.getStageName())
                .setTrafficShare(1)
                .setReason(second.getReason())
                .setVerdict(second.getVerdict())
                .build());
    assertThat(Timestamps.toMillis(second.getTime()))
        .isBetween(ControlWorld.BEGIN.toEpochMilli(), world.now.toEpochMilli());
    assertThat(second.getReason()).isNotEmpty();
    assertThat(second.getVerdict()).isNotEmpty();
    assertThat(told.getFirst().getActor()).isEqualTo("ann");
    assertThat(told.getFirst().getFromState()).isEqualTo(RolloutState.ROLLOUT_STATE_UNSPECIFIED);
  }

  @Test
  void run_thatIsRolledBack_isToldWithItsMetricAndOnlyOfTheEndWhereThatIsWanted() {
    start(SHORT_STAGES.replace("3s", "10m"));
    world.traffic.treatmentErrors.put("checkout", 0.9);
    world.seconds(process, 10);

    List<Notice> told = told();

    assertThat(told)
        .filteredOn(notice -> notice.url().contains("end"))
        .extracting(notice -> notice.transition().getState())
        .containsExactly(RolloutState.ROLLOUT_STATE_ROLLED_BACK);
    RolloutTransition rollingBack =
        told.stream()
            .map(Notice::transition)
            .filter(one -> one.getState() == RolloutState.ROLLOUT_STATE_ROLLING_BACK)
            .findFirst()
            .orElseThrow();
    assertThat(rollingBack.getMetric()).isEqualTo("errors");
    assertThat(rollingBack.getTrafficShare()).isZero();
    assertThat(told.getFirst().secret()).isEqualTo("chat");
  }

  @Test
  void notification_ofWhatIsNotThere_isNone() {
    start(SHORT_STAGES);
    WaitingNotification known = outbox.due(1).getFirst();

    assertThat(notices.notice(known)).isPresent();
    assertThat(notices.notice(of("nobody", 1, 0))).isEmpty();
    assertThat(notices.notice(of(known.run(), 9, 0))).isEmpty();
    assertThat(notices.notice(of(known.run(), 1, 2))).isEmpty();
  }

  private static WaitingNotification of(String run, long number, int target) {
    return new WaitingNotification(run, number, target, 0, 0);
  }
}
