package dev.serin.server.rollout.simulation;

import java.util.SplittableRandom;

/**
 * The draws of one second of one run: they depend on seed, run and second alone, so that every
 * judge meets the same luck, whatever it did before.
 *
 * <p>Counts are drawn by inversion of one uniform for each chunk: a larger rate gives at least as
 * large a count.
 */
final class Draws {
  /** Largest mean of a chunk: its smallest probability, e^-500, is still a number. */
  private static final double MAX_MEAN = 500;

  /** Tells the draws of details from the others of the same second. */
  private static final long DETAILS = 0x9e3779b97f4a7c15L;

  private final SplittableRandom random;
  private final SplittableRandom details;

  Draws(long seed, int run, long second) {
    random = new SplittableRandom(mix(seed(seed, run) ^ second));
    details = new SplittableRandom(mix(seed(seed, run) ^ second) ^ DETAILS);
  }

  /**
   * Draws of which user made which request, and of values: apart from the others, so that counts do
   * not depend on whether a world has values.
   */
  SplittableRandom details() {
    return details;
  }

  /** The seed of one run: neighbours have nothing in common. */
  static long seed(long seed, int run) {
    return mix(seed ^ mix(run));
  }

  double uniform() {
    return random.nextDouble();
  }

  /** A Poisson count. */
  long poisson(double mean) {
    long count = 0;
    for (double left = mean; left > 0; left -= MAX_MEAN) {
      count += chunk(Math.min(left, MAX_MEAN));
    }
    return count;
  }

  private long chunk(double mean) {
    double uniform = uniform();
    double probability = Math.exp(-mean);
    double sum = probability;
    long count = 0;
    // Beyond the last double that the sum can reach nothing is left to be drawn.
    while (sum < uniform && probability > 0) {
      count++;
      probability *= mean / count;
      sum += probability;
    }
    return count;
  }

  /** How many of so many happen. */
  long binomial(long trials, double rate) {
    if (rate >= 1) {
      uniform();
      return trials;
    }
    long count = 0;
    long perChunk = Math.max(1, (long) (MAX_MEAN / -Math.log1p(-Math.max(rate, 1e-12))));
    for (long left = trials; left > 0; left -= perChunk) {
      count += chunk(Math.min(left, perChunk), rate);
    }
    return count;
  }

  private long chunk(long trials, double rate) {
    double uniform = uniform();
    double probability = Math.exp(trials * Math.log1p(-rate));
    double sum = probability;
    long count = 0;
    while (sum < uniform && count < trials) {
      probability *= (double) (trials - count) / (count + 1) * rate / (1 - rate);
      sum += probability;
      count++;
    }
    return count;
  }

  /** The finaliser of splitmix64. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
