package dev.serin.server.outcome.aggregate;

/**
 * How many bytes things take on the heap, for bounds that are counted and not guessed. Counted for
 * a JVM with compressed references, as every heap below 32 GB has.
 */
final class Sizes {
  static final int REFERENCE_BYTES = 4;

  /** Header and a few fields, rounded to what is allocated. */
  static final int OBJECT_BYTES = 32;

  private static final int ARRAY_HEADER_BYTES = 16;

  /** Growth by a quarter: at most a fifth of an array stands empty. */
  private static final int GROWTH_SHARE = 4;

  private static final int MIN_CAPACITY = 4;

  private Sizes() {}

  static long arrayBytes(int length, int elementBytes) {
    return ARRAY_HEADER_BYTES + (long) length * elementBytes;
  }

  /** Returns the capacity that follows on a full one. */
  static int grown(int capacity) {
    return Math.max(MIN_CAPACITY, capacity + capacity / GROWTH_SHARE);
  }
}
