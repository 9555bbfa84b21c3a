package dev.serin.server.analysis.quantile;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.Validity;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantileTestTest {
  private static final int BINS_OF_DOUBLING = 4;

  private static QuantileTest test(double share, Claim claim) {
    return QuantileTest.of(share, claim, BINS_OF_DOUBLING, 1_000, .01);
  }

  private static Claim worse(double margin) {
    return Claim.regression(Direction.LOWER, new Margin.Relative(margin));
  }

  private static QuantileArm random(SplittableRandom random, int bins) {
    long[] counts = new long[1 + random.nextInt(bins)];
    Arrays.setAll(counts, _ -> random.nextInt(3) == 0 ? random.nextInt(40) : 0);
    counts[random.nextInt(counts.length)]++;
    return new QuantileArm(BinCounts.of(counts), 1 + 3 * random.nextDouble());
  }

  private static QuantileArm shifted(QuantileArm arm, int bins) {
    long[] counts = new long[arm.bins().last() + 1 + bins];
    for (int bin = 0; bin <= arm.bins().last(); bin++) {
      counts[bin + bins] = arm.bins().upTo(bin) - arm.bins().below(bin);
    }
    return new QuantileArm(BinCounts.of(counts), arm.designEffect());
  }

  /** Whatever the search leaves out is no less than what it finds. */
  @Test
  void search_random_findsTheLeastOverAllBins() {
    SplittableRandom random = new SplittableRandom(81);
    for (int i = 0; i < 3_000; i++) {
      double share = List.of(.5, .9, .99).get(random.nextInt(3));
      Margin margin = new Margin.Relative(.9 * random.nextDouble());
      Direction direction = random.nextBoolean() ? Direction.LOWER : Direction.HIGHER;
      Claim claim =
          random.nextBoolean()
              ? Claim.regression(direction, margin)
              : Claim.nonInferiority(direction, margin);
      QuantileArm control = random(random, 40);
      QuantileArm treatment = random(random, 40);
      QuantileTest test = test(share, claim);

      double logE = known(test.of(control, treatment)).logE();

      BetaMixture mixture = BetaMixture.bestAt(share, 1_000, .2);
      double least = Double.POSITIVE_INFINITY;
      for (int bin = 0; bin <= 100; bin++) {
        int other = Math.max(0, bin + test.shiftBins());
        int lowest = bin == 0 ? 0 : other;
        QuantileArm low = claim.above() ? control : treatment;
        QuantileArm high = claim.above() ? treatment : control;
        double below = low.bins().below(claim.above() ? bin : lowest) / low.designEffect();
        double upTo = high.bins().upTo(claim.above() ? other : bin) / high.designEffect();
        least =
            Math.min(
                least, mixture.above(below, low.weight()) + mixture.below(upTo, high.weight()));
      }
      assertThat(logE).as("%s, %s, %s", claim, control, treatment).isEqualTo(least);
    }
  }

  /**
   * A margin of k bins forgives a treatment that is k bins slower as no margin does an equal one.
   */
  @Test
  void margins_ofWholeBins_areShifts() {
    SplittableRandom random = new SplittableRandom(82);
    for (int bins = 0; bins < 12; bins++) {
      QuantileArm control = shifted(random(random, 40), 20);
      QuantileArm treatment = shifted(random(random, 40), 20);
      double factor = Math.pow(2, bins / (double) BINS_OF_DOUBLING);
      QuantileTest forgiving = test(.9, worse(factor - 1));
      assertThat(forgiving.shiftBins()).isEqualTo(bins);
      assertThat(known(forgiving.of(control, shifted(treatment, bins))).logE())
          .isEqualTo(known(test(.9, worse(0)).of(control, treatment)).logE());
    }
  }

  @Test
  void margins_betweenBins_areRoundedAgainstTheClaim() {
    Margin fifth = new Margin.Relative(.2);
    // A bin is 2^(1/4), 18.9 %.
    assertThat(test(.9, Claim.regression(Direction.LOWER, fifth)).shiftBins()).isEqualTo(2);
    assertThat(test(.9, Claim.nonInferiority(Direction.LOWER, fifth)).shiftBins()).isEqualTo(1);
    assertThat(test(.9, Claim.regression(Direction.HIGHER, fifth)).shiftBins()).isEqualTo(-2);
    assertThat(test(.9, Claim.nonInferiority(Direction.HIGHER, fifth)).shiftBins()).isEqualTo(-1);
    assertThat(test(.9, Claim.regression(Direction.LOWER, Margin.NONE)).shiftBins()).isZero();
  }

  /** More and slower values are more evidence of being slower, and less of not being so. */
  @Test
  void evidence_ofASlowerTreatment_grows() {
    SplittableRandom random = new SplittableRandom(83);
    QuantileTest slower = test(.9, worse(.1));
    QuantileTest within = test(.9, Claim.nonInferiority(Direction.LOWER, new Margin.Relative(.1)));
    for (int i = 0; i < 500; i++) {
      QuantileArm control = random(random, 40);
      QuantileArm treatment = random(random, 40);
      QuantileArm worse = shifted(treatment, 1);
      assertThat(known(slower.of(control, worse)).logE())
          .isGreaterThanOrEqualTo(known(slower.of(control, treatment)).logE());
      assertThat(known(within.of(control, worse)).logE())
          .isLessThanOrEqualTo(known(within.of(control, treatment)).logE());
    }
  }

  @Test
  void evidence_ofAClearDifference_isShown() {
    long[] fast = new long[30];
    fast[10] = 950;
    fast[12] = 50;
    long[] slow = new long[30];
    slow[10] = 800;
    slow[20] = 200;
    QuantileArm control = new QuantileArm(BinCounts.of(fast), 1);
    QuantileArm treatment = new QuantileArm(BinCounts.of(slow), 1);
    QuantileEvidence evidence = known(test(.9, worse(.25)).of(control, treatment));
    assertThat(evidence.isShown()).isTrue();
    assertThat(evidence.validity()).isEqualTo(Validity.ALWAYS);
    assertThat(known(test(.9, worse(9)).of(control, treatment)).isShown()).isFalse();
    QuantileTest within = test(.9, Claim.nonInferiority(Direction.LOWER, new Margin.Relative(.25)));
    assertThat(known(within.of(control, treatment)).isShown()).isFalse();
    assertThat(known(within.of(control, control)).isShown()).isTrue();
  }

  @Test
  void designEffect_ofUsers_isThatOfTheirNumbersOfValues() {
    SplittableRandom random = new SplittableRandom(84);
    long[] counts = new long[128];
    for (int user = 0; user < 200_000; user++) {
      // E[k²] / E[k] of 1 to 9, each as often: 19/3.
      counts[random.nextInt(128)] += 1 + random.nextInt(9);
    }
    BinCounts bins = BinCounts.of(Arrays.stream(counts).sum());
    QuantileArm arm =
        QuantileArm.ofUsers(bins, UserBuckets.ofMeans(200_000, counts, new double[128]));
    assertThat(arm.designEffect()).isCloseTo(19 / 3.0, within(1.5));
    assertThat(arm.weight()).isEqualTo(bins.total() / arm.designEffect());
    long[] even = new long[128];
    Arrays.fill(even, 7);
    assertThat(
            QuantileArm.ofUsers(bins, UserBuckets.ofMeans(1, even, new double[128])).designEffect())
        .isEqualTo(1);
  }

  @Test
  void arguments_outsideTheirRange_areRefused() {
    assertAbsent(
        test(.9, worse(0)).of(arm(0, 0), arm(0, 3)),
        Absence.NO_OUTCOMES,
        "values of control, treatment: 0, 3 (expected: 1 or more)");
    assertThatThrownBy(() -> test(1, worse(0)))
        .hasMessage("share: 1.0 (expected: above 0, below 1)");
    assertThatThrownBy(() -> test(.9, Claim.regression(Direction.LOWER, new Margin.Absolute(3))))
        .hasMessage("margin: 3.0 (expected: a relative one, or none)");
    assertThatThrownBy(() -> new QuantileArm(BinCounts.of(1), .9))
        .hasMessage("design effect: 0.9 (expected: 1 or more, finite)");
    assertThatThrownBy(() -> BinCounts.of(1, -1))
        .hasMessage("counts[1]: -1 (expected: 0 or more, sums within a long)");
    assertThatThrownBy(() -> BinCounts.of()).hasMessage("bins: 0 (expected: 1 to 16384)");
  }

  private static QuantileArm arm(long... counts) {
    return new QuantileArm(BinCounts.of(counts), 1);
  }
}
