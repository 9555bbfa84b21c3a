package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static dev.serin.server.analysis.Figures.moments;
import static dev.serin.server.analysis.Figures.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Constants by scipy 1.17.1 unless said otherwise; statsmodels 0.15.0 gives the same. */
class WelchTest {
  private static final Offset<Double> EXACT = within(1e-12);

  /** R's data "sleep". */
  private static final double[] DRUG_1 = {.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2};

  private static final double[] DRUG_2 = {1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4};

  /** {@code ttest_ind(drug_1, drug_2, equal_var=False)} and its {@code confidence_interval()}. */
  @Test
  void sleep_golden_isMet() {
    Welch welch = known(Welch.of(moments(DRUG_2), moments(DRUG_1)));

    assertThat(welch.t()).isCloseTo(-1.8608134674868526, EXACT);
    assertThat(welch.degreesOfFreedom()).isCloseTo(17.776473516178488, EXACT);
    assertThat(welch.p()).isCloseTo(.0793941401873583, EXACT);
    assertThat(welch.interval().lower()).isCloseTo(-3.3654832307117104, EXACT);
    assertThat(welch.interval().upper()).isCloseTo(.20548323071171137, EXACT);
    assertThat(welch.validity()).isEqualTo(Validity.SINGLE_LOOK);
  }

  /**
   * {@code ttest_ind_from_stats(10, 2.5, 1000, 10.3, 3.1, 200, equal_var=False)}; interval: the
   * difference and {@code t.ppf(.975, df) * sqrt(A + B)}.
   */
  @Test
  void summary_golden_isMet() {
    Welch welch = known(Welch.of(sample(10.3, 3.1, 200), sample(10, 2.5, 1000)));

    assertThat(welch.t()).isCloseTo(-1.2874232262686267, EXACT);
    assertThat(welch.degreesOfFreedom()).isCloseTo(253.28223852169936, within(1e-10));
    assertThat(welch.p()).isCloseTo(.19912197287883565, EXACT);
    assertThat(welch.interval().lower()).isCloseTo(-.7589106868874461, EXACT);
    assertThat(welch.interval().upper()).isCloseTo(.1589106868874447, EXACT);
  }

  /** GrowthBook's test data (gbstats 0.8.0): absolute .29, interval, p. */
  @Test
  void growthBook_goldenSums_areMet() {
    Moments control = sums(3407, 1396.87, 52377.9767);
    Moments treatment = sums(3461, 2422.7, 134698.29);

    Welch welch = known(Welch.of(control, treatment));

    assertThat(known(treatment.mean()) - known(control.mean())).isCloseTo(.29, EXACT);
    assertThat(welch.t()).isCloseTo(2.3240227609215203, EXACT);
    assertThat(welch.p()).isCloseTo(.02015840264358697, EXACT);
    assertThat(welch.interval().lower()).isCloseTo(.04537789255929012, EXACT);
    assertThat(welch.interval().upper()).isCloseTo(.5346221074407098, EXACT);
  }

  /** The same functions, given the mean and standard deviation of 455 and 510 ones in 10 000. */
  @Test
  void proportions_golden_areMet() {
    Welch welch =
        known(
            Welch.of(
                new EventCounts(10_000, 455).moments(), new EventCounts(10_000, 510).moments()));

    assertThat(welch.t()).isCloseTo(1.8148955566644212, EXACT);
    assertThat(welch.degreesOfFreedom()).isCloseTo(19939.609660574406, within(1e-7));
    assertThat(welch.p()).isCloseTo(.06955497960237211, EXACT);
    assertThat(welch.interval().lower()).isCloseTo(-.0004399871606059029, EXACT);
    assertThat(welch.interval().upper()).isCloseTo(.011439987160605899, EXACT);
  }

  /** {@code ttest_ind_from_stats(103, 5.5, 5000, 100, 4.5, 4000, equal_var=False)}. */
  @Test
  void tail_farOut_keepsItsDigits() {
    Welch welch = known(Welch.of(sample(100, 4.5, 4000), sample(103, 5.5, 5000)));

    assertThat(welch.t()).isCloseTo(28.458720327074932, within(1e-10));
    assertThat(welch.p()).isCloseTo(1.1801551672531216e-170, Percentage.withPercentage(1e-7));
  }

  /** statistics.md B2: t.cdf(-40, 3), twice; an arm without variance leaves three degrees. */
  @Test
  void tail_ofThreeDegreesOfFreedom_keepsItsDigits() {
    double away = 40 / Math.sqrt(3);
    Welch welch = known(Welch.of(moments(away, away), moments(1, -1, 1, -1)));

    assertThat(welch.degreesOfFreedom()).isCloseTo(3, EXACT);
    assertThat(welch.t()).isCloseTo(-40, within(1e-11));
    assertThat(welch.p()).isCloseTo(2 * 1.7190340394579253e-5, Percentage.withPercentage(1e-9));
  }

  @Test
  void arms_swapped_flipTheSign() {
    Moments one = moments(DRUG_1);
    Moments two = moments(DRUG_2);
    Welch there = known(Welch.of(one, two));
    Welch back = known(Welch.of(two, one));

    assertThat(back.t()).isEqualTo(-there.t());
    assertThat(back.p()).isEqualTo(there.p());
    assertThat(back.degreesOfFreedom()).isEqualTo(there.degreesOfFreedom());
    assertThat(back.interval().lower()).isEqualTo(-there.interval().upper());
    assertThat(back.interval().upper()).isEqualTo(-there.interval().lower());
  }

  @Test
  void outcomes_scaledAndShifted_keepTAndP() {
    Welch welch = known(Welch.of(moments(DRUG_1), moments(DRUG_2)));
    Welch moved = known(Welch.of(moved(DRUG_1), moved(DRUG_2)));

    assertThat(moved.t()).isCloseTo(welch.t(), within(1e-9));
    assertThat(moved.p()).isCloseTo(welch.p(), within(1e-9));
    assertThat(moved.interval().lower()).isCloseTo(8 * welch.interval().lower(), within(1e-8));
    assertThat(moved.interval().upper()).isCloseTo(8 * welch.interval().upper(), within(1e-8));
  }

  private static Moments moved(double... values) {
    double[] moved = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      moved[i] = 8 * values[i] + 1e5;
    }
    return moments(moved);
  }

  @Test
  void oneArm_withoutVariance_isTestedByTheOther() {
    Welch welch = known(Welch.of(moments(1, 1, 1), moments(1, 2, 3, 4, 5)));

    assertThat(welch.degreesOfFreedom()).isEqualTo(4);
    assertThat(welch.t()).isCloseTo(2 / Math.sqrt(.5), EXACT);
  }

  @Test
  void arms_withoutVariance_areAbsent() {
    assertAbsent(
        Welch.of(moments(.1, .1, .1), moments(.2, .2)),
        Absence.NO_VARIANCE,
        "variance within both arms: 0 (expected: above 0)");
  }

  @Test
  void arm_ofOneOutcome_isAbsent() {
    assertAbsent(
        Welch.of(moments(1, 2), moments(3)),
        Absence.TOO_FEW_OUTCOMES,
        "outcomes of control, treatment: 2, 1 (expected: 2 or more)");
  }

  private static Moments sums(long count, double sum, double squares) {
    return Moments.ofSums(count, new BigDecimal(sum), new BigDecimal(squares), 0, 100);
  }
}
