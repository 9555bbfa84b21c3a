package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.SampleRatio.Factor;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class SampleRatioTest {
  private static final Percentage DIGITS = Percentage.withPercentage(1e-7);

  /** statistics.md B6, "Single looks (k=100)". */
  @Test
  void pValue_ofSingleLooks_isAsPublished() {
    assertThat(p(100, even(100, 201))).isCloseTo(5.060611722e-6, DIGITS);
    assertThat(p(100, even(156, 212))).isCloseTo(.07486452979, DIGITS);
    assertThat(p(100, even(455, 545))).isCloseTo(.08306954624, DIGITS);
    assertThat(p(100, factor(List.of(.95, .05), 9600, 400))).isCloseTo(1.32555252e-4, DIGITS);
    assertThat(p(2, even(10, 30))).isCloseTo(.03160865312, DIGITS);
    assertThat(p(100, factor(List.of(1 / 3.0, 1 / 3.0, 1 / 3.0), 5000, 4800, 5200)))
        .isCloseTo(.053611032451268, Percentage.withPercentage(1e-8));
  }

  /** statistics.md B6, "Golden verified: [SV] README", at the counts where it stops. */
  @Test
  void pValue_whereTheReadmeStops_isAsVerified() {
    assertThat(p(100, factor(List.of(.1, .4, .5), 40, 129, 233)))
        .isCloseTo(.0484559110597, Percentage.withPercentage(1e-9));
    assertThat(p(100, factor(List.of(.8, .2), 116, 52)))
        .isCloseTo(.0467527037508, Percentage.withPercentage(1e-9));
  }

  /**
   * The same, user by user: savvi.csv holds the arms of the README's users, and its examples stop
   * after 402 and 168 of them, p being .05 or less for the first time.
   */
  @Test
  void pValue_ofTheReadmesUsers_firstIsEvidenceWhereTheReadmeStops() {
    List<String[]> examples = Vectors.read("savvi.csv");
    assertThat(examples).hasSize(2);
    assertStop(examples.get(0), 402, .0484559110597, 40, 129, 233);
    assertStop(examples.get(1), 168, .0467527037508, 116, 52);
  }

  private static void assertStop(String[] example, int stop, double expected, long... users) {
    List<Double> probabilities = Arrays.stream(example[0].split(" ")).map(Double::valueOf).toList();
    long[] seen = new long[probabilities.size()];
    int n = 0;
    double p;
    do {
      seen[Character.digit(example[1].charAt(n), 10)]++;
      n++;
      p = p(100, factor(probabilities, seen));
    } while (p > .05);
    assertThat(n).isEqualTo(stop);
    assertThat(seen).containsExactly(users);
    assertThat(p).isCloseTo(expected, Percentage.withPercentage(1e-9));
  }

  /** statistics.md B7, "Stages multiply ...": k=10, the two-sided form, and its sum. */
  @Test
  void logE_ofStages_isTheSumAsPublished() {
    List<Factor> stages =
        List.of(
            factor(List.of(.05, .95), 3, 38),
            factor(List.of(.25, .75), 10, 26),
            factor(List.of(.5, .5), 40, 30));
    assertThat(stages)
        .extracting(stage -> stage.logE(10))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-10 ? 0 : 1)
        .containsExactly(-.9253329135, -.7617027564, -.4269765009);
    assertThat(SampleRatio.logE(stages, 10)).isCloseTo(-2.1140121708, within(1e-10));
  }

  /** multinomial.csv: log gamma functions with 60 digits. */
  @Test
  void logE_ofVectors_isAsWorkedOutWithManyDigits() {
    List<String[]> rows = Vectors.read("multinomial.csv");
    assertThat(rows).hasSizeGreaterThan(70);
    for (String[] row : rows) {
      Factor factor =
          new Factor(
              Arrays.stream(row[1].split(" ")).map(Double::valueOf).toList(),
              Arrays.stream(row[2].split(" ")).map(Long::valueOf).toList());
      double expected = Double.parseDouble(row[3]);

      assertThat(factor.logE(Double.parseDouble(row[0])))
          .as(String.join(",", row))
          .isCloseTo(expected, within(1e-8 + 1e-12 * Math.abs(expected)));
    }
  }

  @Test
  void factors_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> factor(List.of(1.0), 3))
        .hasMessage("arms: 1 probabilities, 1 counts (expected: 2 or more, equally many)");
    assertThatThrownBy(() -> factor(List.of(.5, .4), 3, 4))
        .hasMessage("probabilities: [0.5, 0.4] (expected: above 0, 1 in sum)");
    assertThatThrownBy(() -> factor(List.of(.5, .5), 3, -4))
        .hasMessage("users: [3, -4] (expected: 0 or more)");
  }

  private static double p(double concentration, Factor factor) {
    return SampleRatio.pValue(factor.logE(concentration));
  }

  private static Factor even(long treatment, long control) {
    return Factor.even(new ArmCounts(treatment, control));
  }

  private static Factor factor(List<Double> probabilities, long... users) {
    return new Factor(probabilities, Arrays.stream(users).boxed().toList());
  }
}
