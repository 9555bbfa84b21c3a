package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateTestTest {
  private static final double HALF = 0.5;
  private static final long BILLION = 1_000_000_000;

  /** statistics.md B7, "Golden a=b=.5": log E+ and log E- by quadrature. */
  @Test
  void logE_ofOneBeta_isAsPublished() {
    RateTest even = RateTest.regression(HALF, 0);
    assertThat(even.logE(HALF, HALF, 12, 15)).isCloseTo(1.9731800053, within(1e-10));
    assertThat(even.logE(HALF, HALF, 30, 40)).isCloseTo(3.8471368772, within(1e-10));
    assertThat(even.logE(HALF, HALF, 60, 100)).isCloseTo(.1530177272, within(1e-10));
    assertThat(RateTest.regression(HALF, 0.25).logE(HALF, HALF, 60, 100))
        .isCloseTo(-1.5665730800, within(1e-10));
    assertThat(RateTest.regression(0.05, 0).logE(HALF, HALF, 9, 20))
        .isCloseTo(12.1817825667, within(1e-10));
    assertThat(RateTest.nonInferiority(HALF, 0.25).logE(HALF, HALF, 60, 100))
        .isCloseTo(-3.1861832236, within(1e-10));
    assertThat(RateTest.nonInferiority(HALF, 0).logE(HALF, HALF, 520, 1000))
        .isCloseTo(-4.4601648216, within(1e-10));
  }

  /** statistics.md, below the decisions, "Further golden values": the mean of the two E. */
  @Test
  void logE_ofTheMean_isAsPublished() {
    RateTest even = RateTest.regression(HALF, 0);
    assertThat(even.logE(12, 15)).isCloseTo(1.53932182686, within(1e-11));
    assertThat(even.logE(30, 40)).isCloseTo(3.29017577060, within(1e-11));
    assertThat(even.logE(60, 100)).isCloseTo(.86056361692, within(1e-11));
    assertThat(even.logE(520, 1000)).isCloseTo(-.50662059357, within(1e-11));
  }

  /** statistics.md B7, "Stages multiply ...": k=10, one-sided. */
  @Test
  void logE_ofStagesWithPriorTen_isAsPublished() {
    assertThat(RateTest.regression(0.05, 0).logE(0.5, 9.5, 3, 41))
        .isCloseTo(-.2317869602, within(1e-10));
    assertThat(RateTest.regression(0.25, 0).logE(2.5, 7.5, 10, 36))
        .isCloseTo(-.4560015402, within(1e-10));
    assertThat(RateTest.regression(0.5, 0).logE(5, 5, 40, 70))
        .isCloseTo(.1266640273, within(1e-10));
  }

  /** rate_test.csv: the likelihood ratios integrated with 40 digits, from 0 to 1e9 trials. */
  @Test
  void logE_ofVectors_isAsIntegrated() {
    List<String[]> rows = Vectors.read("rate_test.csv");
    assertThat(rows).hasSizeGreaterThan(300);
    for (String[] row : rows) {
      double t = Double.parseDouble(row[2]);
      double expected = Double.parseDouble(row[5]);
      RateTest.Part part =
          RateTest.Part.of(Double.parseDouble(row[0]), Double.parseDouble(row[1]), t, 1 - t);
      long hits = Long.parseLong(row[3]);
      double logE = part.logE((double) hits, (double) (Long.parseLong(row[4]) - hits));

      assertThat(logE)
          .as(String.join(",", row))
          .isCloseTo(expected, within(3e-10 + 1e-13 * Math.abs(expected)));
    }
  }

  @Test
  void logE_withinTheLimit_isNeverAboveZero() {
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      double share = i % 3 == 0 ? HALF : 0.01 + 0.98 * random.nextDouble();
      double margin = i % 2 == 0 ? 0 : random.nextDouble();
      long trials = (long) Math.pow(10, 9 * random.nextDouble());
      RateTest regression = RateTest.regression(share, margin);
      double limit = share * (1 + margin) / (share * (1 + margin) + 1 - share);
      long most =
          new BigDecimal(limit).multiply(BigDecimal.valueOf(trials)).toBigInteger().longValue();
      long hits = i % 5 == 0 ? (long) (most * random.nextDouble()) : most;

      assertThat(regression.logE(hits, trials)).isLessThanOrEqualTo(0);
      assertThat(RateTest.nonInferiority(share, margin).logE(Math.min(trials, most + 1), trials))
          .isLessThanOrEqualTo(0);
    }
  }

  @Test
  void logE_atAnyCounts_isFiniteAndRisesWithHits() {
    for (double share : new double[] {1e-6, 0.01, HALF, 0.95, 0.999999}) {
      for (double margin : new double[] {0, 0.25, 10}) {
        RateTest regression = RateTest.regression(share, margin);
        RateTest nonInferiority = RateTest.nonInferiority(share, margin);
        for (long trials = 1; trials <= BILLION; trials *= 10) {
          double last = Double.NEGATIVE_INFINITY;
          double lastMirrored = Double.POSITIVE_INFINITY;
          for (int i = 0; i <= 200; i++) {
            long hits = Math.round(trials * (i / 200.0));
            double logE = regression.logE(hits, trials);
            double mirrored = nonInferiority.logE(hits, trials);
            assertThat(logE).isFinite().isGreaterThanOrEqualTo(last - 1e-9);
            assertThat(mirrored).isFinite().isLessThanOrEqualTo(lastMirrored + 1e-9);
            last = logE;
            lastMirrored = mirrored;
          }
        }
      }
    }
  }

  @Test
  void logE_ofSwappedArms_isTheMirroredTest() {
    RateTest regression = RateTest.regression(0.2, 0);
    RateTest mirrored = RateTest.nonInferiority(0.8, 0);
    for (long hits = 0; hits <= 100; hits++) {
      assertThat(mirrored.logE(100 - hits, 100))
          .isCloseTo(regression.logE(hits, 100), within(1e-9));
    }
  }

  /** The next trial's expected e-value is the present one: what makes it valid at every look. */
  @Test
  void logE_atTheLimit_isAMartingale() {
    RateTest test = RateTest.regression(0.3, 0.25);
    double limit = 0.3 * 1.25 / (0.3 * 1.25 + 0.7);
    for (long trials : new long[] {0, 1, 10, 1000, 100_000}) {
      long hits = Math.round(trials * limit * 1.02);
      double next =
          limit * Math.exp(test.logE(hits + 1, trials + 1))
              + (1 - limit) * Math.exp(test.logE(hits, trials + 1));
      assertThat(Math.log(next)).isCloseTo(test.logE(hits, trials), within(1e-10));
    }
  }

  @Test
  void logE_ofAThousandRareUsers_needsNoEventInTheControl() {
    RateTest even = RateTest.regression(HALF, 0);
    assertThat(even.logE(new ArmCounts(0, 0))).isZero();
    assertThat(even.logE(new ArmCounts(20, 0))).isGreaterThan(Math.log(10_000));
  }

  @Test
  void arguments_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> RateTest.regression(0, 0))
        .hasMessage("share: 0.0 (expected: above 0 and below 1)");
    assertThatThrownBy(() -> RateTest.nonInferiority(HALF, -1))
        .hasMessage("margin: -1.0 (expected: 0 or more, and finite)");
    assertThatThrownBy(() -> RateTest.above(Double.NaN))
        .hasMessage("limit: NaN (expected: above 0 and below 1)");
    assertThatThrownBy(() -> RateTest.above(HALF).logE(3, 2))
        .hasMessage("hits: 3 (expected: 0 to 2)");
    assertThatThrownBy(() -> new ArmCounts(-1, 0))
        .hasMessage("treatment: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> new ArmCounts(0, -1)).hasMessage("control: -1 (expected: 0 or more)");
  }
}
