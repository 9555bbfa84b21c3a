package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Validity;
import java.util.SplittableRandom;
import org.apache.commons.numbers.gamma.LogBeta;
import org.junit.jupiter.api.Test;

class EventRatioTest {
  private static EventRatio ratio(double share, long treatment, long control) {
    return EventRatio.of(share, new ArmCounts(treatment, control));
  }

  /** The formula of the class comment, by beta functions. */
  private static double logE(double share, long x, long y, double theta) {
    double odds = x * Math.log(theta) + y * Math.log1p(-theta);
    double vague = LogBeta.value(.5 + x, .5 + y) - LogBeta.value(.5, .5) - odds;
    double a = 100 * share;
    double b = 100 * (1 - share);
    double concentrated = LogBeta.value(a + x, b + y) - LogBeta.value(a, b) - odds;
    return Math.log(.5 * Math.exp(vague) + .5 * Math.exp(concentrated));
  }

  @Test
  void evidence_byBetaFunctions_isTheSame() {
    for (double share : new double[] {.5, .05, .8}) {
      for (long[] users : new long[][] {{0, 0}, {1, 0}, {12, 3}, {41, 12}, {400, 430}, {0, 25}}) {
        EventRatio seen = ratio(share, users[0], users[1]);
        assertThat(seen.logE()).isCloseTo(logE(share, users[0], users[1], share), within(1e-9));
        assertThat(seen.p()).isEqualTo(Math.min(1, Math.exp(-seen.logE())));
        assertThat(seen.validity()).isEqualTo(Validity.ALWAYS);
      }
    }
  }

  /** At the ends of the interval the e-value is 20. */
  @Test
  void interval_ends_areWhereTheEvidenceIs() {
    for (double share : new double[] {.5, .2, .9}) {
      EventRatio seen = ratio(share, 41, 12);
      for (double r : new double[] {seen.interval().lower(), seen.interval().upper()}) {
        double theta = share * r / (share * r + 1 - share);
        assertThat(logE(share, 41, 12, theta)).isCloseTo(Math.log(20), within(1e-9));
      }
      double estimate = 41. / 12 * (1 - share) / share;
      assertThat(seen.interval().lower()).isLessThan(estimate);
      assertThat(seen.interval().upper()).isGreaterThan(estimate);
    }
  }

  @Test
  void interval_ofArmsChangedOver_isTheInverse() {
    EventRatio seen = ratio(.3, 50, 20);
    EventRatio turned = ratio(.7, 20, 50);
    assertThat(turned.logE()).isCloseTo(seen.logE(), within(1e-9));
    assertThat(1 / turned.interval().upper())
        .isCloseTo(seen.interval().lower(), within(1e-9 * seen.interval().lower()));
  }

  @Test
  void interval_withoutUsersOfAnArm_isOpenThere() {
    assertThat(ratio(.5, 0, 0).interval().lower()).isZero();
    assertThat(ratio(.5, 0, 0).interval().upper()).isInfinite();
    assertThat(ratio(.5, 30, 0).interval().lower()).isGreaterThan(1);
    assertThat(ratio(.5, 30, 0).interval().upper()).isInfinite();
    assertThat(ratio(.5, 0, 30).interval().lower()).isZero();
    assertThat(ratio(.5, 0, 30).interval().upper()).isLessThan(1);
    assertThatThrownBy(() -> ratio(1, 1, 1)).hasMessageContaining("share: 1.0 (expected: above 0");
  }

  /** The truth is outside at any of 2 000 looks in at most one of twenty runs. */
  @Test
  void interval_simulatedAtEveryLook_holdsTheTruth() {
    SplittableRandom random = new SplittableRandom(20_261_122);
    double truth = 1.5;
    double share = .25;
    double theta = share * truth / (share * truth + 1 - share);
    int runs = 1_000;
    int missed = 0;
    for (int run = 0; run < runs; run++) {
      long x = 0;
      boolean isMissed = false;
      for (long n = 1; n <= 2_000; n++) {
        x += random.nextDouble() < theta ? 1 : 0;
        // The truth is outside exactly where its e-value is 20 or more; the ends need bisection.
        isMissed |= logE(share, x, n - x, theta) >= Math.log(20);
      }
      EventRatio last = ratio(share, x, 2_000 - x);
      boolean isOutside = truth <= last.interval().lower() || truth >= last.interval().upper();
      assertThat(isOutside).isEqualTo(logE(share, x, 2_000 - x, theta) >= Math.log(20));
      missed += isMissed ? 1 : 0;
    }
    assertThat(missed / (double) runs).isBetween(.005, .05 + 3 * Math.sqrt(.05 * .95 / runs));
  }

  @Test
  void evidence_ofMillions_isFinite() {
    EventRatio seen = ratio(.5, 500_000_000, 500_010_000);
    assertThat(seen.logE()).isFinite();
    assertThat(seen.interval().lower()).isBetween(.9995, 1.);
    assertThat(seen.interval().upper()).isBetween(.9999, 1.0005);
  }
}
