package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.control.StepPoints.Point;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A controller that dies at every point between its steps, at every tick of a run that is promoted
 * and of one that is rolled back; another one goes on over the same store. Its log is that of a run
 * in which nobody died.
 */
@ParameterizedClass
@EnumSource(TestStore.class)
class CrashTest {
  private static final int SECONDS = 9;

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

  /**
   * What two runs, of which one gets worse, leave; and how often the controller came to a point.
   */
  private record Story(List<Entry> good, List<Entry> bad, int passed) {}

  private record Entry(String move, long millis) {}

  @Test
  void death_atEveryPointOfEveryTick_changesNothingOfWhatIsWritten() {
    try (ControlWorld world = new ControlWorld(kind.fresh(directory))) {
      world.apply(ERRORS);
      Story usual = tell(world, new DiesAt(Point.LEASED, 0));
      assertThat(usual.good()).hasSize(3).last().asString().contains("COMPLETED");
      assertThat(usual.bad()).hasSize(3).last().asString().contains("ROLLED_BACK");
      int number = 0;
      for (Point point : Point.values()) {
        int times = tell(world, new DiesAt(point, 0)).passed();
        assertThat(times).as("%s", point).isPositive();
        for (int time = 1; time <= times; time++) {
          if (kind == TestStore.SQLITE || number++ % SAMPLE == 0) {
            Story story = tell(world, new DiesAt(point, time));
            assertSame(point + ", time " + time, story.good(), usual.good());
            assertSame(point + ", time " + time, story.bad(), usual.bad());
          }
        }
      }
    }
  }

  /** The same moves; a second look in the second of a death may be the one of the next second. */
  private static void assertSame(String death, List<Entry> story, List<Entry> usual) {
    assertThat(story.stream().map(Entry::move))
        .as(death)
        .containsExactlyElementsOf(usual.stream().map(Entry::move).toList());
    for (int i = 0; i < usual.size(); i++) {
      assertThat(usual.get(i).millis() - story.get(i).millis())
          .as("%s: %s", death, story.get(i))
          .isBetween(0L, ControlWorld.TICK.toMillis());
    }
  }

  private static List<Entry> entries(ControlWorld world, String rollout, Instant begin) {
    return world.log(rollout).stream()
        .map(LoggedEntry::stored)
        .map(
            entry ->
                new Entry(
                    entry.number() + " " + entry.phase() + "(" + entry.stage() + ")",
                    entry.timeMillis() - begin.toEpochMilli()))
        .toList();
  }

  private Story tell(ControlWorld world, DiesAt steps) {
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
      try {
        process.controller.tick();
      } catch (Death death) {
        world.dismiss();
        process = world.process();
        process.controller.tick();
      }
    }
    world.assertWhole(good);
    world.assertWhole(bad);
    return new Story(entries(world, good, begin), entries(world, bad, begin), steps.passed);
  }
}
