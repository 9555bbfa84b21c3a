package dev.serin.server.rollout.simulation;

import java.util.random.RandomGenerator;

/**
 * Draws of the gamma distribution of scale 1.
 *
 * <p>Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000;
 * for shapes below 1 their section 6: a draw of shape + 1, times a uniform to the power 1/shape.
 */
final class Gamma {
  private Gamma() {}

  static double draw(RandomGenerator random, double shape) {
    if (shape < 1) {
      return draw(random, shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = Math.pow(1 + c * x, 3);
      double log = Math.log(random.nextDouble());
      if (v > 0 && log < x * x / 2 + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }
}
