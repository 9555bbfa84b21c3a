package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.store.OpenTransaction;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A row that somebody else holds, and does not let go. */
class LockedRunsTest {
  private ControlWorld world;
  private ControlWorld.Replica process;

  @BeforeEach
  void open() throws Exception {
    world =
        new ControlWorld(new StoreConfig.Postgres(PostgresServer.shared().freshDatabase(), "", ""));
    process = world.process();
    world.apply(
        ERRORS,
        feature("checkout"),
        feature("search"),
        rollout("checkout", SHORT_STAGES, ""),
        rollout("search", SHORT_STAGES, ""));
    process.command(CommandKind.START, "checkout");
    process.command(CommandKind.START, "search");
    world.seconds(process, 2);
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  private String run(String rollout) {
    return world.run(rollout).stored().origin().run();
  }

  /** Holds the rows of some runs until it is told to go on. */
  private Future<?> hold(ExecutorService pool, List<String> runs, CountDownLatch goOn)
      throws InterruptedException {
    CountDownLatch holds = new CountDownLatch(1);
    Future<?> holder =
        pool.submit(
            () ->
                world.database.execute(
                    Priority.ROLLOUT,
                    handle -> {
                      runs.forEach(run -> lock(handle, run));
                      holds.countDown();
                      OpenTransaction.until(handle, goOn);
                    }));
    assertThat(holds.await(60, TimeUnit.SECONDS)).isTrue();
    return holder;
  }

  private static void lock(Handle handle, String run) {
    handle
        .createQuery("SELECT version FROM rollout_run WHERE run = :run FOR UPDATE")
        .bind("run", run)
        .mapTo(Long.class)
        .one();
  }

  /** Those are tried first that come first by their ids. */
  @Test
  void runs_whoseRowsAreHeldForLong_keepNoOtherFromItsTurn() throws Exception {
    world.apply(feature("payments"), rollout("payments", SHORT_STAGES.replace("3s", "1s"), ""));
    process.command(CommandKind.START, "payments");
    List<String> ids = List.copyOf(world.journal.activeVersions().keySet());
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> holder = hold(pool, ids.subList(0, 2), goOn);

      world.seconds(process, 2);

      assertThat(world.journal.find(ids.getLast()).orElseThrow().standing().stage()).isEqualTo(2);
      goOn.countDown();
      holder.get(60, TimeUnit.SECONDS);
    }
    assertThat(process.controller.status().failedTicks()).as("the store answers").isZero();
  }

  @Test
  void run_whoseRowIsHeld_stopsNoOtherAndGoesOnWhenItIsFree() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> holder = hold(pool, List.of(run("checkout")), goOn);

      world.seconds(process, 2);

      assertThat(world.run("checkout").state().stage()).isEqualTo(1);
      assertThat(world.run("search").state().stage()).isEqualTo(2);
      assertThat(process.controller.status().failedTicks()).as("the store answers").isZero();
      assertThat(process.controller.status().failing()).isEqualTo(1);
      goOn.countDown();
      holder.get(60, TimeUnit.SECONDS);
    }

    world.seconds(process, 2);

    assertThat(world.run("checkout").state().stage()).isEqualTo(2);
    assertThat(process.controller.status().failing()).isZero();
    world.assertWhole("checkout");
    world.assertWhole("search");
  }
}
