package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.Await;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that is lost at the commit of a move: whoever wrote it does not know whether it is. */
class LostStoreTest {
  /** Of every move, and of nothing else. */
  private static final String MOVE = "INSERT INTO rollout_entry";

  private LossyProxy proxy;
  private ControlWorld world;
  private ControlWorld.Replica replica;

  @BeforeEach
  void open() throws Exception {
    proxy = new LossyProxy(PostgresServer.shared().freshDatabase());
    world = new ControlWorld(new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""));
    replica = world.process();
    world.apply(ERRORS, feature("checkout"), rollout("checkout", SHORT_STAGES, ""));
  }

  @AfterEach
  void close() throws Exception {
    world.close();
    proxy.close();
  }

  @Test
  void command_answerOfItsCommitLost_isReadBack() {
    proxy.loseAnswer(MOVE);

    Commands.Told told = replica.command(CommandKind.START, "checkout", "one");

    assertThat(proxy.hasLost()).isTrue();
    assertThat(told.moved()).isTrue();
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)");
    assertThat(replica.command(CommandKind.START, "checkout", "one").moved()).isTrue();
    world.assertWhole("checkout");
  }

  @Test
  void command_commitLost_isToldThatNothingWasWritten() {
    replica.command(CommandKind.START, "checkout");
    proxy.loseCommit(MOVE);

    ApiException lost =
        catchThrowableOfType(
            ApiException.class, () -> replica.command(CommandKind.PAUSE, "checkout", "one"));

    assertThat(lost.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)");
    assertThat(replica.command(CommandKind.PAUSE, "checkout", "one").moved()).isTrue();
    world.assertWhole("checkout");
  }

  @Test
  void command_storeLostForGood_isUncertain() {
    replica.command(CommandKind.START, "checkout");
    proxy.loseAnswerForGood(MOVE);

    ApiException lost =
        catchThrowableOfType(
            ApiException.class, () -> replica.command(CommandKind.PAUSE, "checkout", "one"));

    assertThat(lost.reason()).isEqualTo(ErrorReason.CHANGE_UNCERTAIN);
  }

  /** The answer is not yet there when it is asked for, and comes. */
  @Test
  void command_commitStillUnderWay_isWaitedForWhenReadBack() throws Exception {
    replica.command(CommandKind.START, "checkout");
    proxy.holdUpCommitAndCut(MOVE);
    try (ExecutorService person = Executors.newSingleThreadExecutor()) {
      Future<Commands.Told> told =
          person.submit(() -> replica.command(CommandKind.PAUSE, "checkout", "one"));
      proxy.awaitHeldUp();
      Await.until("who reads back waits for the commit", () -> waiting() > 0);
      proxy.goOn();

      assertThat(told.get().moved()).isTrue();
    }
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "PAUSED(1)");
  }

  @Test
  void command_commitUnderWayForLong_isUncertainAndToldWhenAskedAgain() throws Exception {
    replica.command(CommandKind.START, "checkout");
    proxy.holdUpCommitAndCut(MOVE);

    ApiException lost =
        catchThrowableOfType(
            ApiException.class, () -> replica.command(CommandKind.PAUSE, "checkout", "one"));

    assertThat(lost.reason()).isEqualTo(ErrorReason.CHANGE_UNCERTAIN);
    proxy.goOn();
    assertThat(replica.command(CommandKind.PAUSE, "checkout", "one").moved()).isTrue();
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "PAUSED(1)");
  }

  /** Sessions of this database that wait for a row. */
  private int waiting() {
    return world.database.read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """)
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void controller_answerOfItsCommitLost_goesOnFromWhatWasWritten() {
    replica.command(CommandKind.START, "checkout");
    world.seconds(replica, 1);
    proxy.loseAnswer(MOVE);

    world.seconds(replica, 12);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(replica.controller.status().failedTicks()).isEqualTo(1);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "RUNNING(2)", "COMPLETED(2)");
    world.assertWhole("checkout");
  }

  @Test
  void controller_commitLost_decidesItAnew() {
    replica.command(CommandKind.START, "checkout");
    world.seconds(replica, 1);
    proxy.loseCommit(MOVE);

    world.seconds(replica, 12);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(replica.controller.status().failedTicks()).isEqualTo(1);
    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "RUNNING(2)", "COMPLETED(2)");
    world.assertWhole("checkout");
  }
}
