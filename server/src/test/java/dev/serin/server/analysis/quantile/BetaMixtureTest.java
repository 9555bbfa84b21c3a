package dev.serin.server.analysis.quantile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;

/** statistics.md B8: confseq's uniform_boundaries_unittest.cpp, "from a reference in R". */
class BetaMixtureTest {
  private static final double ALPHA = .05;

  /**
   * Beta-binomial, g=.2, h=.8, two-sided, v=100, v_opt=100: log mixture at s=10, and the bound.
   * With S = k - n p, v = p (1-p) n that is n = 625 at p = .2.
   */
  @Test
  void whole_goldenOfConfseq_isMet() {
    BetaMixture mixture = BetaMixture.bestAt(.2, 625, ALPHA);
    assertThat(mixture.whole(125 + 10, 625)).isCloseTo(-.6941012, within(5e-8));
    assertThat(mixture.whole(125 + 31.4308, 625)).isCloseTo(-Math.log(ALPHA), within(2e-5));
  }

  /** The Bernoulli confidence sequence: every p that the mixture does not exclude at .05. */
  @Test
  void sharesNotExcluded_goldenOfConfseq_areMet() {
    assertInterval(700, 1000, 100, .651630, .745950);
    assertInterval(15, 50, 50, .129557, .511896);
  }

  private static void assertInterval(double k, double n, double best, double lower, double upper) {
    DoublePredicate excluded =
        p -> BetaMixture.bestAt(p, best, ALPHA).whole(k, n) >= -Math.log(ALPHA);
    assertThat(edge(excluded, 0, k / n)).isCloseTo(lower, within(1e-6));
    assertThat(edge(excluded, 1, k / n)).isCloseTo(upper, within(1e-6));
  }

  /** Where shares begin to be excluded, on the way from the one seen. */
  private static double edge(DoublePredicate excluded, double outside, double inside) {
    double beyond = outside;
    double within = inside;
    for (int step = 0; step < 50; step++) {
      double middle = beyond + (within - beyond) / 2;
      if (excluded.test(middle)) {
        beyond = middle;
      } else {
        within = middle;
      }
    }
    return within;
  }
}
