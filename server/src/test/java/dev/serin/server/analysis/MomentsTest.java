package dev.serin.server.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class MomentsTest {
  @Test
  void squaredDeviations_smallBesideALargeMean_areExact() {
    Moments moments = Figures.moments(1e9 + 1, 1e9 + 2, 1e9 + 3);

    assertThat(moments).isEqualTo(new Moments(3, 3e9 + 6, 2, 1e9 + 1, 1e9 + 3));
    assertThat(Figures.known(moments.mean())).isEqualTo(1e9 + 2);
    assertThat(moments.squaredError()).isCloseTo(1.0 / 3, within(1e-15));
  }

  @Test
  void squaredDeviations_ofEqualValues_areExactlyZero() {
    assertThat(Figures.moments(.1, .1, .1, .1, .1, .1, .1).squaredDeviations()).isZero();
    assertThat(Figures.moments(.1).squaredDeviations()).isZero();
  }

  @Test
  void sums_ofNothing_areNone() {
    assertThat(Moments.ofSums(0, BigDecimal.ZERO, BigDecimal.ZERO, 0, 0)).isEqualTo(Moments.NONE);
    Figures.assertAbsent(
        Moments.NONE.mean(), Absence.NO_OUTCOMES, "outcomes: 0 (expected: 1 or more)");
  }

  @Test
  void sums_thatNoOutcomesHave_areRefused() {
    assertThatThrownBy(() -> Moments.ofSums(2, BigDecimal.TEN, BigDecimal.ONE, 5, 5))
        .hasMessage(
            "squaredDeviations: -49.0 of 2 outcomes"
                + " (expected: finite, 0 or more, 0 for fewer than two)");
    assertThatThrownBy(() -> Moments.ofSums(0, BigDecimal.ONE, BigDecimal.ONE, 0, 0))
        .hasMessage("sum: 1.0 of 0 outcomes (expected: finite, 0 without outcomes)");
    assertThatThrownBy(() -> Moments.ofSums(1, BigDecimal.ONE, BigDecimal.TEN, 1, 1))
        .hasMessageStartingWith("squaredDeviations: 9.0 of 1 outcomes");
  }

  @Test
  void numbers_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new Moments(-1, 0, 0, 0, 0))
        .hasMessage("count: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> new Moments(2, Double.NaN, 0, 0, 0))
        .hasMessageStartingWith("sum: NaN");
    assertThatThrownBy(() -> new Moments(2, 1, Double.NaN, 0, 0))
        .hasMessageStartingWith("squaredDeviations: NaN");
    assertThatThrownBy(() -> new Moments(2, 1, Double.POSITIVE_INFINITY, 0, 0))
        .hasMessageStartingWith("squaredDeviations: Infinity");
    assertThatThrownBy(() -> new Moments(2, 1, 0, 2, 1))
        .hasMessage("min, max: 2.0, 1.0 (expected: finite, min not above max)");
    assertThatThrownBy(() -> new Moments(0, 0, 0, 0, 1))
        .hasMessage("min, max: 0.0, 1.0 (expected: 0 without outcomes)");
  }
}
