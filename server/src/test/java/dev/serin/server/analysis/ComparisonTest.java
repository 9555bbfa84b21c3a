package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static dev.serin.server.analysis.Figures.moments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void arms_compared_giveAllFigures() {
    Moments control = moments(10, 12, 14);
    Moments treatment = moments(9, 10, 11, 12);

    Comparison comparison = Comparison.of(control, treatment, Direction.LOWER);

    Difference difference = known(comparison.difference());
    assertThat(difference.control()).isEqualTo(12);
    assertThat(difference.treatment()).isEqualTo(10.5);
    assertThat(difference.absolute()).isEqualTo(-1.5);
    assertThat(known(difference.percent())).isEqualTo(-12.5);
    assertThat(difference.better()).isEqualTo(Better.TREATMENT);
    assertThat(comparison.welch()).isEqualTo(Welch.of(control, treatment));
    assertThat(comparison.cohensD()).isEqualTo(CohensD.of(control, treatment));
  }

  @Test
  void better_followsTheDirection() {
    assertThat(Better.of(1, Direction.HIGHER)).isEqualTo(Better.TREATMENT);
    assertThat(Better.of(-1, Direction.HIGHER)).isEqualTo(Better.CONTROL);
    assertThat(Better.of(1, Direction.LOWER)).isEqualTo(Better.CONTROL);
    assertThat(Better.of(-1, Direction.LOWER)).isEqualTo(Better.TREATMENT);
    assertThat(Better.of(-0.0, Direction.LOWER)).isEqualTo(Better.EQUAL);
    assertThat(Better.of(0, Direction.HIGHER)).isEqualTo(Better.EQUAL);
    assertThat(Better.of(1, Direction.NONE)).isEqualTo(Better.NOT_JUDGED);
  }

  @Test
  void percent_ofANegativeControl_keepsTheSignOfTheDifference() {
    Difference difference = known(Difference.of(-4, -3, Direction.HIGHER));

    assertThat(known(difference.percent())).isCloseTo(25, within(1e-12));
  }

  @Test
  void percent_ofAControlOfZero_isAbsentAndTheDifferenceIsNot() {
    Difference difference = known(Difference.of(0, 3, Direction.HIGHER));

    assertThat(difference.absolute()).isEqualTo(3);
    assertThat(difference.better()).isEqualTo(Better.TREATMENT);
    assertAbsent(
        difference.percent(),
        Absence.CONTROL_IS_ZERO,
        "control: 0 (expected: other than 0 for a percentage of it)");
  }

  @Test
  void arm_missing_isAbsentInEveryFigure() {
    Comparison comparison = Comparison.of(Moments.NONE, moments(1, 2), Direction.LOWER);

    String detail = "outcomes of control, treatment: 0, 2 (expected: 1 or more)";
    assertAbsent(comparison.difference(), Absence.NO_OUTCOMES, detail);
    assertAbsent(comparison.welch(), Absence.NO_OUTCOMES, detail);
    assertAbsent(comparison.cohensD(), Absence.NO_OUTCOMES, detail);
  }

  @Test
  void arms_ofOneOutcome_stillDiffer() {
    Comparison comparison = Comparison.of(moments(2), moments(3), Direction.NONE);

    assertThat(known(comparison.difference()).absolute()).isEqualTo(1);
    assertThat(comparison.welch()).isInstanceOf(Figure.Absent.class);
    assertThat(comparison.cohensD()).isInstanceOf(Figure.Absent.class);
  }

  /** All pairs of arms with counts, sums and deviations at the ends of their ranges. */
  @Test
  void figures_ofExtremeArms_areFiniteOrAbsent() {
    List<Moments> arms = Extremes.moments();
    int known = 0;
    for (Moments control : arms) {
      for (Moments treatment : arms) {
        Comparison comparison = Comparison.of(control, treatment, Direction.HIGHER);
        known += Extremes.assertFinite(comparison.difference());
        known += Extremes.assertFinite(comparison.welch());
        known += Extremes.assertFinite(comparison.cohensD());
      }
    }
    assertThat(known).isPositive().isLessThan(3 * arms.size() * arms.size());
  }
}
