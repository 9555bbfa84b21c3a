package dev.serin.server.analysis.count;

import java.util.SplittableRandom;

/** Counts of simulated users. */
final class Binomial {
  private Binomial() {}

  /** Small probabilities by gaps between hits, so that it costs as many draws as there are hits. */
  static int draw(SplittableRandom random, int trials, double probability) {
    int hits = 0;
    double at = 0;
    while (true) {
      at += 1 + Math.floor(Math.log(1 - random.nextDouble()) / Math.log1p(-probability));
      if (at > trials) {
        return hits;
      }
      hits++;
    }
  }
}
