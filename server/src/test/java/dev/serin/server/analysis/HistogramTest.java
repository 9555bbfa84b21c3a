package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.assertAbsent;
import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final int BINS_OF_AN_OCTAVE = 32;
  private static final double GAMMA = Math.pow(2, 1.0 / BINS_OF_AN_OCTAVE);
  private static final double MAX_ERROR = (GAMMA - 1) / (GAMMA + 1);
  private static final int[] THOUSANDTHS = {0, 1, 50, 250, 500, 900, 950, 990, 999, 1000};

  @Test
  void quantiles_besideSortedOutcomes_areWithinTheStatedError() {
    Random random = new Random(21);
    for (int sample = 0; sample < 50; sample++) {
      double[] values = new double[1 + random.nextInt(5_000)];
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.exp(3 + 1.5 * random.nextGaussian());
      }
      assertQuantiles(values);
    }
  }

  @Test
  void quantiles_ofNegativeOutcomes_areWithinTheStatedError() {
    Random random = new Random(22);
    double[] values = new double[2_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextInt(3) == 0 ? 1 : -1) * Math.exp(random.nextGaussian());
    }
    assertQuantiles(values);
  }

  private static void assertQuantiles(double[] values) {
    Histogram histogram = mirrored(values);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    for (int thousandths : THOUSANDTHS) {
      int rank = Math.max(1, (thousandths * values.length + 999) / 1000);
      double truth = sorted[rank - 1];
      Quantile quantile = known(histogram.quantile(thousandths / 1000.0));
      assertThat(truth).isBetween(quantile.lower(), quantile.upper());
      assertThat(quantile.value())
          .isCloseTo(truth, within(MAX_ERROR * Math.abs(truth) * (1 + 1e-9)));
    }
  }

  @Test
  void error_atGamma_isAsDocumented() {
    assertThat(MAX_ERROR).isBetween(.0108, .0109);
    Quantile quantile = Quantile.within(100, 100 * GAMMA);
    assertThat(quantile.value() / quantile.lower() - 1).isCloseTo(MAX_ERROR, within(1e-12));
    assertThat(1 - quantile.value() / quantile.upper()).isCloseTo(MAX_ERROR, within(1e-12));
    Quantile mirrored = Quantile.within(-100 * GAMMA, -100);
    assertThat(mirrored.value()).isCloseTo(-quantile.value(), within(1e-12));
  }

  @Test
  void bin_aroundZero_isReadInItsMiddle() {
    assertThat(Quantile.within(-1, 1)).isEqualTo(new Quantile(0, -1, 1));
    assertThat(Quantile.within(0, 3)).isEqualTo(new Quantile(1.5, 0, 3));
    assertThat(Quantile.within(0, 0)).isEqualTo(new Quantile(0, 0, 0));
    assertThat(Quantile.within(-7, -7)).isEqualTo(new Quantile(-7, -7, -7));
  }

  @Test
  void ranks_areThoseOfDecimalShares() {
    double[] edges = new double[102];
    long[] counts = new long[101];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = i - .5;
    }
    Arrays.fill(counts, 1, 101, 1);
    Histogram oneToHundred = new Histogram(edges, counts, 1, 100);

    // In doubles .07 * 100 is above 7, and .57 * 100 below 57.
    assertThat(known(oneToHundred.quantile(.07)).lower()).isEqualTo(6.5);
    assertThat(known(oneToHundred.quantile(.57)).lower()).isEqualTo(56.5);
    assertThat(known(oneToHundred.quantile(.571)).lower()).isEqualTo(57.5);
    assertThat(known(oneToHundred.quantile(0))).isEqualTo(new Quantile(1, 1, 1));
    assertThat(known(oneToHundred.quantile(.5)).lower()).isEqualTo(49.5);
    assertThat(known(oneToHundred.quantile(.99)).upper()).isEqualTo(99.5);
    assertThat(known(oneToHundred.quantile(.991))).isEqualTo(new Quantile(100, 100, 100));
  }

  @Test
  void quantiles_areCutAtTheSmallestAndTheLargest() {
    Histogram wide = new Histogram(new double[] {0, 100, 200}, new long[] {5, 5}, 90, 110);

    assertThat(known(wide.quantile(.3))).extracting(Quantile::lower).isEqualTo(90.0);
    assertThat(known(wide.quantile(.8))).extracting(Quantile::upper).isEqualTo(110.0);
  }

  @Test
  void histogram_ofNothing_hasNoQuantile() {
    assertAbsent(
        new Histogram(new double[] {0, 1}, new long[1], 0, 0).quantile(.5),
        Absence.NO_OUTCOMES,
        "outcomes: 0 (expected: 1 or more)");
  }

  @Test
  void counts_upToTheLargestLong_areRanked() {
    Histogram full =
        new Histogram(new double[] {1, 2, 3}, new long[] {Long.MAX_VALUE - 1, 1}, 1, 3);

    assertThat(known(full.quantile(1)).value()).isEqualTo(3);
    assertThat(known(full.quantile(.999)).upper()).isEqualTo(2);
  }

  @Test
  void numbers_outsideTheirRange_areRefused() {
    double[] edges = {1, 2, 3};
    assertThatThrownBy(() -> new Histogram(edges, new long[3], 1, 1))
        .hasMessage("edges: 3 of 3 bins (expected: one more than bins)");
    assertThatThrownBy(() -> new Histogram(edges, new long[] {1, -1}, 1, 1))
        .hasMessage("counts[1]: -1 (expected: 0 or more, sums within a long)");
    assertThatThrownBy(() -> new Histogram(edges, new long[] {Long.MAX_VALUE, 1}, 1, 1))
        .hasMessage("counts[1]: 1 (expected: 0 or more, sums within a long)");
    assertThatThrownBy(() -> new Histogram(new double[] {1, 1}, new long[1], 1, 1))
        .hasMessage("edges of bin 0: 1.0, 1.0 (expected: finite, ascending)");
    assertThatThrownBy(
            () -> new Histogram(new double[] {1, Double.POSITIVE_INFINITY}, new long[1], 1, 1))
        .hasMessage("edges of bin 0: 1.0, Infinity (expected: finite, ascending)");
    assertThatThrownBy(() -> new Histogram(edges, new long[2], 2, 1))
        .hasMessage("min, max: 2.0, 1.0 (expected: finite, min not above max)");
    Histogram histogram = new Histogram(edges, new long[] {1, 1}, 1, 3);
    assertThatThrownBy(() -> histogram.quantile(1.1)).hasMessage("share: 1.1 (expected: 0 to 1)");
    assertThatThrownBy(() -> histogram.quantile(Double.NaN))
        .hasMessage("share: NaN (expected: 0 to 1)");
  }

  /** Bins of ratio gamma from 2^-20 to 2^20, mirrored, and one around 0. */
  private static Histogram mirrored(double[] values) {
    int octaves = 40;
    int side = octaves * BINS_OF_AN_OCTAVE;
    double[] edges = new double[2 * side + 2];
    for (int i = 0; i <= side; i++) {
      double edge = Math.pow(2, -20 + i / (double) BINS_OF_AN_OCTAVE);
      edges[side + 1 + i] = edge;
      edges[side - i] = -edge;
    }
    long[] counts = new long[edges.length - 1];
    for (double value : values) {
      int found = Arrays.binarySearch(edges, value);
      counts[found >= 0 ? found : -found - 2]++;
    }
    double min = Arrays.stream(values).min().orElseThrow();
    double max = Arrays.stream(values).max().orElseThrow();
    return new Histogram(edges, counts, min, max);
  }
}
