package dev.serin.server.rollout.control;

import java.util.random.RandomGenerator;

/** Names that are drawn: of runs, and of requests that came without one. */
final class Ids {
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int BITS_OF_DIGIT = 5;

  /** 80 bits: two of a million runs are the same with a probability of one in 10^12. */
  private static final int LENGTH = 16;

  private Ids() {}

  /** Sixteen digits and letters, without those that are read as others. */
  static String draw(RandomGenerator random) {
    StringBuilder id = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      id.append(DIGITS.charAt(random.nextInt(1 << BITS_OF_DIGIT)));
    }
    return id.toString();
  }
}
