package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ShareBoundTest {
  /**
   * statistics.md B8, beta-binomial g=.2 h=.8, one-sided, v=100, v_opt=100, alpha .05: log mixture
   * at s=10 is -.07134019. With S = x - n p, v = p(1-p) n that is n = 625, x = 135 at p = .2.
   */
  @Test
  void logE_ofOneSidedBetaBinomial_isAsPublished() {
    double users = 100 / (0.2 * 0.8);
    ShareBound bound = new ShareBound(0.05, users);
    assertThat(bound.logE(0.2, 625 * 0.2 + 10, 625 * 0.8 - 10)).isCloseTo(-.07134019, within(1e-8));
  }

  /** statistics.md B8: the same mixture's bound 28.41238: there log E is ln(1/.05). */
  @Test
  void logE_atThePublishedBound_isItsThreshold() {
    ShareBound bound = new ShareBound(0.05, 625);
    assertThat(bound.logE(0.2, 125 + 28.41238, 500 - 28.41238))
        .isCloseTo(Math.log(20), within(2e-6));
  }

  /** Protocol 9 and decision 5: an error-free release can pass with about 9 000 users an arm. */
  @Test
  void difference_withoutAnyEvent_isWithinATenthOfAPointAtNineThousandUsers() {
    NonInferiority question =
        new NonInferiority(0.5, 0.25, OptionalDouble.of(0.001), 0.01, NonInferiority.USUAL_USERS);
    long users = 1000;
    while (!question.look(ArmCounts.NONE, new ArmCounts(users, users)).passes()) {
      users += 10;
    }
    assertThat(users).isBetween(5_000L, 9_000L);
  }

  @Test
  void bounds_withoutUsers_excludeNothing() {
    ShareBound bound = new ShareBound(0.01, 1000);
    assertThat(bound.lower(0, 0)).isZero();
    assertThat(bound.upper(0, 0)).isEqualTo(1);
    assertThat(bound.lower(0, 1000)).isZero();
    assertThat(bound.upper(1000, 1000)).isEqualTo(1);
  }

  @Test
  void bounds_ofMoreUsers_encloseTheShareMoreClosely() {
    ShareBound bound = new ShareBound(0.01, 10_000);
    double last = 1;
    for (long users = 100; users <= 1_000_000_000; users *= 10) {
      double lower = bound.lower(users / 50, users);
      double upper = bound.upper(users / 50, users);
      assertThat(lower).isLessThan(0.02);
      assertThat(upper).isGreaterThan(0.02);
      assertThat(upper - lower).isLessThan(last);
      last = upper - lower;
    }
  }

  /** Just excluded, and a hair above it no more; from one user with the event to a billion. */
  @Test
  void lower_ofAnyCounts_isWhereTheEvidenceReachesItsThreshold() {
    RandomGenerator random = new SplittableRandom(12);
    for (int i = 0; i < 2_000; i++) {
      double alpha = Math.exp(-1 - 8 * random.nextDouble());
      ShareBound bound = new ShareBound(alpha, Math.exp(4 + 12 * random.nextDouble()));
      long users = (long) Math.exp(21 * random.nextDouble());
      long withEvent = Math.max(1, (long) (users * Math.exp(-10 * random.nextDouble())));
      double hits = (double) withEvent;
      double others = (double) (users - withEvent);
      double lower = bound.lower(withEvent, users);
      double above = lower * (1 + 1e-6);

      assertThat(bound.logE(lower, hits, others))
          .as("%s of %s at %s", withEvent, users, alpha)
          .isGreaterThanOrEqualTo(-Math.log(alpha));
      assertThat(bound.logE(above, hits, others))
          .as("%s of %s at %s", withEvent, users, alpha)
          .isLessThan(-Math.log(alpha));
    }
  }

  /** Watched at each user to 2 000, 2 000 runs: wrong at most as often as stated. */
  @Test
  void lower_watchedAllTheTime_isWrongAtMostAsOftenAsStated() {
    int runs = 2000;
    RandomGenerator random = new SplittableRandom(8);
    ShareBound bound = new ShareBound(0.05, 500);
    int wrong = 0;
    for (int run = 0; run < runs; run++) {
      wrong += everExcluded(bound, random) ? 1 : 0;
    }
    assertThat(wrong / (double) runs).isLessThanOrEqualTo(Share.most(0.05, runs));
  }

  private static boolean everExcluded(ShareBound bound, RandomGenerator random) {
    int hits = 0;
    for (int users = 1; users <= 2000; users++) {
      if (random.nextDouble() < 0.03) {
        hits++;
        // Only a hit moves the bound upwards. Excluding p is log E at p reaching the threshold.
        if (bound.logE(0.03, hits, users - hits) >= Math.log(20)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void arguments_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new ShareBound(0.5, 1))
        .hasMessage("alpha: 0.5 (expected: above 0 and below 0.5)");
    assertThatThrownBy(() -> new ShareBound(0.1, 0))
        .hasMessage("users: 0.0 (expected: above 0, and finite)");
    assertThatThrownBy(() -> new ShareBound(0.1, 9).lower(3, 2))
        .hasMessage("withEvent: 3 (expected: 0 to 2)");
  }
}
