package dev.serin.engine;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The unit that is drawn a given number. XXH3 maps the texts of eight bytes one to one onto 64-bit
 * hashes, and so does the mixing after it: both can be undone, so that a test can ask what happens
 * at the very first and last draw of a range. The bytes are rarely valid UTF-8; they are hashed
 * like any.
 */
final class UnitOfDraw {
  private static final int BYTES = 8;

  /** XXH3, default secret: bytes 8 to 15 xor bytes 16 to 23. */
  private static final long FLIP = 0xc73ab174c5ecd5a2L;

  private static final long PRIME = 0x9fb21c651e98df25L;
  private static final long MIX_1 = 0xbf58476d1ce4e5b9L;
  private static final long MIX_2 = 0x94d049bb133111ebL;

  private UnitOfDraw() {}

  /** Returns the unit whose draw with a salt is a number from 0 to 2^64 - 1. */
  static byte[] of(BigInteger draw, String salt) {
    long hash = unmix(draw.longValue()) ^ Bucketing.hash(salt);
    long x = hash ^ hash >>> 28 ^ hash >>> 56;
    x *= inverse(PRIME);
    x ^= (x >>> 35) + BYTES;
    x *= inverse(PRIME);
    // x ^ rotl(x, 49) ^ rotl(x, 24), done 64 times, is x: 63 times more undo the one.
    for (int i = 1; i < Long.SIZE; i++) {
      x ^= Long.rotateLeft(x, 49) ^ Long.rotateLeft(x, 24);
    }
    long words = Long.rotateLeft(x ^ FLIP, Integer.SIZE);
    return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(words).array();
  }

  private static long unmix(long draw) {
    long x = draw ^ draw >>> 31 ^ draw >>> 62;
    x *= inverse(MIX_2);
    x ^= x >>> 27 ^ x >>> 54;
    x *= inverse(MIX_1);
    return x ^ x >>> 30 ^ x >>> 60;
  }

  /** Returns the number that an odd one is multiplied with to give 1, modulo 2^64 (Newton). */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int i = 0; i < 5; i++) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
