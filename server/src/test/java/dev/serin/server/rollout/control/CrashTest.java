package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.Script.KILL;
import static dev.serin.server.rollout.control.Script.NOTHING;
import static dev.serin.server.rollout.control.Script.PAUSE;
import static dev.serin.server.rollout.control.Script.RESUME;
import static dev.serin.server.rollout.control.Script.REVIVE;
import static dev.serin.server.rollout.control.Script.STARTED;
import static dev.serin.server.rollout.control.Script.evidenceIsOld;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.control.Deaths.Place;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A controller that dies once, wherever it comes to in a run that is promoted, one that is rolled
 * back, and one that is held, paused, killed, revived and waits at gates; another one goes on over
 * the same store. Their logs are those of runs in which nobody died. {@link CrashedTransitionsTest}
 * has every transition.
 */
@ParameterizedClass
@EnumSource(TestStore.class)
class CrashTest {
  /** The last one begins after a bake time and when a webhook has answered. */
  private static final String GATED_STAGES =
      SHORT_STAGES.replace(
          "share: 100,",
          "share: 100, gates: [{bake: 2s}, {webhook: {url: \"http://ci.example.com\"}}],");

  /** Of a store that is elsewhere, and slower, every so manyth death. */
  private static final int SAMPLE = 3;

  private final TestStore kind;
  @TempDir Path directory;

  CrashTest(TestStore kind) {
    this.kind = kind;
  }

  @Test
  void death_atEveryPointOfEveryTick_changesNothingOfWhatIsWritten() {
    Map<String, Tale.Left> usual =
        dieEverywhere(
            new Tale(
                "promoted and rolled back",
                10,
                List.of(
                    new Script("good", SHORT_STAGES),
                    new Script("bad", SHORT_STAGES)
                        .on(
                            STARTED,
                            (scene, key) -> scene.world().traffic.treatmentErrors.put(key, 0.3)))));

    assertThat(requireNonNull(usual.get("good")).moves())
        .containsExactly("1 START: RUNNING(1)", "2 TICK: RUNNING(2)", "3 TICK: COMPLETED(2)");
    assertThat(requireNonNull(usual.get("bad")).moves())
        .containsExactly(
            "1 START: RUNNING(1)", "2 TICK: ROLLING_BACK(1)", "3 ACKNOWLEDGED: ROLLED_BACK(1)");
  }

  /** Killed while it is paused, and once more at the webhook before its last stage. */
  @Test
  void death_ofARunWithGatesHoldsCommandsAndKills_changesNothingOfWhatIsWritten() {
    Map<String, Tale.Left> left = dieEverywhere(new Tale("held", 19, List.of(held())));
    Tale.Left usual = requireNonNull(left.get("held"));

    assertThat(usual.moves())
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
    assertThat(usual.asked()).as("questions, before and after the kill").hasSize(2);
  }

  private static Script held() {
    return new Script("held", GATED_STAGES)
        .on(STARTED, (scene, key) -> scene.world().webhooks.passing = false)
        .on("RUNNING", evidenceIsOld(RolloutMachine.FRESH.plusSeconds(2)))
        .on("HOLDING(STALE_EVIDENCE)", evidenceIsOld(Duration.ZERO))
        .on("RUNNING", PAUSE)
        .on("PAUSED", KILL)
        .on("HOLDING(KILLED)", REVIVE)
        .on("PAUSED", RESUME)
        // Until the bake time is over.
        .on("GATE", NOTHING)
        .on("GATE", NOTHING)
        .on("GATE", KILL)
        .on(
            "HOLDING(KILLED)",
            (scene, key) -> {
              REVIVE.in(scene, key);
              scene.world().webhooks.passing = true;
            });
  }

  /**
   * Tells of runs with a death at each place that the controller comes to; the same is left of them
   * as where nobody dies.
   *
   * @return what is left where nobody dies
   */
  private Map<String, Tale.Left> dieEverywhere(Tale tale) {
    try (ControlWorld world = new ControlWorld(kind.fresh(directory))) {
      world.apply(ERRORS);
      Deaths nobody = Deaths.none();
      Map<String, Tale.Left> usual = tale.tell(world, nobody);
      assertThat(nobody.passed.stream().map(Place::point).distinct())
          .containsExactlyInAnyOrder(StepPoints.Point.values());
      int number = 0;
      for (Place place : nobody.passed) {
        if (kind == TestStore.SQLITE || number++ % SAMPLE == 0) {
          Deaths deaths = new Deaths(place::equals);
          tale.tellAsUsual(world, deaths, usual);
          assertThat(deaths.died).containsExactly(place);
        }
      }
      return usual;
    }
  }
}
