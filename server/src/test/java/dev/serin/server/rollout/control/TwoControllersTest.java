package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two controllers over one store: one acts, and whoever lost the lease changes nothing. */
@ParameterizedClass
@EnumSource(TestStore.class)
class TwoControllersTest {
  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;

  TwoControllersTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    world.apply(ERRORS, feature("checkout"), rollout("checkout", SHORT_STAGES, ""));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<Long> fences() {
    return world.log("checkout").stream().map(entry -> entry.stored().fence()).toList();
  }

  @Test
  void controllers_bothTicking_actByOneLease() {
    ControlWorld.Replica first = world.process();
    first.controller.tick();
    ControlWorld.Replica second = world.process();
    // Its start is of another machine: what it dismisses on the embedded store is not dead.
    first.command(CommandKind.START, "checkout");

    for (int i = 0; i < 10; i++) {
      world.pass(ControlWorld.TICK);
      first.controller.tick();
      second.controller.tick();
    }

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(fences().subList(1, 3)).as("all by one lease").containsOnly(fences().get(1));
    world.assertWhole("checkout");
  }

  @Test
  void holder_frozenBeforeItsWrite_writesNothingAfterAnotherTookOver() {
    ControlWorld.Replica second = world.process();
    boolean[] frozen = new boolean[1];
    ControlWorld.Replica first =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void decided(String run) {
                if (!frozen[0]) {
                  frozen[0] = true;
                  world.silentFor(ControllerLease.SILENCE.plusSeconds(1));
                  second.controller.tick();
                }
              }
            });
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 4);

    assertThat(frozen[0]).isTrue();
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "RUNNING(2)");
    assertThat(first.controller.status().leads()).as("it knows").isFalse();
    assertThat(second.controller.status().leads()).isTrue();
    assertThat(fences().getLast()).isEqualTo(second.controller.status().lease());
    for (int i = 0; i < 10; i++) {
      world.pass(ControlWorld.TICK);
      first.controller.tick();
      second.controller.tick();
    }
    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "RUNNING(2)", "COMPLETED(2)");
    world.assertWhole("checkout");
  }

  @Test
  void turn_thatTakesLongerThanAHolderMayBeSilent_keepsTheLease() {
    List<String> runs = List.of("checkout", "search", "home", "cart");
    runs.forEach(key -> world.apply(feature(key), rollout(key, SHORT_STAGES, "")));
    ControlWorld.Replica second = world.process();
    // From now on it knows that nobody is dead.
    second.controller.tick();
    second.controller.close();
    boolean[] slow = new boolean[1];
    ControlWorld.Replica first =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void read(String run) {
                if (slow[0]) {
                  world.now = world.now.plusSeconds(2);
                  // The store's clock goes on by itself: a busy machine has some seconds left.
                  world.silentFor(ControllerLease.SILENCE.dividedBy(2));
                  second.controller.tick();
                }
              }
            });
    runs.forEach(key -> first.command(CommandKind.START, key));
    world.seconds(first, 1);
    slow[0] = true;

    world.seconds(first, 1);

    assertThat(second.controller.status().leads()).isFalse();
    assertThat(first.controller.status().leads()).isTrue();
  }

  @Test
  void lease_givenBackByACleanStop_isTakenAtOnceAndNothingIsTimedAnew() {
    ControlWorld.Replica first = world.process();
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 2);
    first.controller.close();
    ControlWorld.Replica second = world.process();

    world.seconds(second, 2);

    assertThat(second.controller.status().leads()).isTrue();
    assertThat(world.story("checkout").get(1)).startsWith("2 3s RUNNING(2)");
  }

  @Test
  void takeover_afterALongSilence_countsItForNoDwell() {
    world.apply(rollout("checkout", SHORT_STAGES.replace("3s", "60s"), ""));
    ControlWorld.Replica first = world.process();
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 20);
    Duration silence = Duration.ofSeconds(45);
    world.silentFor(silence);
    world.now = world.now.plus(silence);
    ControlWorld.Replica second = world.process();

    world.seconds(second, 1);
    assertThat(world.run("checkout").state().stage()).as("66 s, of which 35 unseen").isEqualTo(1);
    world.seconds(second, 25);
    assertThat(world.run("checkout").state().stage()).isEqualTo(1);
    world.seconds(second, 10);

    assertThat(world.run("checkout").state().stage()).isEqualTo(2);
    world.assertWhole("checkout");
  }

  /** The command was decided before the gap, and written when it was over. */
  @Test
  void gap_whoseTickIsStale_countsForNoDwellThough() {
    world.apply(rollout("checkout", SHORT_STAGES.replace("3s", "60s"), ""));
    ControlWorld.Replica person = world.process();
    boolean[] come = new boolean[1];
    ControlWorld.Replica holder =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void decided(String run) {
                if (!come[0]) {
                  come[0] = true;
                  Instant woken = world.now;
                  world.now = woken.minus(Duration.ofHours(1));
                  person.command(CommandKind.PAUSE, "checkout");
                  person.command(CommandKind.RESUME, "checkout");
                  world.now = woken;
                }
              }
            });
    person.command(CommandKind.START, "checkout");
    world.seconds(holder, 5);
    world.now = world.now.plus(Duration.ofHours(1));
    holder.controller.tick();
    assertThat(come[0]).isTrue();

    world.seconds(holder, 3);

    assertThat(world.run("checkout").state().stage()).as("an hour that nobody saw").isEqualTo(1);
    assertThat(world.run("checkout").state().dwell(world.now)).isLessThan(Duration.ofSeconds(25));
    world.assertWhole("checkout");
  }

  /** It says that it lives before it has looked at anything. */
  @Test
  void command_justAfterAFrozenHolderGoesOn_countsTheGapForNothing() {
    world.apply(rollout("checkout", SHORT_STAGES.replace("3s", "20m"), ""));
    ControlWorld.Replica person = world.process();
    boolean[] woken = new boolean[1];
    ControlWorld.Replica holder =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void leased() {
                if (woken[0]) {
                  woken[0] = false;
                  person.command(CommandKind.PAUSE, "checkout");
                }
              }
            });
    person.command(CommandKind.START, "checkout");
    world.seconds(holder, 5);
    world.now = world.now.plus(Duration.ofHours(1));
    woken[0] = true;

    holder.controller.tick();

    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "PAUSED(1)");
    assertThat(world.run("checkout").state().times().dwell()).isLessThan(Duration.ofSeconds(20));
    world.assertWhole("checkout");
  }

  @Test
  void takeover_byAReplicaWhoseClockIsAhead_makesNoDwell() {
    world.apply(rollout("checkout", SHORT_STAGES.replace("3s", "20m"), ""));
    ControlWorld.Replica first = world.process();
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 5);
    first.controller.close();
    ControlWorld.Replica second = world.process();
    world.clockAhead = Duration.ofHours(1);

    world.seconds(second, 5);

    assertThat(world.run("checkout").state().stage()).as("an hour that nobody saw").isEqualTo(1);
    assertThat(world.run("checkout").state().times().dwell()).isLessThan(Duration.ofSeconds(25));
    world.assertWhole("checkout");
  }

  @Test
  void standby_whoseClockWasAheadForAWhile_beginsWithItsOwn() {
    ControlWorld.Replica second = world.process();
    // From now on it knows that nobody is dead.
    second.controller.tick();
    second.controller.close();
    ControlWorld.Replica first = world.process();
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 2);
    world.clockAhead = Duration.ofHours(1);
    second.controller.tick();
    world.clockAhead = Duration.ZERO;
    first.controller.close();

    world.seconds(second, 2);

    assertThat(second.controller.status().leads()).isTrue();
    assertThat(world.story("checkout").get(1)).startsWith("2 3s RUNNING(2)");
  }

  /** Whoever took the lease could read no run for an hour. */
  @Test
  void takeover_whoseFirstTurnsFail_countsThemForNoDwell() {
    world.apply(rollout("checkout", SHORT_STAGES.replace("3s", "20m"), ""));
    ControlWorld.Replica first = world.process();
    first.command(CommandKind.START, "checkout");
    world.seconds(first, 2);
    first.controller.close();
    ControlWorld.Replica second = world.process();
    rename("rollout_run", "away");
    world.now = world.now.plus(ControlWorld.TICK);
    second.controller.tick();
    assertThat(second.controller.status().leads()).isTrue();
    assertThat(second.controller.status().failedTicks()).isEqualTo(1);
    world.now = world.now.plus(Duration.ofHours(1));
    rename("away", "rollout_run");

    world.seconds(second, 2);

    assertThat(world.run("checkout").state().stage()).isEqualTo(1);
    assertThat(world.run("checkout").state().times().dwell()).isLessThan(Duration.ofSeconds(20));
    world.assertWhole("checkout");
  }

  private void rename(String table, String name) {
    world.database.execute(
        Priority.ROLLOUT, handle -> handle.execute("ALTER TABLE " + table + " RENAME TO " + name));
  }
}
