package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static dev.serin.server.analysis.Figures.moments;
import static dev.serin.server.analysis.Figures.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CohensDTest {
  /** Spinnaker's Kayenta prints 3.03821, cut and not rounded: by hand 6 / √3.9. */
  @Test
  void kayenta_golden_isMet() {
    CohensD effect = known(CohensD.of(moments(1, 1, 1, 2, 2, 2), moments(5, 5, 5, 10, 10, 10)));

    assertThat(effect.d()).isCloseTo(3.03821, within(1e-5));
    assertThat(effect.d()).isCloseTo(6 / Math.sqrt(3.9), within(1e-12));
    assertThat(effect.label()).isEqualTo(EffectLabel.LARGE);
    assertThat(effect.validity()).isEqualTo(Validity.SINGLE_LOOK);
  }

  /** Borenstein and others 2009, the example of chapter 4: d = .5970, √V = .2044. */
  @Test
  void borenstein_goldenInterval_isMet() {
    CohensD effect = known(CohensD.of(sample(100, 4.5, 50), sample(103, 5.5, 50)));

    assertThat(effect.d()).isCloseTo(.5970, within(5e-5));
    assertThat(effect.label()).isEqualTo(EffectLabel.MEDIUM);
    assertThat((effect.interval().upper() - effect.d()) / 1.959963984540054)
        .isCloseTo(.2044, within(5e-5));
    assertThat(effect.interval().upper() - effect.d())
        .isCloseTo(effect.d() - effect.interval().lower(), within(1e-12));
  }

  /**
   * Ends nc / k of scipy's {@code nct.sf(d k, n_1 + n_2 - 2, nc) = .025} and {@code nct.cdf(...) =
   * .025} solved by {@code brentq}, k = √(n_1 n_2 / (n_1 + n_2)).
   */
  @Test
  void intervals_besideTheNoncentralT_areClose() {
    assertInterval(.597, 50, 50, .1947604212038325, .9963233793417338, .01);
    assertInterval(.2, 1000, 1000, .1121037917161853, .28784639747766444, .001);
    assertInterval(.9, 400, 600, .7672620458212107, 1.0323250228305423, .001);
  }

  private static void assertInterval(
      double d, long nC, long nT, double lower, double upper, double error) {
    CohensD effect = known(CohensD.of(sample(0, 1, nC), sample(d, 1, nT)));
    assertThat(effect.d()).isCloseTo(d, within(1e-12));
    assertThat(effect.interval().lower()).isCloseTo(lower, within(error));
    assertThat(effect.interval().upper()).isCloseTo(upper, within(error));
  }

  @Test
  void labels_atTheirLimits_belongToTheClassAbove() {
    assertThat(EffectLabel.of(0)).isEqualTo(EffectLabel.NEGLIGIBLE);
    assertThat(EffectLabel.of(Math.nextDown(.2))).isEqualTo(EffectLabel.NEGLIGIBLE);
    assertThat(EffectLabel.of(.2)).isEqualTo(EffectLabel.SMALL);
    assertThat(EffectLabel.of(-Math.nextDown(.5))).isEqualTo(EffectLabel.SMALL);
    assertThat(EffectLabel.of(-.5)).isEqualTo(EffectLabel.MEDIUM);
    assertThat(EffectLabel.of(Math.nextDown(.8))).isEqualTo(EffectLabel.MEDIUM);
    assertThat(EffectLabel.of(-.8)).isEqualTo(EffectLabel.LARGE);
  }

  @Test
  void arms_swapped_flipTheSign() {
    CohensD there = known(CohensD.of(sample(3, 2, 40), sample(4, 3, 70)));
    CohensD back = known(CohensD.of(sample(4, 3, 70), sample(3, 2, 40)));

    assertThat(back.d()).isCloseTo(-there.d(), within(1e-15));
    assertThat(back.label()).isEqualTo(there.label());
    assertThat(back.interval().lower()).isCloseTo(-there.interval().upper(), within(1e-15));
  }

  @Test
  void outcomes_scaledAndShifted_keepTheEffect() {
    CohensD effect = known(CohensD.of(moments(1, 2, 4), moments(3, 5, 9, 2)));
    CohensD moved = known(CohensD.of(moments(110, 120, 140), moments(130, 150, 190, 120)));

    assertThat(moved.d()).isCloseTo(effect.d(), within(1e-12));
  }

  @Test
  void arms_tooSmallOrWithoutVariance_areAbsent() {
    assertAbsent(
        CohensD.of(moments(1), moments(1, 2)),
        Absence.TOO_FEW_OUTCOMES,
        "outcomes of control, treatment: 1, 2 (expected: 2 or more)");
    assertAbsent(
        CohensD.of(moments(1, 1), moments(2, 2)),
        Absence.NO_VARIANCE,
        "variance within both arms: 0 (expected: above 0)");
  }
}
