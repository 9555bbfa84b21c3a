package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.NAMESPACE;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.Note;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.HoldCause;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every two things that can come between the steps of the tick that promotes a run, or of those
 * after it where that one is not gone through, at every two places: a person's commands, the kill
 * switch, a death, and another controller that takes over while this one is frozen. Whatever comes,
 * the log is one, leads to what is served, and nobody raises traffic of what is killed, paused or
 * rolled back.
 */
@ParameterizedClass
@EnumSource(TestStore.class)
class InterleavedStepsTest {
  /** Of a store that is elsewhere, and slower, every so manyth order. */
  private static final int SAMPLE = 9;

  private static final int SECONDS_AFTER = 6;

  private final TestStore kind;
  @TempDir Path directory;

  InterleavedStepsTest(TestStore kind) {
    this.kind = kind;
  }

  /** Between which steps; a transaction is entered by nobody else. */
  private enum Place {
    READ,
    DECIDED,
    COMMITTED,
    ACTED
  }

  private enum What {
    PAUSE,
    ROLL_BACK,
    ADVANCE,
    KILL,
    DIE,
    TAKE_OVER
  }

  private record Between(Place place, What what) {}

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void steps_withAnyTwoThingsBetweenThem_writeOneLogThatIsServed() {
    List<Between> all = new ArrayList<>();
    for (Place place : Place.values()) {
      for (What what : What.values()) {
        all.add(new Between(place, what));
      }
    }
    int number = 0;
    try (ControlWorld world = new ControlWorld(kind.fresh(directory))) {
      world.apply(ERRORS);
      for (Between first : all) {
        for (Between second : all) {
          boolean inOrder = first.place().compareTo(second.place()) <= 0;
          if (inOrder && (kind == TestStore.SQLITE || number++ % SAMPLE == 0)) {
            new Story(world, first, second).tell();
          }
        }
      }
    }
  }

  /** One run, whose third second promotes it. */
  private static final class Story {
    private static int stories;

    private final ControlWorld world;
    private final List<Between> left;
    private final String name;
    private final String key;
    private final ControlWorld.Replica person;

    /** What was done and not refused. */
    private final List<What> done = new ArrayList<>();

    private ControlWorld.Replica holder;
    private boolean listening;
    private int servedAtKill = -1;

    Story(ControlWorld world, Between first, Between second) {
      this.world = world;
      left = new ArrayList<>(List.of(first, second));
      name = first + ", " + second;
      stories++;
      key = "story-" + stories;
      person = world.process();
      holder = replica();
    }

    private ControlWorld.Replica replica() {
      return world
      .new Replica(
          new ControllerSteps() {
            @Override
            public void read(String run) {
              come(Place.READ);
            }

            @Override
            public void decided(String run) {
              come(Place.DECIDED);
            }

            @Override
            public void committed(String run) {
              come(Place.COMMITTED);
            }

            @Override
            public void acted(String run) {
              come(Place.ACTED);
            }
          });
    }

    void tell() {
      world.dismiss();
      world.apply(feature(key), rollout(key, SHORT_STAGES, ""));
      person.command(CommandKind.START, key);
      world.seconds(holder, 2);
      listening = true;
      for (int i = 0; i <= SECONDS_AFTER; i++) {
        second();
      }
      check();
      // The next story has the clock and the controllers to itself.
      if (!world.run(key).state().phase().isOver()) {
        person.command(CommandKind.CANCEL, key);
      }
      holder.controller.close();
    }

    private void second() {
      world.pass(ControlWorld.TICK);
      boolean ticked = false;
      while (!ticked) {
        try {
          holder.controller.tick();
          ticked = true;
        } catch (Death death) {
          world.dismiss();
          holder = replica();
        }
      }
    }

    private void come(Place place) {
      while (listening && !left.isEmpty() && left.getFirst().place() == place) {
        act(left.removeFirst().what());
      }
    }

    private void act(What what) {
      switch (what) {
        case PAUSE -> command(what, CommandKind.PAUSE);
        case ROLL_BACK -> command(what, CommandKind.ROLL_BACK);
        case ADVANCE -> command(what, CommandKind.ADVANCE);
        case KILL -> {
          world.catalog.kill(NAMESPACE, key, new Note("eve", "stop"));
          if (servedAtKill < 0) {
            servedAtKill = world.served(key).size();
          }
          done.add(what);
        }
        case DIE -> throw new Death();
        case TAKE_OVER -> {
          world.silentFor(ControllerLease.SILENCE.plusSeconds(1));
          holder = replica();
          holder.controller.tick();
        }
      }
    }

    private void command(What what, CommandKind command) {
      try {
        if (person.command(command, key).moved()) {
          done.add(what);
        }
      } catch (ApiException e) {
        assertThat(e.reason()).as(name).isEqualTo(ErrorReason.RUN_STATE);
      }
    }

    private void check() {
      // Of a run that was paused in between nothing is written, and so nobody comes to know it.
      boolean paused = done.contains(What.PAUSE);
      assertThat(left)
          .as("%s: what did not come", name)
          .allMatch(it -> paused && it.place() == Place.ACTED);
      world.assertWhole(key);
      MachineState end = world.run(key).state();
      List<Long> fences =
          world.log(key).stream()
              .map(entry -> entry.stored().fence())
              .filter(fence -> fence > 0)
              .toList();
      assertThat(fences).as("%s: who lost the lease wrote nothing", name).isSorted();
      List<String> served = world.served(key);
      if (servedAtKill >= 0) {
        assertThat(served.subList(servedAtKill, served.size()))
            .as("%s: nothing rises while it is killed", name)
            .allMatch(row -> row.startsWith("ROLLED_BACK"));
      }
      if (done.contains(What.ROLL_BACK)) {
        assertThat(end.phase()).as(name).isEqualTo(Phase.ROLLED_BACK);
      } else if (done.contains(What.KILL) && !end.phase().isOver()) {
        assertThat(end.hold()).as(name).isEqualTo(HoldCause.KILLED);
      } else if (done.contains(What.PAUSE)) {
        assertThat(end.paused()).as(name).isTrue();
      } else {
        assertThat(end.phase()).as(name).isEqualTo(Phase.COMPLETED);
      }
    }
  }
}
