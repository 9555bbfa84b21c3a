package dev.serin.engine;

import java.nio.charset.StandardCharsets;

/**
 * Texts of up to {@value #MAX_BYTES} UTF-8 bytes as two words, so that nearly all attribute values
 * and many user keys are hashed and compared without memory being read.
 *
 * <p>The head is the text's first eight bytes, little-endian, zero where there are fewer. The tail
 * is the bytes after the last whole word and, in its top byte, the length plus one: never zero and
 * never negative.
 */
final class ShortText {
  /**
   * Bytes of the longest text that has this form: a head, and a tail less the byte of its length.
   */
  static final int MAX_BYTES = 15;

  private static final int MAX_ASCII = 0x7f;

  /** Where the length plus one begins in a tail. */
  private static final int LENGTH_SHIFT = 56;

  // Words of XXH3's default secret, combined as its forms for short inputs combine them.
  private static final long SECRET_EMPTY = 0x4c263a81e69035e0L ^ 0xcb00c391bb52283cL;
  private static final long SECRET_TO_3 = 0x396cfeb8L ^ 0xbe4ba423L;
  private static final long SECRET_TO_8 = 0x1cad21f72c81017cL ^ 0xdb979083e96dd4deL;
  private static final long SECRET_LOW = 0x1f67b3b7a4a44072L ^ 0x78e5c0cc4ee679cbL;
  private static final long SECRET_HIGH = 0x2172ffcc7dd05a82L ^ 0x8e2443f7744608b8L;

  private static final long PRIME_64_2 = 0xc2b2ae3d27d4eb4fL;
  private static final long PRIME_64_3 = 0x165667b19e3779f9L;
  private static final long PRIME_MX_1 = 0x165667919e3779f9L;
  private static final long PRIME_MX_2 = 0x9fb21c651e98df25L;

  private ShortText() {}

  /**
   * Reads a text of up to {@value #MAX_BYTES} chars and sets its head and, behind it, its tail.
   *
   * @return whether all chars are ASCII; if not, what was set means nothing
   */
  static boolean read(String text, long[] words, int at) {
    int length = text.length();
    long head = 0;
    int all = 0;
    int next = 0;
    if (length >= Long.BYTES) {
      int a = text.charAt(0);
      int b = text.charAt(1);
      int c = text.charAt(2);
      int d = text.charAt(3);
      int e = text.charAt(4);
      int f = text.charAt(5);
      int g = text.charAt(6);
      int h = text.charAt(7);
      all = a | b | c | d | e | f | g | h;
      head = a | b << 8 | c << 16 | d << 24 | (long) (e | f << 8 | g << 16 | h << 24) << 32;
      next = Long.BYTES;
    }
    long tail = (length + 1L) << LENGTH_SHIFT;
    for (int shift = 0; next < length; next++, shift += Byte.SIZE) {
      int c = text.charAt(next);
      all |= c;
      tail |= (long) c << shift;
    }
    words[at] = head;
    words[at + 1] = tail;
    return all <= MAX_ASCII;
  }

  /** Returns whether a text has this form. */
  static boolean is(String text) {
    return text.length() <= MAX_BYTES && text.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
  }

  /** Returns the head of a text. */
  static long head(byte[] utf8, int offset, int length) {
    return length < Long.BYTES ? 0 : Utf8.word(utf8, offset);
  }

  /**
   * Returns the tail of a text of any length below 127: that of longer ones in {@link KeyTable}.
   */
  static long tail(byte[] utf8, int offset, int length) {
    int rest = length % Long.BYTES;
    return Utf8.partialWord(utf8, offset + length - rest, rest) | ((length + 1L) << LENGTH_SHIFT);
  }

  /** Returns the number of bytes of a text. */
  static int length(long tail) {
    return (int) (tail >>> LENGTH_SHIFT) - 1;
  }

  /**
   * Returns the bytes of a text of up to eight, the first in the lowest bits, those behind zero.
   */
  static long word(long head, long tail) {
    return length(tail) == Long.BYTES ? head : tail & (-1L >>> Byte.SIZE);
  }

  /** Writes a text's bytes, and up to eight meaningless ones behind them. */
  static void write(long head, long tail, byte[] target, int offset) {
    boolean whole = length(tail) >= Long.BYTES;
    Utf8.setWord(target, offset, whole ? head : tail);
    Utf8.setWord(target, offset + Long.BYTES, tail);
  }

  /**
   * Returns the hash of a text: {@link Bucketing#hash(byte[], int, int)} of its bytes, by the forms
   * that the specification of XXH3 has for up to 3, 8 and 16 bytes.
   */
  static long hash(long head, long tail) {
    int length = length(tail);
    if (length > Long.BYTES) {
      return hashTo16(head, lastWord(head, tail, length), length);
    }
    if (length >= Integer.BYTES) {
      long word = length == Long.BYTES ? head : tail;
      long first = word << Integer.SIZE;
      long last = (word >>> (Byte.SIZE * (length - Integer.BYTES))) & 0xffff_ffffL;
      return hashTo8(first + last, length);
    }
    return length == 0 ? avalanche64(SECRET_EMPTY) : hashTo3(tail, length);
  }

  /** Returns the last eight bytes of a text of more. */
  private static long lastWord(long head, long tail, int length) {
    int rest = Byte.SIZE * (length - Long.BYTES);
    return (head >>> rest) | (tail << (Long.SIZE - rest));
  }

  private static long hashTo3(long bytes, int length) {
    long first = bytes & 0xff;
    long middle = (bytes >>> (Byte.SIZE * (length >> 1))) & 0xff;
    long last = (bytes >>> (Byte.SIZE * (length - 1))) & 0xff;
    return avalanche64((last | (long) length << 8 | first << 16 | middle << 24) ^ SECRET_TO_3);
  }

  private static long hashTo8(long input, int length) {
    long keyed = input ^ SECRET_TO_8;
    long mixed = keyed ^ Long.rotateLeft(keyed, 49) ^ Long.rotateLeft(keyed, 24);
    mixed *= PRIME_MX_2;
    mixed ^= (mixed >>> 35) + length;
    mixed *= PRIME_MX_2;
    return mixed ^ (mixed >>> 28);
  }

  private static long hashTo16(long first, long last, int length) {
    long low = first ^ SECRET_LOW;
    long high = last ^ SECRET_HIGH;
    // The upper half of the product of two unsigned numbers.
    long upper = Math.multiplyHigh(low, high) + (low >> 63 & high) + (high >> 63 & low);
    long mixed = length + Long.reverseBytes(low) + high + (low * high ^ upper);
    mixed = (mixed ^ (mixed >>> 37)) * PRIME_MX_1;
    return mixed ^ (mixed >>> 32);
  }

  private static long avalanche64(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * PRIME_64_2;
    mixed = (mixed ^ (mixed >>> 29)) * PRIME_64_3;
    return mixed ^ (mixed >>> 32);
  }
}
