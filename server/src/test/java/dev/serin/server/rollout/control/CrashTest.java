package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.NAMESPACE;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.control.StepPoints.Point;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A controller that dies at every point between its steps, at every tick of a run that is promoted,
 * of one that is rolled back, and of one that is held, paused, killed, revived and waits at gates;
 * another one goes on over the same store. Their logs are those of runs in which nobody died.
 */
@ParameterizedClass
@EnumSource(TestStore.class)
class CrashTest {
  private static final int SECONDS = 9;
  private static final int SECONDS_OF_THE_GATED = 18;

  /** The last one begins after a bake time and when a webhook has answered. */
  private static final String GATED_STAGES =
      SHORT_STAGES.replace(
          "share: 100,",
          "share: 100, gates: [{bake: 2s}, {webhook: {url: \"http://ci.example.com\"}}],");

  /** Of a store that is elsewhere, and slower, every so manyth death. */
  private static final int SAMPLE = 3;

  private final TestStore kind;
  @TempDir Path directory;
  private int stories;

  CrashTest(TestStore kind) {
    this.kind = kind;
  }

  /** As a kill would: nothing of ours catches it. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Dies when it comes to a point for a time. */
  private static final class DiesAt implements StepPoints {
    private final Point at;
    private int left;

    /** How often it came to the point. */
    int passed;

    DiesAt(Point at, int time) {
      this.at = at;
      this.left = time;
    }

    @Override
    public void pass(Point point) {
      if (point == at) {
        passed++;
        if (--left == 0) {
          throw new Death();
        }
      }
    }
  }

  /** What its runs leave, and how often the controller came to a point. */
  private record Story(List<List<Entry>> logs, int passed) {
    Story {
      logs = logs.stream().map(List::copyOf).toList();
    }

    List<String> moves(int run) {
      return logs.get(run).stream().map(Entry::move).toList();
    }
  }

  private record Entry(String move, long millis) {}

  /** What happens to runs, until they are over. */
  private interface Told {
    Story by(ControlWorld world, DiesAt steps);
  }

  @Test
  void death_atEveryPointOfEveryTick_changesNothingOfWhatIsWritten() {
    Story usual = dieEverywhere(this::promotedAndRolledBack);

    assertThat(usual.moves(0))
        .containsExactly("1 START: RUNNING(1)", "2 TICK: RUNNING(2)", "3 TICK: COMPLETED(2)");
    assertThat(usual.moves(1))
        .containsExactly(
            "1 START: RUNNING(1)", "2 TICK: ROLLING_BACK(1)", "3 ACKNOWLEDGED: ROLLED_BACK(1)");
  }

  @Test
  void death_ofARunWithGatesHoldsCommandsAndKills_changesNothingOfWhatIsWritten() {
    Story usual = dieEverywhere(this::heldPausedKilledAndGated);

    assertThat(usual.moves(0))
        .containsExactly(
            "1 START: RUNNING(1)",
            "2 TICK: HOLDING(1)",
            "3 TICK: RUNNING(1)",
            "4 PAUSE: PAUSED(1)",
            "5 KILL: HOLDING(1)",
            "6 REVIVE: PAUSED(1)",
            "7 RESUME: RUNNING(1)",
            "8 TICK: GATE(1)",
            "9 TICK: GATE(1)",
            "10 KILL: HOLDING(1)",
            "11 REVIVE: GATE(1)",
            "12 GATE: GATE(1)",
            "13 TICK: RUNNING(2)",
            "14 TICK: COMPLETED(2)");
  }

  /**
   * Tells of runs with a death at each point that the controller comes to, each time it does; the
   * same is left of them as where nobody dies.
   *
   * @return what is left where nobody dies
   */
  private Story dieEverywhere(Told story) {
    try (ControlWorld world = new ControlWorld(kind.fresh(directory))) {
      world.apply(ERRORS);
      Story usual = story.by(world, new DiesAt(Point.LEASED, 0));
      int number = 0;
      for (Point point : Point.values()) {
        int times = story.by(world, new DiesAt(point, 0)).passed();
        assertThat(times).as("%s", point).isPositive();
        for (int time = 1; time <= times; time++) {
          if (kind == TestStore.SQLITE || number++ % SAMPLE == 0) {
            Story left = story.by(world, new DiesAt(point, time));
            assertThat(left.passed()).as("%s, time %s: died", point, time).isEqualTo(time);
            assertSame(point + ", time " + time, left, usual);
          }
        }
      }
      return usual;
    }
  }

  /** The same moves; a second look in the second of a death may be the one of the next second. */
  private static void assertSame(String death, Story left, Story usual) {
    for (int run = 0; run < usual.logs().size(); run++) {
      assertThat(left.moves(run)).as(death).isEqualTo(usual.moves(run));
      for (int i = 0; i < usual.logs().get(run).size(); i++) {
        Entry entry = left.logs().get(run).get(i);
        assertThat(usual.logs().get(run).get(i).millis() - entry.millis())
            .as("%s: %s", death, entry)
            .isBetween(0L, ControlWorld.TICK.toMillis());
      }
    }
  }

  private static List<Entry> entries(ControlWorld world, String rollout, Instant begin) {
    return world.log(rollout).stream()
        .map(
            entry ->
                new Entry(
                    entry.stored().number()
                        + " "
                        + named(entry.event().orElseThrow())
                        + ": "
                        + entry.stored().phase()
                        + "("
                        + entry.stored().stage()
                        + ")",
                    entry.stored().timeMillis() - begin.toEpochMilli()))
        .toList();
  }

  private static String named(Event event) {
    return switch (event) {
      case Event.Command command -> command.kind().name();
      case Event.Tick tick -> "TICK";
      case Event.GateResult result -> "GATE";
      case Event.HoldersAcknowledged acknowledged -> "ACKNOWLEDGED";
    };
  }

  /** Two runs, of which one gets worse. */
  private Story promotedAndRolledBack(ControlWorld world, DiesAt steps) {
    stories++;
    String good = "good-" + stories;
    String bad = "bad-" + stories;
    Instant begin = world.now;
    world.dismiss();
    ControlWorld.Replica process = world.new Replica(steps);
    world.apply(
        feature(good),
        feature(bad),
        rollout(good, SHORT_STAGES, ""),
        rollout(bad, SHORT_STAGES, ""));
    world.traffic.treatmentErrors.put(bad, 0.3);
    process.command(CommandKind.START, good);
    process.command(CommandKind.START, bad);
    for (int i = 0; i < SECONDS; i++) {
      world.pass(ControlWorld.TICK);
      process = tick(world, process);
    }
    world.assertWhole(good);
    world.assertWhole(bad);
    return new Story(
        List.of(entries(world, good, begin), entries(world, bad, begin)), steps.passed);
  }

  /**
   * A run that is held for old evidence, paused, killed while it is paused, and killed once more at
   * the webhook before its last stage.
   */
  private Story heldPausedKilledAndGated(ControlWorld world, DiesAt steps) {
    stories++;
    String key = "held-" + stories;
    Instant begin = world.now;
    world.dismiss();
    world.webhooks.asked.clear();
    world.webhooks.passing = false;
    ControlWorld.Replica person = world.process();
    ControlWorld.Replica process = world.new Replica(steps);
    world.apply(feature(key), rollout(key, GATED_STAGES, ""));
    person.command(CommandKind.START, key);
    for (int i = 0; i < SECONDS_OF_THE_GATED; i++) {
      world.pass(ControlWorld.TICK);
      comesBetween(world, person, key);
      process = tick(world, process);
    }
    world.assertWhole(key);
    assertThat(world.webhooks.asked.stream().map(OpenGate::id).distinct())
        .as("questions, before and after the kill: who asks again asks the same")
        .hasSize(2);
    return new Story(List.of(entries(world, key, begin)), steps.passed);
  }

  /** What others than controllers do, by how far the run is, so that no death comes before them. */
  private static void comesBetween(ControlWorld world, ControlWorld.Replica person, String key) {
    switch (Math.toIntExact(world.run(key).state().version())) {
      case 1 -> world.traffic.age = Optional.of(RolloutMachine.FRESH.plusSeconds(2));
      case 2 -> world.traffic.age = Optional.of(Duration.ZERO);
      case 3 -> person.command(CommandKind.PAUSE, key);
      case 4, 9 -> world.catalog.kill(NAMESPACE, key, new Note("eve", "stop"));
      case 5 -> world.catalog.revive(NAMESPACE, key, new Note("eve", "mended"));
      case 6 -> person.command(CommandKind.RESUME, key);
      case 10 -> {
        world.catalog.revive(NAMESPACE, key, new Note("eve", "mended"));
        world.webhooks.passing = true;
      }
      default -> {}
    }
  }

  /** A look; where it is the end of a process, the next one looks in the same second. */
  private static ControlWorld.Replica tick(ControlWorld world, ControlWorld.Replica process) {
    try {
      process.controller.tick();
      return process;
    } catch (Death death) {
      world.dismiss();
      ControlWorld.Replica next = world.process();
      next.controller.tick();
      return next;
    }
  }
}
