package dev.serin.server.analysis;

import java.util.Arrays;

/** A hundred users, each in a bucket of its own, who have exactly the moments asked for. */
final class RatioUsers {
  private static final int USERS = 100;

  private RatioUsers() {}

  /** Numerator and denominator: sum and sum of squares of each, and the sum of their products. */
  static UserBuckets with(double x, double xx, double y, double yy, double xy) {
    double sxx = xx - x * x / USERS;
    double syy = yy - y * y / USERS;
    double sxy = xy - x * y / USERS;
    double[] numerators = new double[USERS];
    double[] denominators = new double[USERS];
    double ofBoth = Math.sqrt(2.0 / USERS);
    for (int user = 0; user < USERS; user++) {
      double angle = 2 * Math.PI * user / USERS;
      // Orthonormal, and orthogonal to a constant: sums over whole periods.
      double first = ofBoth * Math.sin(3 * angle);
      double second = ofBoth * Math.cos(7 * angle);
      denominators[user] = y / USERS + Math.sqrt(syy) * first;
      numerators[user] =
          x / USERS + sxy / Math.sqrt(syy) * first + Math.sqrt(sxx - sxy * sxy / syy) * second;
    }
    long[] ones = new long[USERS];
    Arrays.fill(ones, 1);
    return UserBuckets.ofRatios(USERS, ones, numerators, denominators);
  }
}
