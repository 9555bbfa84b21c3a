package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class StratifiedDifferenceTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static final long[] ONES = {1, 1, 1, 1, 1, 1, 1, 1};

  private static final StageArms FIRST =
      new StageArms(
          1,
          ratios(8, new double[] {3, 5, 2, 8, 1, 9, 4, 7}, new double[] {2, 3, 2, 5, 1, 4, 3, 4}),
          ratios(8, new double[] {4, 6, 1, 9, 2, 9, 6, 8}, new double[] {2, 3, 1, 5, 1, 5, 3, 4}));

  private static final StageArms SECOND =
      new StageArms(
          2,
          ratios(24, new double[] {1, 2, 1, 3, 0, 4, 2, 3}, new double[] {2, 4, 3, 5, 1, 6, 3, 4}),
          ratios(24, new double[] {2, 2, 1, 3, 1, 4, 1, 4}, new double[] {3, 4, 2, 5, 1, 6, 3, 4}));

  private static UserBuckets ratios(long users, double[] numerators, double[] denominators) {
    return UserBuckets.ofRatios(users, ONES, numerators, denominators);
  }

  /**
   * numpy 2.4.6: {@code th = sum_s w_s (x_s.sum() - x_s) / (y_s.sum() - y_s)} for each arm, w = 1/4
   * and 3/4, variance of these as for one stage, arms added; scipy's {@code t.ppf(.975, 7)}.
   */
  @Test
  void stages_golden_areMet() {
    StratifiedDifference run = StratifiedDifference.of(List.of(FIRST, SECOND), Direction.HIGHER);

    ClusteredDifference difference = known(run.difference());
    assertThat(difference.difference().absolute()).isCloseTo(.11607142857142863, EXACT);
    assertThat(difference.difference().better()).isEqualTo(Better.TREATMENT);
    assertThat(difference.standardError()).isCloseTo(.08976152030072676, EXACT);
    assertThat(difference.degreesOfFreedom()).isEqualTo(7);
    assertThat(difference.interval().lower()).isCloseTo(-.09618083919150788, EXACT);
    assertThat(difference.interval().upper()).isCloseTo(.32832369633436514, EXACT);
    assertThat(run.included())
        .containsExactly(
            new StratifiedDifference.Included(1, .25), new StratifiedDifference.Included(2, .75));
    assertThat(run.leftOut()).isEmpty();
  }

  @Test
  void run_ofOneStage_isThatStage() {
    assertThat(StratifiedDifference.of(List.of(FIRST), Direction.LOWER).difference())
        .isEqualTo(ClusteredDifference.of(FIRST.control(), FIRST.treatment(), Direction.LOWER));
  }

  @Test
  void stages_inAnyOrder_giveTheSame() {
    ClusteredDifference there =
        known(StratifiedDifference.of(List.of(FIRST, SECOND), Direction.NONE).difference());
    ClusteredDifference back =
        known(StratifiedDifference.of(List.of(SECOND, FIRST), Direction.NONE).difference());

    assertThat(back.difference().absolute()).isCloseTo(there.difference().absolute(), EXACT);
    assertThat(back.standardError()).isCloseTo(there.standardError(), EXACT);
  }

  @Test
  void stage_thatCannotBeCompared_isLeftOutAndNamed() {
    UserBuckets none = UserBuckets.ofMeans(50, new long[8], new double[8]);
    StageArms full = new StageArms(3, none, FIRST.treatment());
    StageArms nobody =
        new StageArms(
            4,
            UserBuckets.ofMeans(0, ONES, new double[] {1, 2, 3, 4, 5, 6, 7, 8}),
            UserBuckets.ofMeans(0, ONES, new double[] {1, 2, 3, 4, 5, 6, 7, 8}));

    StratifiedDifference run =
        StratifiedDifference.of(List.of(FIRST, full, SECOND, nobody), Direction.HIGHER);

    assertThat(run.difference())
        .isEqualTo(StratifiedDifference.of(List.of(FIRST, SECOND), Direction.HIGHER).difference());
    assertThat(run.leftOut())
        .containsExactly(
            new StratifiedDifference.LeftOut(
                3, Absence.NO_OUTCOMES, "control outcomes: 0 (expected: 1 or more)"),
            new StratifiedDifference.LeftOut(
                4, Absence.NO_USERS, "exposed users: 0 (expected: 1 or more)"));
  }

  @Test
  void run_withoutAComparableStage_isAbsent() {
    UserBuckets none = UserBuckets.ofMeans(50, new long[8], new double[8]);
    StratifiedDifference run =
        StratifiedDifference.of(
            List.of(new StageArms(1, none, FIRST.treatment())), Direction.HIGHER);

    assertAbsent(
        run.difference(),
        Absence.NO_STAGE,
        "stages with outcomes of both arms: 0 of 1 (expected: 1 or more)");
    assertThat(run.leftOut()).hasSize(1);
    assertAbsent(
        StratifiedDifference.of(List.of(), Direction.HIGHER).difference(),
        Absence.NO_STAGE,
        "stages with outcomes of both arms: 0 of 0 (expected: 1 or more)");
  }

  @Test
  void stages_thatDoNotGoTogether_areRefused() {
    UserBuckets few = UserBuckets.ofMeans(2, new long[2], new double[2]);

    assertThatThrownBy(() -> StratifiedDifference.of(List.of(FIRST, FIRST), Direction.NONE))
        .hasMessage("stages: [1, 1] (expected: each once)");
    assertThatThrownBy(
            () ->
                StratifiedDifference.of(List.of(FIRST, new StageArms(2, few, few)), Direction.NONE))
        .hasMessage("buckets of the stages: [8, 2] (expected: equally many)");
    assertThatThrownBy(() -> new StageArms(2, few, FIRST.control()))
        .hasMessage("buckets of control, treatment in stage 2: 2, 8 (expected: equal)");
    assertThatThrownBy(() -> new StageArms(0, few, few))
        .hasMessage("stage: 0 (expected: 1 or more)");
  }

  /**
   * No effect at all, events at 10 %, 6 %, 3 % while the treatment's share grows over 5, 25, 50 %:
   * added up, the treatment seems to have 38 % fewer.
   */
  @Test
  void baseRate_fallingOverARamp_misleadsPooledAndNotStratified() {
    Random random = new Random(5);
    int runs = 200;
    int pooledRejects = 0;
    int stratifiedRejects = 0;
    for (int run = 0; run < runs; run++) {
      Ramp ramp = Ramp.draw(random);
      ClusteredDifference pooled =
          known(ClusteredDifference.of(ramp.control(), ramp.treatment(), Direction.LOWER));
      assertThat(known(pooled.difference().percent())).isBetween(-50.0, -25.0);
      pooledRejects += excludesZero(pooled) ? 1 : 0;
      stratifiedRejects +=
          excludesZero(known(StratifiedDifference.of(ramp.stages(), Direction.LOWER).difference()))
              ? 1
              : 0;
    }
    assertThat(pooledRejects).isEqualTo(runs);
    // .05 and three standard deviations of as many runs.
    assertThat(stratifiedRejects / (double) runs).isLessThan(.05 + 3 * Math.sqrt(.05 * .95 / runs));
  }

  private static boolean excludesZero(ClusteredDifference difference) {
    return difference.interval().lower() > 0 || difference.interval().upper() < 0;
  }

  /** Stages of a run, and what adding them up gives. */
  private record Ramp(List<StageArms> stages, UserBuckets control, UserBuckets treatment) {
    private static final double[] RATES = {.10, .06, .03};
    private static final double[] SHARES = {.05, .25, .50};
    private static final int USERS = 8_000;

    static Ramp draw(Random random) {
      List<StageArms> stages = new ArrayList<>();
      EventTally allOfControl = new EventTally();
      EventTally allOfTreatment = new EventTally();
      for (int stage = 0; stage < RATES.length; stage++) {
        EventTally control = new EventTally();
        EventTally treatment = new EventTally();
        for (int i = 0; i < USERS; i++) {
          boolean treated = random.nextDouble() < SHARES[stage];
          int bucket = ArmTally.bucket(random.nextLong());
          boolean event = random.nextDouble() < RATES[stage];
          (treated ? treatment : control).add(bucket, event);
          (treated ? allOfTreatment : allOfControl).add(bucket, event);
        }
        stages.add(new StageArms(stage + 1, control.buckets(), treatment.buckets()));
      }
      return new Ramp(stages, allOfControl.buckets(), allOfTreatment.buckets());
    }
  }

  private static final class EventTally {
    private final long[] exposed = new long[ArmTally.BUCKETS];
    private final long[] withEvent = new long[ArmTally.BUCKETS];

    void add(int bucket, boolean event) {
      exposed[bucket]++;
      withEvent[bucket] += event ? 1 : 0;
    }

    UserBuckets buckets() {
      return UserBuckets.ofEvents(exposed, withEvent);
    }
  }
}
