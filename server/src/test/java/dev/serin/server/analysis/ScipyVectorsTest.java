package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.known;
import static dev.serin.server.analysis.Figures.moments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.planning.SampleSizes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Files of scipy and statsmodels, made by {@code vectors.py} beside them. */
class ScipyVectorsTest {
  @Test
  void twoSamples_vectors_areMet() {
    List<String[]> rows = rows("two_samples.csv");
    assertThat(rows).hasSize(60);
    for (String[] row : rows) {
      Moments control = moments(numbers(row[0]));
      Moments treatment = moments(numbers(row[1]));

      Welch welch = known(Welch.of(control, treatment));
      assertThat(welch.t()).isCloseTo(number(row[2]), near(row[2], 1e-11));
      assertThat(welch.degreesOfFreedom()).isCloseTo(number(row[3]), near(row[3], 1e-11));
      assertThat(welch.p()).isCloseTo(number(row[4]), near(row[4], 1e-10));
      // An end may be nearly 0, where both others are not.
      Offset<Double> ends = within(1e-11 * (Math.abs(number(row[5])) + Math.abs(number(row[6]))));
      assertThat(welch.interval().lower()).isCloseTo(number(row[5]), ends);
      assertThat(welch.interval().upper()).isCloseTo(number(row[6]), ends);

      CohensD effect = known(CohensD.of(control, treatment));
      assertThat(effect.d()).isCloseTo(number(row[7]), near(row[7], 1e-11));
      Offset<Double> ofD = within(1e-11 * (Math.abs(number(row[8])) + Math.abs(number(row[9]))));
      assertThat(effect.interval().lower()).isCloseTo(number(row[8]), ofD);
      assertThat(effect.interval().upper()).isCloseTo(number(row[9]), ofD);
    }
  }

  @Test
  void sampleSizes_vectors_areMet() {
    List<String[]> rows = rows("sample_sizes.csv");
    assertThat(rows).hasSize(100);
    for (String[] row : rows) {
      double first = number(row[1]);
      double second = number(row[2]);
      double ratio = number(row[3]);
      SampleSizes sizes = new SampleSizes(number(row[4]), number(row[5]));
      double users =
          switch (row[0]) {
            case "z" -> sizes.ofMeans(first, ratio);
            case "t" -> sizes.ofMeansByStudent(first, ratio);
            case "arcsine" -> sizes.ofSharesByArcsine(first, second, ratio);
            case "pooled" -> sizes.ofSharesPooled(first, second);
            default -> throw new AssertionError(row[0]);
          };
      assertThat(users).as(String.join(",", row)).isCloseTo(number(row[6]), near(row[6], 1e-8));
    }
  }

  @Test
  void quantiles_vectors_areMet() {
    List<String[]> rows = rows("quantiles.csv");
    assertThat(rows).hasSize(26);
    for (String[] row : rows) {
      Interval interval =
          row[0].equals("inf") ? Interval.ofNormal(0, 1) : Interval.ofStudent(0, 1, number(row[0]));
      assertThat(interval.upper()).as(row[0]).isCloseTo(number(row[1]), near(row[1], 1e-12));
      assertThat(interval.lower()).isEqualTo(-interval.upper());
    }
  }

  private static Offset<Double> near(String expected, double relative) {
    return within(relative * Math.abs(number(expected)));
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  /** The rows below the heading. */
  private static List<String[]> rows(String name) {
    try (InputStream file =
        Objects.requireNonNull(ScipyVectorsTest.class.getResourceAsStream(name), name)) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(line -> line.split(",")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
