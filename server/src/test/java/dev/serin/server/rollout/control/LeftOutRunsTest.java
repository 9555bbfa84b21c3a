package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Of a run that the holder cannot look at, nobody saw the time that it saw of all others. */
@ParameterizedClass
@EnumSource(TestStore.class)
class LeftOutRunsTest {
  private static final String OTHER = "shop";

  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica holder;

  /** Reads all runs, and never ticks. */
  private ControlWorld.Replica person;

  LeftOutRunsTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    holder = world.process();
    person = world.process();
    String stages = SHORT_STAGES.replace("3s", "2h");
    world.apply(ERRORS, feature("checkout"), rollout("checkout", stages, ""));
    world.catalog.createNamespace(OTHER, new Note("ann", ""));
    world.applyTo(OTHER, ERRORS, feature("search"), rollout("search", stages, ""));
    holder.command(CommandKind.START, "checkout");
  }

  @AfterEach
  void close() {
    holder.controller.close();
    world.close();
  }

  private RunView command(CommandKind kind) {
    return person
        .commands
        .apply(
            new Commands.Asked(
                OTHER, "search", kind, OptionalLong.empty(), "ann", "", "", Optional.empty()))
        .run();
  }

  private RunView search() {
    return world.runs.newest(OTHER, "search").orElseThrow().require();
  }

  private Duration pausedDwell() {
    RunView paused = command(CommandKind.PAUSE);
    assertThat(paused.state().phase()).isEqualTo(Phase.PAUSED);
    return paused.state().times().dwell();
  }

  /** An hour in which the holder looks at all other runs. */
  private void leaveOutForAnHour() {
    world.seconds(holder, 5);
    world.unreadable.add(OTHER);
    world.seconds(holder, 1);
    world.pass(Duration.ofHours(1));
    holder.controller.tick();
    world.seconds(holder, 1);
    assertThat(holder.controller.status().failing()).isEqualTo(1);
  }

  @Test
  void command_toARunThatTheHolderLeavesOut_countsNothingThatNobodySaw() {
    command(CommandKind.START);
    leaveOutForAnHour();

    assertThat(pausedDwell()).isLessThan(Duration.ofSeconds(20));
    command(CommandKind.RESUME);
    world.pass(Duration.ofHours(1));
    holder.controller.tick();
    world.seconds(holder, 1);
    assertThat(pausedDwell()).as("it is left out still").isLessThan(Duration.ofSeconds(35));
  }

  @Test
  void holder_thatReadsARunOfTheLastOnesLeftOut_countsNothingThatNobodySaw() {
    command(CommandKind.START);
    leaveOutForAnHour();
    holder.controller.close();
    world.unreadable.clear();
    ControlWorld.Replica next = world.process();

    world.seconds(next, 2);

    assertThat(search().state().dwell(world.now)).isLessThan(Duration.ofSeconds(25));
    assertThat(search().stored().looked()).isEmpty();
    next.controller.close();
  }

  @Test
  void run_thatIsLookedAtAgain_dwellsAsAllOthers() {
    command(CommandKind.START);
    leaveOutForAnHour();
    world.unreadable.clear();

    world.seconds(holder, 60);

    assertThat(pausedDwell()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(85));
  }

  /** As of a server that is older than the one it was started by. */
  @Test
  void run_thatTheHolderHasNeverRead_dwellsForNothing() {
    byte[] documents = command(CommandKind.START).stored().origin().documents().toByteArray();
    write(new byte[] {1, 2, 3, 4, 5, 6});
    for (int i = 0; i < 60; i++) {
      world.now = world.now.plus(Duration.ofMinutes(1));
      holder.controller.tick();
    }
    assertThat(holder.controller.status().failing()).isEqualTo(1);
    write(documents);

    assertThat(pausedDwell()).isLessThan(Duration.ofSeconds(20));

    world.seconds(holder, 1);
    assertThat(search().stored().looked()).as("it can be read by its new version").isEmpty();
  }

  private void write(byte[] documents) {
    world.database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate("UPDATE rollout_run SET documents = :it WHERE rollout = 'search'")
                .bind("it", documents)
                .execute());
  }
}
