package dev.serin.server.analysis.planning;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * When a sum of many small terms first reaches a curved bound.
 *
 * <p>At each time the bound is replaced by its tangent, and the sum by a Brownian motion of the
 * same drift and variance, for which the share of paths that have crossed a line c + s t by t is
 * known: Φ((μ t - c) / (σ √t)) + exp(2 μ c / σ²) Φ((-c - μ t) / (σ √t)), μ being the drift less s.
 * Source: Daniels, "Approximating the first crossing-time density for a curved boundary", Bernoulli
 * 2(2) 1996 (the tangent approximation); Siegmund, "Sequential analysis" (1985), section 3.3. An
 * approximation, better the more terms there are.
 */
final class TangentPassage implements Passage {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Relative step of the difference quotient that stands for a bound's slope. */
  private static final double STEP = 0.02;

  private final Motion motion;

  TangentPassage(Motion motion) {
    this.motion = motion;
  }

  /** The line that a bound is at one time, as a motion sees it. */
  interface Motion {
    Line at(double time);
  }

  /**
   * A Brownian motion and a level.
   *
   * @param drift of the motion, less the line's slope
   * @param variance of the motion for each unit of time, above 0
   * @param level at time 0; where it is below 0 the motion has crossed
   */
  record Line(double drift, double variance, double level) {}

  /** A sum with a drift and a variance for each unit of time, and a bound over time. */
  static TangentPassage of(double drift, double variance, DoubleUnaryOperator bound) {
    return new TangentPassage(
        time -> {
          double slope = slope(bound, time);
          return new Line(drift - slope, variance, bound.applyAsDouble(time) - slope * time);
        });
  }

  /** The slope of a bound, by a symmetric difference quotient. */
  static double slope(DoubleUnaryOperator bound, double time) {
    double step = STEP * time;
    return (bound.applyAsDouble(time + step) - bound.applyAsDouble(time - step)) / (2 * step);
  }

  @Override
  public double by(double time) {
    if (!(time > 0)) {
      return 0;
    }
    Line line = motion.at(time);
    if (line.level <= 0) {
      return 1;
    }
    double deviation = Math.sqrt(line.variance * time);
    double direct = NORMAL.cumulativeProbability((line.drift * time - line.level) / deviation);
    double tail = NORMAL.cumulativeProbability((-line.level - line.drift * time) / deviation);
    double reflected =
        tail == 0 ? 0 : Math.exp(2 * line.drift * line.level / line.variance + Math.log(tail));
    return Math.min(1, direct + reflected);
  }
}
