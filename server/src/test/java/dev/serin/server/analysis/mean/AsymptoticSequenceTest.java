package dev.serin.server.analysis.mean;

import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.StratifiedArms.Arm;
import dev.serin.server.analysis.StratifiedArms.Arms;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AsymptoticSequenceTest {
  private static final Offset<Double> EXACT = within(1e-12);

  /** statistics.md finding 2 and B9: standard errors at α = .05, N* = 10 000. */
  @Test
  void multipliers_golden_areMet() {
    AsymptoticSequence both = AsymptoticSequence.twoSided(10_000, .05);
    assertThat(both.multiplier(1_000)).isCloseTo(3.8550546335303, EXACT);
    assertThat(both.multiplier(5_000)).isCloseTo(3.0835687143684, EXACT);
    assertThat(both.multiplier(10_000)).isCloseTo(3.0352089903762525, EXACT);
    assertThat(both.multiplier(50_000)).isCloseTo(3.1530304386729, EXACT);
    // Against the interval of a single look, at n = N*: its width, and the users that an effect
    // found with the power .8 needs, which is the square of (multiplier + z) by (1.96 + z).
    double single = 1.959963984540054;
    double power = .8416212335729143;
    assertThat(both.multiplier(10_000) / single).isCloseTo(1.5486, within(5e-5));
    assertThat(Math.pow((both.multiplier(10_000) + power) / (single + power), 2))
        .isCloseTo(1.915, within(5e-4));
  }

  /** statistics.md B9, one-sided (eq. 134), r at .10; what is used is below by less than 2 %. */
  @Test
  void multipliers_goldenOfOneSide_areMetInClosedFormAndUndercut() {
    AsymptoticSequence above = AsymptoticSequence.oneSided(10_000, .05);
    Map.of(1_000, 3.6790700098, 5_000, 2.8396787614, 10_000, 2.7790942353, 50_000, 2.8952236070)
        .forEach(
            (users, golden) -> {
              double closedForm =
                  above.mixture().closedForm(users, .05) / Math.sqrt(users.doubleValue());
              assertThat(closedForm).isCloseTo(golden, within(5e-11));
              assertThat(above.multiplier(users)).isBetween(golden * .98, golden);
            });
  }

  private static Arm moments(double users, double sum, double squares) {
    return new Arm(sum / users, (squares - sum * sum / users) / (users - 1) / users, 128);
  }

  /** As gbstats takes it: n in the place of n - 1. */
  private static Arm share(double users, double withEvent) {
    double share = withEvent / users;
    return new Arm(share, share * (1 - share) / users, 128);
  }

  private static final Arms GROWTHBOOK =
      new Arms(moments(3000, 1396.87, 52377.9767), moments(3461, 2422.7, 134698.29));

  private static final Arms CONVERSIONS = new Arms(share(10_000, 455), share(10_000, 510));

  private static AlwaysValidDifference displayed(Arms arms, double users, long planned) {
    return known(
        AlwaysValidDifference.of(
            arms, users, Direction.NONE, AsymptoticSequence.twoSided(planned, .05)));
  }

  /** statistics.md B9: gbstats 0.8.0, its tests and values calculated with it. */
  @Test
  void intervals_goldenOfGbstats_areMet() {
    AlwaysValidDifference absolute = displayed(GROWTHBOOK, 6461, 5000);
    assertThat(absolute.interval().lower()).isCloseTo(-.16011652842982782, EXACT);
    assertThat(absolute.interval().upper()).isCloseTo(.6288698617631612, EXACT);
    assertThat(absolute.p()).isCloseTo(.7601250075467714, EXACT);
    assertThat(displayed(GROWTHBOOK, 6461, 20_000).p()).isCloseTo(.5846044488760417, EXACT);

    assertPercent(displayed(GROWTHBOOK, 6461, 1000), -55.844, 156.516);
    Arms shares = new Arms(share(3000, 1396), share(3461, 2422));
    assertPercent(displayed(shares, 6461, 5000), 40.098, 60.675);

    AlwaysValidDifference conversions = displayed(CONVERSIONS, 20_000, 5000);
    assertThat(conversions.interval().lower()).isCloseTo(-.003976174950807073, EXACT);
    assertThat(conversions.interval().upper()).isCloseTo(.014976174950807069, EXACT);
  }

  private static void assertPercent(AlwaysValidDifference difference, double lower, double upper) {
    Interval percent = known(difference.percent());
    assertThat(percent.lower()).isCloseTo(lower, within(5e-4));
    assertThat(percent.upper()).isCloseTo(upper, within(5e-4));
  }

  /**
   * statistics.md B9, one-sided, N* = 5000: the lower bounds of gbstats, in closed form. Its p of
   * .46316491943359384 is not the p of that bound but a step of a search: 1e-5 + 3795/4096 (.4999 -
   * 1e-5), the twelfth halving of [1e-5, .4999]. The α at which the bound is 0 is √(n ρ² + 1) / (2
   * (exp(x²/2) - 1)) with x² = ρ² S² / (n ρ² + 1), and lies within that step.
   */
  @Test
  void bounds_goldenOfGbstatsOfOneSide_areMetInClosedForm() {
    AsymptoticSequence above = AsymptoticSequence.oneSided(5000, .05);
    assertThat(closedFormLower(GROWTHBOOK, 6461, above)).isCloseTo(-.12656844172804982, EXACT);
    assertThat(closedFormLower(CONVERSIONS, 20_000, above)).isCloseTo(-.003191570230753279, EXACT);

    double d = GROWTHBOOK.treatment().estimate() - GROWTHBOOK.control().estimate();
    double r = above.mixture().r();
    double error = GROWTHBOOK.control().variance() + GROWTHBOOK.treatment().variance();
    double halfSquare = 6461 * d * d / error / (2 * (6461 + r));
    double p = Math.sqrt(6461 / r + 1) / (2 * Math.expm1(halfSquare));
    double step = (.4999 - 1e-5) / 4096;
    assertThat(p).isCloseTo(.4630473577946263, EXACT);
    assertThat(1e-5 + 3795 * step).isCloseTo(.46316491943359384, within(1e-15));
    assertThat(p).isCloseTo(.46316491943359384, within(step));
    // What is used is the mixture itself, whose e-value is larger.
    double z = d / Math.sqrt(error);
    assertThat(Math.exp(-above.logE(z, 6461))).isCloseTo(.37103253389311125, EXACT);
  }

  private static double closedFormLower(Arms arms, double users, AsymptoticSequence above) {
    double error = Math.sqrt(arms.control().variance() + arms.treatment().variance());
    return arms.treatment().estimate()
        - arms.control().estimate()
        - above.mixture().closedForm(users, above.alpha()) / Math.sqrt(users) * error;
  }

  /** gbstats 0.8.0 itself, {@code vectors.py}. */
  @Test
  void intervals_vectorsOfGbstats_areMet() {
    for (double[] row : Vectors.rows("gbstats.csv")) {
      Arms arms = new Arms(new Arm(row[1], row[2], 128), new Arm(row[4], row[5], 128));
      AlwaysValidDifference difference = displayed(arms, row[0] + row[3], (long) row[6]);
      assertThat(difference.interval().lower()).isCloseTo(row[7], EXACT);
      assertThat(difference.interval().upper()).isCloseTo(row[8], EXACT);
      Interval percent = known(difference.percent());
      assertThat(percent.lower()).isCloseTo(row[9], within(1e-9));
      assertThat(percent.upper()).isCloseTo(row[10], within(1e-9));
      assertThat(difference.p()).isCloseTo(row[11], within(1e-11 * row[11] + 1e-300));
    }
  }

  @Test
  void evidence_atTheMultiplier_isOneByAlpha() {
    for (double alpha : new double[] {.05, .01, .00013}) {
      for (double users : new double[] {200, 1e4, 1e8}) {
        AsymptoticSequence above = AsymptoticSequence.oneSided(5_000, alpha);
        assertThat(above.logE(above.multiplier(users), users))
            .isCloseTo(-Math.log(alpha), within(1e-11));
        AsymptoticSequence both = AsymptoticSequence.twoSided(5_000, alpha);
        assertThat(both.logE(-both.multiplier(users), users))
            .isCloseTo(-Math.log(alpha), within(1e-11));
      }
    }
  }

  @Test
  void plan_withoutUsers_isRefused() {
    assertThatThrownBy(() -> AsymptoticSequence.oneSided(0, .05))
        .hasMessage("planned users: 0 (expected: 1 or more)");
  }
}
