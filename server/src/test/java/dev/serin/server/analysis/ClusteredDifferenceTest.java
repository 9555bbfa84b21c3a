package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.commons.statistics.distribution.TDistribution;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ClusteredDifferenceTest {
  private static final Offset<Double> EXACT = within(1e-12);

  /** statistics.md B17: sums of x, x², y, y² and x y of a hundred users of each arm. */
  private static final double[] CONTROL_MOMENTS = {
    485.112236689623, 2715.484666118136, 679.9093275844917, 4939.424001640236, 3602.146836776702
  };

  private static final double[] TREATMENT_MOMENTS = {
    514.7757826608777, 2994.897482705013, 705.4090874383759, 5291.36604146392, 3918.1561431600717
  };

  private static final long[] ONES = {1, 1, 1, 1, 1, 1, 1, 1};

  private static final UserBuckets CONTROL =
      UserBuckets.ofRatios(
          8, ONES, new double[] {3, 5, 2, 8, 1, 9, 4, 7}, new double[] {2, 3, 2, 5, 1, 4, 3, 4});

  private static final UserBuckets TREATMENT =
      UserBuckets.ofRatios(
          8, ONES, new double[] {4, 6, 1, 9, 2, 9, 6, 8}, new double[] {2, 3, 1, 5, 1, 5, 3, 4});

  /**
   * numpy 2.4.6: {@code th = (x.sum() - x) / (y.sum() - y)}, {@code (B-1)/B * ((th -
   * th.mean())**2).sum()} for each arm, added; scipy's {@code t.ppf(.975, 7)}.
   */
  @Test
  void ratios_golden_areMet() {
    ClusteredDifference ratios = known(ClusteredDifference.of(CONTROL, TREATMENT, Direction.LOWER));

    assertThat(ratios.difference().control()).isEqualTo(1.625);
    assertThat(ratios.difference().absolute()).isEqualTo(.25);
    assertThat(ratios.difference().better()).isEqualTo(Better.CONTROL);
    assertThat(ratios.standardError()).isCloseTo(.15021901636038382, EXACT);
    assertThat(ratios.degreesOfFreedom()).isEqualTo(7);
    assertThat(ratios.interval().lower()).isCloseTo(-.10521152913617676, EXACT);
    assertThat(ratios.interval().upper()).isCloseTo(.6052115291361768, EXACT);
    assertThat(ratios.validity()).isEqualTo(Validity.SINGLE_LOOK);
  }

  /** The control alone, by the same numpy; a mean of one outcome in each bucket by its std/√n. */
  @Test
  void oneArm_golden_isMet() {
    ClusteredEstimate ratio = known(ClusteredEstimate.of(CONTROL));
    assertThat(ratio.estimate()).isEqualTo(1.625);
    assertThat(ratio.standardError()).isCloseTo(.1391902065898321, EXACT);
    assertThat(ratio.validity()).isEqualTo(Validity.SINGLE_LOOK);

    double[] sleep = {.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2};
    long[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    ClusteredEstimate mean = known(ClusteredEstimate.of(UserBuckets.ofMeans(10, ones, sleep)));
    assertThat(mean.estimate()).isCloseTo(.75, EXACT);
    assertThat(mean.standardError()).isCloseTo(.5657345274557276, EXACT);
    assertThat(mean.degreesOfFreedom()).isEqualTo(9);
  }

  /**
   * The delta method's golden values (gbstats 0.8.0): two arms of 100 users with these sums, sums
   * of squares and sums of products. Users are made that have exactly these.
   */
  @Test
  void ratios_ofUsersWithTheGoldenMoments_agreeWithTheDeltaMethod() {
    UserBuckets control = users(CONTROL_MOMENTS);
    UserBuckets treatment = users(TREATMENT_MOMENTS);

    ClusteredDifference ratios = known(ClusteredDifference.of(control, treatment, Direction.NONE));

    assertThat(ratios.difference().control()).isCloseTo(.7134954868365716, within(1e-10));
    assertThat(ratios.difference().absolute()).isCloseTo(.01625947638659242, within(1e-10));
    assertThat(ratios.standardError()).isCloseTo(.01968244615428237, Percentage.withPercentage(2));
  }

  /**
   * statistics.md B17, gbstats 0.8.0. The engine has no delta method: where it stands in the
   * literature the bucketed jackknife stands here (B18), as sums of squares of single users are not
   * kept. So the golden values are worked out from B17's formula first, and are then what the
   * jackknife comes to as users become many: with each of the hundred a thousand times, in buckets
   * of their own, it differs by some 1 / buckets.
   */
  @Test
  void ratios_ofManyUsersWithTheGoldenMoments_becomeTheDeltaMethod() {
    double ofControl = perUnit(CONTROL_MOMENTS);
    double ofTreatment = perUnit(TREATMENT_MOMENTS);
    double error = Math.sqrt((ofControl + ofTreatment) / 100);
    double difference = .01625947638659242;
    assertThat(ofControl).isCloseTo(.019620702937212645, within(1e-15));
    assertThat(error).isCloseTo(.01968244615428237, within(1e-15));
    assertThat(studentP(difference, error, ofControl, ofTreatment))
        .isCloseTo(.40974737657590476, EXACT);

    int times = 1000;
    double all = 100.0 * times;
    UserBuckets control = repeated(users(CONTROL_MOMENTS), times);
    UserBuckets treatment = repeated(users(TREATMENT_MOMENTS), times);
    // Squared deviations by n - 1: 100 users have 1 / 99 of theirs, 100 000 users 1000 / 99 999.
    double units = all * (all - 1) / (99.0 * times);
    double found = known(ClusteredEstimate.of(control)).standardError();
    assertThat(found * found * units).isCloseTo(ofControl, Percentage.withPercentage(.01));
    ClusteredDifference both = known(ClusteredDifference.of(control, treatment, Direction.NONE));
    double ofHundred = both.standardError() * Math.sqrt(units / 100);
    assertThat(studentP(both.difference().absolute(), ofHundred, ofControl, ofTreatment))
        .isCloseTo(.40974737657590476, within(5e-5));
  }

  /** (var x - 2 R cov + R² var y) / m_y² of the sums x, x², y, y², x y of a hundred users. */
  private static double perUnit(double[] sums) {
    double n = 100;
    double ratio = sums[0] / sums[2];
    double mean = sums[2] / n;
    double ofX = (sums[1] - sums[0] * sums[0] / n) / (n - 1);
    double ofY = (sums[3] - sums[2] * sums[2] / n) / (n - 1);
    double ofBoth = (sums[4] - sums[0] * sums[2] / n) / (n - 1);
    return (ofX - 2 * ratio * ofBoth + ratio * ratio * ofY) / (mean * mean);
  }

  /** Two-sided, with Welch's degrees of freedom of two arms of a hundred users. */
  private static double studentP(double difference, double error, double one, double other) {
    double freedom = 99 * (one + other) * (one + other) / (one * one + other * other);
    return 2 * TDistribution.of(freedom).survivalProbability(Math.abs(difference) / error);
  }

  private static UserBuckets users(double[] sums) {
    return RatioUsers.with(sums[0], sums[1], sums[2], sums[3], sums[4]);
  }

  private static UserBuckets repeated(UserBuckets users, int times) {
    int buckets = users.buckets() * times;
    long[] ones = new long[buckets];
    double[] numerators = new double[buckets];
    double[] denominators = new double[buckets];
    for (int i = 0; i < buckets; i++) {
      ones[i] = 1;
      numerators[i] = users.numerator(i % users.buckets());
      denominators[i] = users.denominator(i % users.buckets());
    }
    return UserBuckets.ofRatios(buckets, ones, numerators, denominators);
  }

  @Test
  void means_ofOneOutcomeAUser_agreeWithTheTextbook() {
    Random random = new Random(11);
    double sumOfRatios = 0;
    int samples = 40;
    for (int sample = 0; sample < samples; sample++) {
      ArmTally arm = new ArmTally();
      for (long user = 0; user < 5_000; user++) {
        arm.add(sample * 5_000L + user, 20 + 5 * random.nextGaussian());
      }
      ClusteredEstimate estimate = known(ClusteredEstimate.of(arm.buckets()));
      double textbook = arm.moments().squaredError();
      double ratio = estimate.standardError() * estimate.standardError() / textbook;
      // The estimate from 128 buckets has a coefficient of variation of about .13.
      assertThat(ratio).isBetween(.5, 1.6);
      sumOfRatios += ratio;
    }
    assertThat(sumOfRatios / samples).isBetween(.93, 1.07);
  }

  @Test
  void shares_ofEvents_agreeWithTheTextbook() {
    Random random = new Random(12);
    long[] exposed = new long[ArmTally.BUCKETS];
    long[] withEvent = new long[ArmTally.BUCKETS];
    for (int user = 0; user < 100_000; user++) {
      int bucket = ArmTally.bucket(user);
      exposed[bucket]++;
      withEvent[bucket] += random.nextDouble() < .03 ? 1 : 0;
    }

    ClusteredEstimate share = known(ClusteredEstimate.of(UserBuckets.ofEvents(exposed, withEvent)));

    assertThat(share.estimate()).isBetween(.028, .032);
    assertThat(share.standardError())
        .isCloseTo(Math.sqrt(.03 * .97 / 100_000), Percentage.withPercentage(30));
  }

  @Test
  void arms_swapped_flipTheSign() {
    ClusteredDifference there = known(ClusteredDifference.of(CONTROL, TREATMENT, Direction.HIGHER));
    ClusteredDifference back = known(ClusteredDifference.of(TREATMENT, CONTROL, Direction.HIGHER));

    assertThat(back.difference().absolute()).isEqualTo(-there.difference().absolute());
    assertThat(back.difference().better()).isEqualTo(Better.CONTROL);
    assertThat(there.difference().better()).isEqualTo(Better.TREATMENT);
    assertThat(back.standardError()).isEqualTo(there.standardError());
    assertThat(back.interval().lower()).isEqualTo(-there.interval().upper());
    assertThat(back.interval().upper()).isEqualTo(-there.interval().lower());
  }

  @Test
  void outcomes_scaledAndShifted_scaleTheErrorAndIgnoreTheShift() {
    ArmTally control = new ArmTally();
    ArmTally treatment = new ArmTally();
    ArmTally movedControl = new ArmTally();
    ArmTally movedTreatment = new ArmTally();
    Random random = new Random(13);
    for (long user = 0; user < 600; user++) {
      double value = random.nextGaussian();
      (user % 2 == 0 ? control : treatment).add(user, value);
      (user % 2 == 0 ? movedControl : movedTreatment).add(user, 8 * value + 1e5);
    }

    ClusteredDifference difference = difference(control, treatment);
    ClusteredDifference moved = difference(movedControl, movedTreatment);

    assertThat(moved.difference().absolute())
        .isCloseTo(8 * difference.difference().absolute(), within(1e-8));
    assertThat(moved.standardError()).isCloseTo(8 * difference.standardError(), within(1e-8));
  }

  /** Values are multiples of 2^-20, as the aggregates' are: their sums are exact. */
  @Test
  void parts_mergedInAnyOrder_giveTheSameBits() {
    Random random = new Random(14);
    List<ArmTally> controls = parts(random);
    List<ArmTally> treatments = parts(random);
    ClusteredDifference first = difference(merged(controls), merged(treatments));
    for (int order = 0; order < 20; order++) {
      Collections.shuffle(controls, random);
      Collections.shuffle(treatments, random);
      assertThat(difference(merged(controls), merged(treatments))).isEqualTo(first);
    }
  }

  private static List<ArmTally> parts(Random random) {
    List<ArmTally> parts = new ArrayList<>();
    for (int part = 0; part < 7; part++) {
      ArmTally tally = new ArmTally();
      for (int outcome = 0; outcome < 300; outcome++) {
        tally.add(random.nextInt(500), Math.rint(random.nextGaussian() * 1e9) * 0x1p-20);
      }
      parts.add(tally);
    }
    return parts;
  }

  private static ArmTally merged(List<ArmTally> parts) {
    ArmTally all = new ArmTally();
    parts.forEach(all::merge);
    return all;
  }

  @Test
  void buckets_empty_countForTheVarianceAndNotForItsFreedom() {
    long[] outcomes = {1, 1, 0, 0, 1, 0, 0, 1};
    UserBuckets sparse = UserBuckets.ofMeans(4, outcomes, new double[] {2, 4, 0, 0, 3, 0, 0, 7});

    ClusteredEstimate estimate = known(ClusteredEstimate.of(sparse));

    assertThat(estimate.estimate()).isEqualTo(4);
    assertThat(estimate.degreesOfFreedom()).isEqualTo(3);
    // Shifts (4 - x) / 3 of the four, 0 of the others; squares 4/9 + 0 + 1/9 + 9/9, mean 0.
    assertThat(estimate.standardError()).isCloseTo(Math.sqrt(7.0 / 8 * 14 / 9), EXACT);
    assertThat(known(ClusteredDifference.of(TREATMENT, sparse, Direction.NONE)).degreesOfFreedom())
        .isEqualTo(3);
  }

  @Test
  void control_ofZero_hasADifferenceAndNoPercentage() {
    UserBuckets zero = UserBuckets.ofMeans(8, ONES, new double[8]);

    ClusteredDifference difference = known(ClusteredDifference.of(zero, TREATMENT, Direction.NONE));

    assertThat(difference.difference().absolute()).isPositive();
    assertThat(difference.difference().percent()).isInstanceOf(Figure.Absent.class);
  }

  @Test
  void arms_thatDoNotSuffice_areAbsent() {
    UserBuckets none = UserBuckets.ofMeans(0, new long[8], new double[8]);
    UserBuckets one =
        UserBuckets.ofMeans(
            3, new long[] {0, 9, 0, 0, 0, 0, 0, 0}, new double[] {0, 4, 0, 0, 0, 0, 0, 0});
    UserBuckets same =
        UserBuckets.ofMeans(
            9,
            new long[] {1, 2, 3, 1, 2, 3, 1, 2},
            new double[] {.1, .2, .1 + .1 + .1, .1, .2, .1 + .1 + .1, .1, .2});

    assertAbsent(
        ClusteredDifference.of(none, TREATMENT, Direction.NONE),
        Absence.NO_OUTCOMES,
        "control outcomes: 0 (expected: 1 or more)");
    assertAbsent(
        ClusteredDifference.of(CONTROL, one, Direction.NONE),
        Absence.TOO_FEW_USER_BUCKETS,
        "treatment user buckets with outcomes: 1 (expected: 2 or more)");
    assertAbsent(
        ClusteredDifference.of(same, same, Direction.NONE),
        Absence.NO_VARIANCE,
        "variance between user buckets: 0 (expected: above 0)");
    assertAbsent(
        ClusteredEstimate.of(same),
        Absence.NO_VARIANCE,
        "variance between user buckets: 0 (expected: above 0)");
  }

  @Test
  void ratio_withADenominatorInOneBucketOnly_isAbsent() {
    UserBuckets ratio =
        UserBuckets.ofRatios(
            2, new long[] {1, 1, 0}, new double[] {1, 1, 0}, new double[] {2, 0, 0});

    assertAbsent(
        ClusteredEstimate.of(ratio),
        Absence.DENOMINATOR_NOT_POSITIVE,
        "arm denominators: 2.0, without user bucket 0 0.0 (expected: above 0)");
  }

  @Test
  void figures_ofExtremeArms_areFiniteOrAbsent() {
    List<UserBuckets> arms = Extremes.buckets();
    int known = 0;
    for (UserBuckets control : arms) {
      for (UserBuckets treatment : arms) {
        known += Extremes.assertFinite(ClusteredDifference.of(control, treatment, Direction.LOWER));
      }
      known += Extremes.assertFinite(ClusteredEstimate.of(control));
    }
    assertThat(known).isPositive().isLessThan(arms.size() * arms.size());
  }

  @Test
  void buckets_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> UserBuckets.ofMeans(-1, new long[2], new double[2]))
        .hasMessage("users: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> UserBuckets.ofMeans(1, new long[2], new double[3]))
        .hasMessageContaining("2 of outcomes, 3 of numerators, 2 of denominators");
    assertThatThrownBy(() -> UserBuckets.ofMeans(1, new long[1], new double[1]))
        .hasMessageContaining("expected: 2 or more, equal");
    assertThatThrownBy(() -> UserBuckets.ofMeans(1, new long[] {0, -1}, new double[2]))
        .hasMessage("outcomes of bucket 1: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> UserBuckets.ofMeans(1, new long[] {0, 1}, new double[] {1, 1}))
        .hasMessageStartingWith("sums of bucket 0: 1.0, 0.0 of 0 outcomes");
    assertThatThrownBy(
            () -> UserBuckets.ofMeans(1, new long[] {1, 1}, new double[] {Double.NaN, 1}))
        .hasMessageStartingWith("sums of bucket 0: NaN");
    assertThatThrownBy(() -> UserBuckets.ofEvents(new long[] {1, 1}, new long[] {0, 2}))
        .hasMessage("withEvent: 2 (expected: 0 to 1)");
    assertThatThrownBy(
            () ->
                ClusteredDifference.of(
                    CONTROL, UserBuckets.ofMeans(1, new long[2], new double[2]), Direction.NONE))
        .hasMessage("buckets of control, treatment: 8, 2 (expected: equal)");
  }

  private static ClusteredDifference difference(ArmTally control, ArmTally treatment) {
    return known(ClusteredDifference.of(control.buckets(), treatment.buckets(), Direction.LOWER));
  }
}
