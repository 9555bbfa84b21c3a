package dev.serin.server.analysis.mean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.serin.server.analysis.mean.NormalMixture.Sides;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NormalMixtureTest {
  /** statistics.md B8: confseq's uniform_boundaries_unittest.cpp, "from a reference in R". */
  @Test
  void mixtures_goldenOfConfseq_areMet() {
    NormalMixture both = NormalMixture.bestAt(Sides.TWO, 100, .05);
    assertThat(both.r()).isCloseTo(12.60056, within(5e-6));
    assertThat(both.logE(10, 100)).isCloseTo(-.6510052, within(5e-8));
    assertThat(both.bound(100, .05)).isCloseTo(30.35209, within(5e-6));

    NormalMixture one = NormalMixture.bestAt(Sides.ONE, 100, .05);
    assertThat(one.logE(10, 100)).isCloseTo(-.06502391, within(5e-9));
    assertThat(one.bound(100, .05)).isCloseTo(27.66071, within(5e-6));
  }

  /** mpmath with 60 digits, {@code vectors.py}: times up to 1e9, sums up to 40 deviations. */
  @Test
  void mixtures_vectorsOfMpmath_areMet() {
    for (double[] row : Vectors.rows("normal_mixture.csv")) {
      Sides sides = row[0] == 1 ? Sides.ONE : Sides.TWO;
      NormalMixture mixture = NormalMixture.bestAt(sides, row[3], row[4]);
      assertThat(mixture.logE(row[1], row[2]))
          .as("log mixture of %s", row)
          .isCloseTo(row[5], within(1e-12 * (1 + Math.abs(row[5]))));
      assertThat(mixture.bound(row[2], row[4]))
          .as("bound of %s", row)
          .isCloseTo(row[6], withinPercentage(1e-10));
    }
  }

  @Test
  void bounds_random_areWhereTheMixtureIsOneByAlpha() {
    Random random = new Random(11);
    for (int i = 0; i < 2_000; i++) {
      double alpha = Math.pow(10, -.31 - 9 * random.nextDouble());
      double v = Math.pow(10, 10 * random.nextDouble());
      for (Sides sides : Sides.values()) {
        NormalMixture mixture =
            NormalMixture.bestAt(sides, v * Math.pow(10, 4 * random.nextDouble() - 2), alpha);
        double bound = mixture.bound(v, alpha);
        assertThat(mixture.logE(bound, v)).isCloseTo(-Math.log(alpha), within(1e-10));
        assertThat(mixture.logE(bound * 1.001, v)).isGreaterThan(-Math.log(alpha));
        assertThat(mixture.logE(bound * .999, v)).isLessThan(-Math.log(alpha));
      }
    }
  }

  /** The bound of 2103.06476 eq. 134 is wider, the less the smaller α is. */
  @Test
  void closedForm_random_isAboveTheBoundByLittle() {
    Random random = new Random(12);
    for (int i = 0; i < 2_000; i++) {
      double v = Math.pow(10, 8 * random.nextDouble());
      for (double alpha : new double[] {.05, .01, .001}) {
        NormalMixture mixture =
            NormalMixture.bestAt(Sides.ONE, v * Math.pow(10, 2 * random.nextDouble() - 1), alpha);
        assertThat(mixture.closedForm(v, alpha) / mixture.bound(v, alpha)).isBetween(1., 1 + alpha);
      }
    }
  }

  /** Of a sum of independent terms of variance 1, E has the mean 1 or less at every time. */
  @Test
  void mixtures_sumsWithoutDrift_averageOne() {
    Random random = new Random(13);
    int sums = 200_000;
    // Well before the time it is tightest at: later e-values have no variance to average by.
    double v = 1;
    for (Sides sides : Sides.values()) {
      NormalMixture mixture = NormalMixture.bestAt(sides, 40, .05);
      double mean = 0;
      for (int i = 0; i < sums; i++) {
        mean += Math.exp(mixture.logE(Math.sqrt(v) * random.nextGaussian(), v)) / sums;
      }
      assertThat(mean).isCloseTo(1, within(.01));
    }
  }

  @Test
  void mixtures_farAway_stayFinite() {
    NormalMixture mixture = NormalMixture.bestAt(Sides.ONE, 1e9, 1e-12);
    assertThat(mixture.logE(-1e12, 1e9)).isFinite().isNegative();
    assertThat(mixture.logE(1e12, 1e9)).isFinite().isPositive();
    assertThat(mixture.logE(0, 0)).isZero();
  }

  @Test
  void parameters_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> NormalMixture.bestAt(Sides.ONE, 100, .5))
        .hasMessage("alpha: 0.5 (expected: above 0, below 0.5)");
    assertThatThrownBy(() -> NormalMixture.bestAt(Sides.TWO, 100, 0))
        .hasMessageStartingWith("alpha: 0.0 (expected: above 0");
    assertThatThrownBy(() -> new NormalMixture(Sides.TWO, 0))
        .hasMessage("r: 0.0 (expected: above 0, finite)");
  }
}
