package dev.serin.server.analysis.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** statistics.md B21. */
class SampleSizesTest {
  private static final SampleSizes USUAL = new SampleSizes(.05, .8);
  private static final SampleSizes SPOTIFY = new SampleSizes(.05, .85);

  /**
   * statsmodels: NormalIndPower and TTestIndPower, effect .2; ratio 19 is 5 % beside 95 %. Both are
   * where its search stops, at 2e-6 of the root: for the first that of Φ(δ - z) + Φ(-δ - z) = .8 is
   * 392.4430254663 (mpmath with 40 digits).
   */
  @Test
  void means_goldenOfStatsmodels_areMet() {
    assertThat(USUAL.ofMeans(.2, 1)).isCloseTo(392.4430232577885, within(1e-5));
    assertThat(USUAL.ofMeans(.2, 1)).isCloseTo(392.4430254663, within(1e-9));
    assertThat(USUAL.ofMeansByStudent(.2, 1)).isCloseTo(393.4056930002526, within(1e-5));
    assertThat(USUAL.ofMeans(.2, 19)).isCloseTo(206.54896, within(5e-6));
    assertThat(USUAL.ofMeansByStudent(.2, 19)).isCloseTo(206.64504, within(5e-6));
  }

  /** statsmodels, .05 to .055: arcsine effect size, and the closed form with p pooled. */
  @Test
  void shares_goldenOfStatsmodels_areMet() {
    assertThat(USUAL.ofSharesByArcsine(.05, .055, 1)).isCloseTo(31217.42, within(5e-3));
    assertThat(USUAL.ofSharesPooled(.05, .055)).isCloseTo(31233.44, within(5e-3));
  }

  /**
   * G*Power, as in the tests of spotify/confidence: both arms together, each to the nearest user.
   */
  @Test
  void totals_goldenOfGpower_areMet() {
    assertThat(2 * Math.rint(SPOTIFY.ofMeansByStudent(.3 / Math.sqrt(100), 1))).isEqualTo(39906);
    assertThat(2 * Math.rint(SPOTIFY.ofSharesPooled(.34, .343))).isEqualTo(897348);
  }

  /** (z + z)² 2 s² / d², the closed form, leaves out what is significant the wrong way. */
  @Test
  void means_closedForm_isMet() {
    double z = 1.959963984540054 + 1.0364333894937898;
    assertThat(SPOTIFY.ofMeans(.03, 1)).isCloseTo(2 * z * z / (.03 * .03), within(.05));
  }

  /**
   * B21: events of both arms that a fixed horizon needs to show non-inferiority, one-sided .05,
   * power .8: ((z + z) / ln(1 + m))² / (ρ (1 - ρ)). The logarithm of the ratio of two equal arms of
   * n events each has the variance 2 / n, as a difference of means of deviation 1 has. Two-sided .1
   * is one-sided .05 but for what is significant the wrong way, less than .1 events here.
   */
  @ParameterizedTest
  @CsvSource({".1,2722", ".25,497", ".5,150", "1,51"})
  void events_ofAFixedHorizon_areThoseOfTheFormula(double margin, double events) {
    double ofEachArm = new SampleSizes(.1, .8).ofMeans(Math.log1p(margin), 1);
    assertThat(Math.rint(2 * ofEachArm)).isEqualTo(events);
  }

  @Test
  void parameters_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new SampleSizes(.05, .04))
        .hasMessage("alpha, power: 0.05, 0.04 (expected: 0 < alpha < power < 1)");
    assertThatThrownBy(() -> USUAL.ofMeans(.2, 0))
        .hasMessage("ratio: 0.0 (expected: above 0, finite)");
    assertThatThrownBy(() -> USUAL.ofSharesPooled(.1, .1))
        .hasMessage("shares: 0.1, 0.1 (expected: 0 to 1, different)");
    assertThatThrownBy(() -> USUAL.ofMeans(0, 1))
        .hasMessage("users: above 1.0E15 (expected: an effect)");
  }
}
