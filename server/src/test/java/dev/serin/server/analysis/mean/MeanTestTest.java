package dev.serin.server.analysis.mean;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.StageArms;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.Validity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MeanTestTest {
  private static final int B = 128;
  private static final Offset<Double> EXACT = within(1e-10);

  /**
   * {@code vectors.py}: one to three stages, buckets left out one by one as the jackknife is
   * defined, the mixture with 60 digits, relative bounds by bisection over the margin.
   */
  @Test
  void claims_vectorsOverStages_areMet() {
    Iterator<String> lines = Vectors.lines("mean_test.csv").iterator();
    while (lines.hasNext()) {
      double[] head = Vectors.numbers(lines.next().split(","), 1);
      List<StageArms> stages = new ArrayList<>();
      for (int stage = 1; stage <= head[0]; stage++) {
        stages.add(new StageArms(stage, arm(lines), arm(lines)));
      }
      RunMeans run = new RunMeans(stages, (long) head[1], (long) head[1]);
      long planned = (long) head[2];
      for (Claim claim :
          List.of(
              Claim.regression(Direction.LOWER, new Margin.Relative(.1)),
              Claim.nonInferiority(Direction.LOWER, new Margin.Relative(.25)),
              Claim.regression(Direction.LOWER, new Margin.Absolute(.05)))) {
        double[] expected = Vectors.numbers(lines.next().split(","), 1);
        MeanEvidence evidence = known(MeanTest.of(claim, planned, head[3]).of(run));
        assertThat(evidence.standardError()).isCloseTo(expected[0], EXACT);
        assertThat(evidence.logE()).isCloseTo(expected[1], EXACT);
        assertThat(known(evidence.bound())).isCloseTo(expected[2], EXACT);
        assertThat(evidence.validity()).isEqualTo(Validity.ALWAYS);
      }
    }
  }

  private static UserBuckets arm(Iterator<String> lines) {
    double[] counts = Vectors.numbers(lines.next().split(","), 1);
    double[] sums = Vectors.numbers(lines.next().split(","), 1);
    long[] outcomes = new long[B];
    Arrays.setAll(outcomes, bucket -> (long) counts[bucket + 1]);
    return UserBuckets.ofMeans(Math.round(counts[0]), outcomes, sums);
  }

  private static UserBuckets random(Random random, double mean, double deviation) {
    long[] outcomes = new long[B];
    double[] sums = new double[B];
    for (int bucket = 0; bucket < B; bucket++) {
      outcomes[bucket] = 1L + random.nextInt(30);
      sums[bucket] =
          mean * outcomes[bucket]
              + deviation * Math.sqrt((double) outcomes[bucket]) * random.nextGaussian();
    }
    return UserBuckets.ofMeans(1000, outcomes, sums);
  }

  private static UserBuckets times(UserBuckets arm, double factor) {
    long[] outcomes = new long[B];
    double[] sums = new double[B];
    for (int bucket = 0; bucket < B; bucket++) {
      outcomes[bucket] = (long) arm.denominator(bucket);
      sums[bucket] = factor * arm.numerator(bucket);
    }
    return UserBuckets.ofMeans(arm.users(), outcomes, sums);
  }

  private static RunMeans run(UserBuckets control, UserBuckets treatment) {
    return RunMeans.ofStage(control, treatment);
  }

  /** A claim is shown exactly where its bound is beyond its margin, whatever its kind. */
  @Test
  void claims_random_areShownWhereTheirBoundIsBeyondTheMargin() {
    Random random = new Random(21);
    int shown = 0;
    int looks = 4_000;
    for (int i = 0; i < looks; i++) {
      UserBuckets control = random(random, 10, 5);
      RunMeans run = run(control, random(random, 10 + 4 * random.nextGaussian(), 5));
      double m = .3 * random.nextDouble();
      Direction direction = random.nextBoolean() ? Direction.LOWER : Direction.HIGHER;
      Margin margin = random.nextBoolean() ? new Margin.Relative(m) : new Margin.Absolute(10 * m);
      Claim claim =
          switch (random.nextInt(3)) {
            case 0 -> Claim.regression(direction, margin);
            case 1 -> Claim.nonInferiority(direction, margin);
            default -> Claim.superiority(direction, margin);
          };
      MeanEvidence evidence = known(MeanTest.of(claim, 2000, .01).of(run));
      double edge = claim.relative() ? claim.factor() - 1 : claim.offset();
      double bound = known(evidence.bound());
      assertThat(evidence.isShown())
          .as("%s, bound %s", evidence, bound)
          .isEqualTo(claim.above() ? bound >= edge : bound <= edge);
      shown += evidence.isShown() ? 1 : 0;
    }
    assertThat(shown).isBetween(looks / 5, looks * 4 / 5);
  }

  @Test
  void claims_inAnotherUnit_areTheSame() {
    Random random = new Random(22);
    UserBuckets control = random(random, 10, 5);
    UserBuckets treatment = random(random, 11, 5);
    Claim claim = Claim.regression(Direction.LOWER, new Margin.Relative(.02));
    MeanTest test = MeanTest.of(claim, 2000, .01);
    MeanEvidence evidence = known(test.of(run(control, treatment)));
    MeanEvidence inSeconds = known(test.of(run(times(control, 1e-3), times(treatment, 1e-3))));
    assertThat(inSeconds.logE()).isCloseTo(evidence.logE(), EXACT);
    assertThat(known(inSeconds.bound())).isCloseTo(known(evidence.bound()), EXACT);
    assertThat(inSeconds.standardError()).isCloseTo(evidence.standardError() / 1e3, EXACT);
  }

  /** Of one threshold both claims cannot be shown; a regression of a loss is that of a gain. */
  @Test
  void claims_ofOneMargin_excludeEachOther() {
    Random random = new Random(23);
    for (int i = 0; i < 500; i++) {
      RunMeans run = run(random(random, 10, 5), random(random, 10 + random.nextGaussian(), 5));
      Margin margin = new Margin.Absolute(random.nextDouble());
      MeanEvidence worse =
          known(MeanTest.of(Claim.regression(Direction.LOWER, margin), 2000, .01).of(run));
      MeanEvidence within =
          known(MeanTest.of(Claim.nonInferiority(Direction.LOWER, margin), 2000, .01).of(run));
      assertThat(worse.isShown() && within.isShown()).isFalse();
      RunMeans turned =
          run(
              times(run.stages().getFirst().control(), -1),
              times(run.stages().getFirst().treatment(), -1));
      assertThat(
              known(MeanTest.of(Claim.regression(Direction.HIGHER, margin), 2000, .01).of(turned))
                  .logE())
          .isCloseTo(worse.logE(), EXACT);
    }
  }

  /** One arm is above (1 + m) times the other, whichever of the two is to be the smaller one. */
  @Test
  void claims_withRelativeMargins_areThoseOfTheArmsChangedOver() {
    Random random = new Random(25);
    int shown = 0;
    for (int i = 0; i < 1_000; i++) {
      UserBuckets control = random(random, 10, 5);
      UserBuckets treatment = random(random, 10 * Math.exp(random.nextGaussian()), 5);
      Margin margin = new Margin.Relative(3 * random.nextDouble());
      MeanEvidence lower =
          known(
              MeanTest.of(Claim.regression(Direction.LOWER, margin), 2000, .01)
                  .of(run(control, treatment)));
      MeanEvidence higher =
          known(
              MeanTest.of(Claim.regression(Direction.HIGHER, margin), 2000, .01)
                  .of(run(treatment, control)));
      assertThat(higher.logE())
          .isCloseTo(lower.logE(), within(1e-9 * (1 + Math.abs(lower.logE()))));
      shown += lower.isShown() ? 1 : 0;
    }
    assertThat(shown).isBetween(100, 900);
  }

  @Test
  void claims_inWords_compareWithTheRightSide() {
    Margin fifth = new Margin.Relative(.2);
    assertThat(Claim.regression(Direction.LOWER, fifth)).isEqualTo(new Claim(true, 1.2, 0, true));
    assertThat(Claim.regression(Direction.HIGHER, fifth))
        .isEqualTo(new Claim(false, 1 / 1.2, 0, true));
    assertThat(Claim.nonInferiority(Direction.LOWER, fifth))
        .isEqualTo(new Claim(false, 1.2, 0, true));
    assertThat(Claim.nonInferiority(Direction.HIGHER, new Margin.Absolute(3)))
        .isEqualTo(new Claim(true, 1, -3, false));
    assertThat(Claim.superiority(Direction.HIGHER, fifth)).isEqualTo(new Claim(true, 1.2, 0, true));
    assertThat(Claim.superiority(Direction.LOWER, new Margin.Absolute(3)))
        .isEqualTo(new Claim(false, 1, -3, false));
    assertThat(Claim.superiority(Direction.LOWER, fifth))
        .isEqualTo(new Claim(false, 1 / 1.2, 0, true));
    // The file allows margins up to 10: no margin takes all of the control off.
    assertThat(Claim.regression(Direction.HIGHER, new Margin.Relative(3)))
        .isEqualTo(new Claim(false, .25, 0, true));
    assertThatThrownBy(() -> Claim.regression(Direction.NONE, fifth))
        .hasMessage("direction: NONE (expected: LOWER or HIGHER)");
    assertThatThrownBy(() -> new Margin.Relative(-.1))
        .hasMessage("margin: -0.1 (expected: 0 or more, finite)");
  }

  @Test
  void figures_withoutGround_areAbsent() {
    MeanTest test = MeanTest.of(Claim.regression(Direction.LOWER, Margin.NONE), 2000, .01);
    Random random = new Random(24);
    UserBuckets arm = random(random, 10, 5);
    List<StageArms> stage = List.of(new StageArms(1, arm, arm));
    assertAbsent(
        test.of(new RunMeans(stage, 99, 120)),
        Absence.TOO_FEW_USERS,
        "users of control, treatment: 99, 120 (expected: 100 or more)");
    assertAbsent(
        test.of(new RunMeans(stage, 401, 200)),
        Absence.UNEQUAL_ARMS,
        "users of control, treatment: 401, 200 (expected: about as many)");
    assertAbsent(
        test.of(new RunMeans(List.of(), 200, 200)),
        Absence.NO_STAGE,
        "stages with outcomes of both arms: 0 of 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new RunMeans(stage, -1, 2))
        .hasMessage("users of control, treatment: -1, 2 (expected: 0 or more)");
  }

  /** A thousand exposed, of whom some thirty bought: no normal distribution. */
  @Test
  void figures_ofFewWhoReport_areAbsent() {
    long[] outcomes = new long[B];
    double[] sums = new double[B];
    for (int bucket = 0; bucket < 30; bucket++) {
      outcomes[bucket * 4] = 2;
      sums[bucket * 4] = 10 + bucket;
    }
    UserBuckets arm = UserBuckets.ofMeans(1000, outcomes, sums);
    MeanTest test = MeanTest.of(Claim.regression(Direction.LOWER, Margin.NONE), 2000, .01);
    assertAbsent(
        test.of(run(arm, arm)),
        Absence.TOO_FEW_USERS,
        "users of control, treatment with outcomes: about 34, 34 (expected: 100 or more)");
  }

  @Test
  void relativeMargins_ofAControlAroundZero_areAbsent() {
    Random random = new Random(25);
    MeanTest test =
        MeanTest.of(Claim.regression(Direction.LOWER, new Margin.Relative(.1)), 2000, .01);
    UserBuckets treatment = random(random, 5, 5);
    assertThat(test.of(run(random(random, -3, 5), treatment)))
        .isInstanceOfSatisfying(
            Figure.Absent.class,
            absent -> assertThat(absent.absence()).isEqualTo(Absence.CONTROL_NOT_POSITIVE));
    MeanEvidence evidence = known(test.of(run(random(random, .3, 5), treatment)));
    assertThat(evidence.bound())
        .isInstanceOfSatisfying(
            Figure.Absent.class,
            absent -> assertThat(absent.absence()).isEqualTo(Absence.CONTROL_NEAR_ZERO));
    assertThat(evidence.isShown()).isTrue();
  }

  @Test
  void figures_ofArmsWithoutVariance_areAbsent() {
    long[] ones = new long[B];
    Arrays.fill(ones, 1);
    double[] fives = new double[B];
    Arrays.fill(fives, 5);
    UserBuckets arm = UserBuckets.ofMeans(500, ones, fives);
    assertAbsent(
        MeanTest.of(Claim.regression(Direction.LOWER, Margin.NONE), 2000, .01).of(run(arm, arm)),
        Absence.NO_VARIANCE,
        "variance between user buckets: 0 (expected: above 0)");
    assertAbsent(
        AlwaysValidDifference.of(run(arm, arm), Direction.NONE, 2000),
        Absence.NO_VARIANCE,
        "variance between user buckets: 0 (expected: above 0)");
  }
}
