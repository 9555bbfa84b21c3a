package dev.serin.server.analysis.quantile;

import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class QuantileGoldenTest {
  private static List<String[]> rows(String name) {
    try (InputStream file =
        Objects.requireNonNull(QuantileGoldenTest.class.getResourceAsStream(name), name)) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(line -> line.split(",")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static QuantileArm arm(long... counts) {
    return new QuantileArm(BinCounts.of(counts), 1);
  }

  /** The numbers 1 + offset to 1000 + offset, each in a bin of its own. */
  private static QuantileArm thousand(int offset) {
    long[] counts = new long[1001 + offset];
    Arrays.fill(counts, 1 + offset, 1001 + offset, 1);
    return arm(counts);
  }

  /** statistics.md B13: QuantileABTest of confseq's uniform_boundaries_unittest.cpp. */
  @Test
  void differences_goldenOfConfseq_areMet() {
    assertP(.5, 70, .814704);
    assertP(.5, 85, .0838055);
    assertP(.5, 100, .0054947);
    assertP(.9, 55, .0340463);
  }

  private static void assertP(double share, int offset, double p) {
    QuantileDifference difference =
        known(QuantileDifference.of(share, 100, .05, thousand(0), thousand(offset)));
    assertThat(difference.p()).isCloseTo(p, within(5e-7));
  }

  /** confseq v0.0.11 itself, {@code vectors.py}. */
  @Test
  void differences_vectorsOfConfseq_areMet() {
    for (String[] row : rows("confseq.csv")) {
      long[] counts = Arrays.stream(row).skip(3).mapToLong(Long::parseLong).toArray();
      int bins = counts.length / 2;
      double p =
          known(
                  QuantileDifference.of(
                      Double.parseDouble(row[0]),
                      Long.parseLong(row[1]),
                      .05,
                      arm(Arrays.copyOf(counts, bins)),
                      arm(Arrays.copyOfRange(counts, bins, 2 * bins))))
              .p();
      double expected = Double.parseDouble(row[2]);
      assertThat(p).isCloseTo(expected, within(1e-6 * expected));
    }
  }

  /**
   * statistics.md B8: confseq's beta-binomial mixture with g = .2, h = .8 at s = 10, v = v_opt =
   * 100, α = .05; k = s + p n, n = v / (g h). One-sided it is given α of both sides, .1.
   */
  @Test
  void mixtures_goldenOfConfseq_areMet() {
    double n = 100 / .16;
    BetaMixture both = BetaMixture.bestAt(.2, n, .05);
    assertThat(both.whole(10 + .2 * n, n)).isCloseTo(-.6941012, within(5e-8));
    assertThat(both.whole(31.4308 + .2 * n, n)).isCloseTo(Math.log(20), within(2e-5));
    BetaMixture one = BetaMixture.bestAt(.2, n, .1);
    assertThat(one.above(10 + .2 * n, n)).isCloseTo(-.07134019, within(5e-9));
    assertThat(one.above(28.41238 + .2 * n, n)).isCloseTo(Math.log(20), within(2e-6));
  }

  /** mpmath with 60 digits, {@code vectors.py}. */
  @Test
  void mixtures_vectorsOfMpmath_areMet() {
    for (String[] row : rows("one_sided.csv")) {
      double[] number = Arrays.stream(row).mapToDouble(Double::parseDouble).toArray();
      BetaMixture mixture = BetaMixture.bestAt(number[0], number[1], number[2]);
      assertThat(mixture.above(number[3], number[4]))
          .isCloseTo(number[5], within(1e-10 * (1 + Math.abs(number[5]))));
      assertThat(mixture.below(number[3], number[4]))
          .isCloseTo(number[6], within(1e-10 * (1 + Math.abs(number[6]))));
    }
  }
}
