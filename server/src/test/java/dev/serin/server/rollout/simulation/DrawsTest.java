package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DrawsTest {
  private static final int DRAWS = 20_000;

  @Test
  void poisson_meanAndVariance_areItsParameter() {
    for (double mean : new double[] {0.3, 50, 1_200}) {
      long[] counts =
          LongStream.range(0, DRAWS).map(i -> new Draws(7, 1, i).poisson(mean)).toArray();
      // Four standard errors of the mean, and of the variance of a Poisson variable.
      double error = 4 * Math.sqrt(mean / DRAWS);
      assertThat(mean(counts)).isCloseTo(mean, within(error));
      assertThat(variance(counts))
          .isCloseTo(mean, within(4 * Math.sqrt((2 * mean * mean + mean) / DRAWS)));
    }
  }

  @Test
  void binomial_meanAndVariance_areItsParameters() {
    for (double rate : new double[] {0.005, 0.3, 0.9}) {
      for (long trials : new long[] {1, 50, 5_000}) {
        long[] counts =
            LongStream.range(0, DRAWS)
                .map(i -> new Draws(8, 1, i).binomial(trials, rate))
                .toArray();
        double variance = trials * rate * (1 - rate);
        assertThat(mean(counts)).isCloseTo(trials * rate, within(4 * Math.sqrt(variance / DRAWS)));
        // The fourth moment of a rare event's count is near that of a Poisson variable.
        assertThat(variance(counts))
            .isCloseTo(
                variance, within(4 * Math.sqrt((2 * variance * variance + variance) / DRAWS)));
      }
    }
  }

  @Test
  void binomial_ofTheSameDraw_growsWithTheRate() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(new Draws(9, 1, i).binomial(50, 0.2))
          .isGreaterThanOrEqualTo(new Draws(9, 1, i).binomial(50, 0.1));
    }
    assertThat(new Draws(9, 1, 1).binomial(50, 0)).isZero();
    assertThat(new Draws(9, 1, 1).binomial(50, 1)).isEqualTo(50);
  }

  @Test
  void gamma_ofAnyShape_hasItsMeanAndVariance() {
    SplittableRandom random = new SplittableRandom(3);
    for (double shape : new double[] {0.1111, 1, 9}) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < DRAWS; i++) {
        double draw = Gamma.draw(random, shape);
        sum += draw;
        squares += draw * draw;
      }
      double mean = sum / DRAWS;
      assertThat(mean).isCloseTo(shape, within(4 * Math.sqrt(shape / DRAWS)));
      double fourth = 3 * shape * shape + 6 * shape;
      assertThat(squares / DRAWS - mean * mean)
          .isCloseTo(shape, within(4 * Math.sqrt((fourth - shape * shape) / DRAWS)));
    }
  }

  private static double mean(long[] counts) {
    return LongStream.of(counts).average().orElseThrow();
  }

  private static double variance(long[] counts) {
    double mean = mean(counts);
    return LongStream.of(counts).mapToDouble(count -> (count - mean) * (count - mean)).sum()
        / (counts.length - 1);
  }
}
