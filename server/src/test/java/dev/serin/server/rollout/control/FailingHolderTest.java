package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A holder of the lease whose turns all fail: another replica's may not. */
@ParameterizedClass
@EnumSource(TestStore.class)
class FailingHolderTest {
  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica failing;

  /** Whether its turns fail whole, though all runs are decided. */
  private boolean fails;

  /** Runs that it cannot decide on. */
  private final Set<String> undecided = new HashSet<>();

  FailingHolderTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    failing =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void read(String run) {
                if (undecided.contains(run)) {
                  throw new IllegalStateException("run " + run);
                }
              }

              @Override
              public void keeping() {
                if (fails) {
                  throw new IllegalStateException("of a test");
                }
              }
            });
  }

  @AfterEach
  void close() {
    failing.controller.close();
    world.close();
  }

  private String start(String rollout, String stages) {
    world.apply(feature(rollout), rollout(rollout, stages, ""));
    return failing.command(CommandKind.START, rollout).run().stored().origin().run();
  }

  /** After each second's tick: {@code +} where it leads, else {@code -}. */
  private String leads(int seconds) {
    StringBuilder leads = new StringBuilder();
    for (int i = 0; i < seconds; i++) {
      world.seconds(failing, 1);
      leads.append(failing.controller.status().leads() ? '+' : '-');
    }
    return leads.toString();
  }

  /** An embedded store is this process's alone: nobody else would act. */
  private String given(String leads) {
    return kind == TestStore.SQLITE ? "+".repeat(leads.length()) : leads;
  }

  @Test
  void holder_thatCanDecideOnNoRun_leavesThemToAnother() {
    ControlWorld.Replica standby = world.process();
    // From now on it knows that nobody is dead.
    standby.controller.tick();
    standby.controller.close();
    world.seconds(failing, 1);
    world.apply(ERRORS);
    undecided.add(start("checkout", SHORT_STAGES));

    for (int i = 0; i < 20; i++) {
      world.pass(ControlWorld.TICK);
      failing.controller.tick();
      standby.controller.tick();
    }

    boolean shared = kind == TestStore.POSTGRESQL;
    assertThat(failing.controller.status().leads()).isEqualTo(!shared);
    assertThat(standby.controller.status().leads()).isEqualTo(shared);
    assertThat(world.run("checkout").state().phase())
        .isEqualTo(shared ? Phase.COMPLETED : Phase.RUNNING);
    world.assertWhole("checkout");
    standby.controller.close();
  }

  @Test
  void holder_alone_takesTheLeaseAgainAndHoldsItForLonger() {
    fails = true;

    assertThat(leads(30))
        .isEqualTo(given("+".repeat(5) + "-".repeat(10) + "+".repeat(10) + "-".repeat(5)));

    fails = false;
    assertThat(leads(30)).as("it is mended").isEqualTo(given("-".repeat(5) + "+".repeat(25)));
    fails = true;
    assertThat(leads(6)).as("as if it had never failed").isEqualTo(given("+++++-"));
  }

  @Test
  void holder_thatCanDecideOnOneOfItsRuns_keepsTheLease() {
    world.apply(ERRORS);
    String stages = SHORT_STAGES.replace("3s", "20m");
    undecided.add(start("checkout", stages));
    String other = start("search", stages);

    assertThat(leads(30)).isEqualTo("+".repeat(30));

    undecided.add(other);
    assertThat(leads(6)).as("none is left").isEqualTo(given("+++++-"));
    assertThat(failing.lease.sight().looked())
        .as("up to when somebody looked")
        .contains(ControlWorld.BEGIN.plusSeconds(30));
  }
}
