package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.machine.Period;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.Duration;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class TwoProportionsTest {
  private static final StagePlan STAGE = Plans.with("template: gradual").stage(1);

  /**
   * statistics.md B3: statsmodels' proportions_ztest, z and p. Newcombe's interval, which stands
   * there too, is built nowhere.
   */
  @Test
  void pValue_goldenOfStatsmodels_isMet() {
    assertGolden(look(100, 45, 100, 30), 2.1908902300206647, .02845973691631055);
    assertGolden(look(10_000, 510, 10_000, 455), 1.8148368546340443, .06954898484957506);
  }

  private static void assertGolden(Look look, double z, double p) {
    double found = TwoProportions.pValue(look, 0);
    assertThat(found).isCloseTo(p, within(1e-14));
    assertThat(NormalDistribution.of(0, 1).inverseSurvivalProbability(found / 2))
        .isCloseTo(z, within(1e-12));
  }

  @Test
  void pOfWorse_ofABetterTreatment_isOne() {
    Look more = look(100, 45, 100, 30);
    assertThat(TwoProportions.pOfWorse(more, 0, Direction.LOWER))
        .isEqualTo(TwoProportions.pValue(more, 0));
    assertThat(TwoProportions.pOfWorse(more, 0, Direction.HIGHER)).isEqualTo(1);
  }

  @Test
  void pValue_withoutAnyEvent_isOne() {
    assertThat(TwoProportions.pValue(look(100, 0, 100, 0), 0)).isEqualTo(1);
    assertThat(TwoProportions.pValue(look(100, 100, 100, 100), 0)).isEqualTo(1);
  }

  private static Look look(int treated, int treatedWithEvent, int controls, int controlsWithEvent) {
    Duration dwell = Duration.ofMinutes(1);
    return new Look(
        60,
        1,
        STAGE,
        dwell,
        new Period(0, Simulation.START, Duration.ZERO, STAGE.dwell()),
        dwell,
        tally(treated, treatedWithEvent),
        tally(controls, controlsWithEvent));
  }

  private static Tally tally(int users, int withEvent) {
    Tally tally = new Tally(World.of(1, new World.EventRates("errors", 0.5, 0.5, Duration.ZERO)));
    tally.addRequests(users, users, users);
    tally.addEvents(0, withEvent, withEvent, withEvent);
    return tally;
  }
}
