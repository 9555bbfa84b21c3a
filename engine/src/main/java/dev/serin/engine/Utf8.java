package dev.serin.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** UTF-8 text as bytes and as little-endian words of eight bytes, without allocation. */
final class Utf8 {
  /** Bytes that one UTF-16 unit of a String takes at most. */
  static final int MAX_BYTES_PER_CHAR = 3;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final char REPLACEMENT = '?';

  private Utf8() {}

  /** Returns the eight bytes at an offset, the first in the lowest bits. */
  static long word(byte[] bytes, int offset) {
    return (long) WORD.get(bytes, offset);
  }

  /** Sets the eight bytes at an offset, the first from the lowest bits. */
  static void setWord(byte[] bytes, int offset, long word) {
    WORD.set(bytes, offset, word);
  }

  /** Returns the {@code count} bytes at an offset, 0 to 7, the rest zero. */
  static long partialWord(byte[] bytes, int offset, int count) {
    if (count == 0) {
      return 0;
    }
    if (offset + Long.BYTES <= bytes.length) {
      return word(bytes, offset) & (-1L >>> (Long.SIZE - Byte.SIZE * count));
    }
    long word = 0;
    for (int i = 0; i < count; i++) {
      word |= (bytes[offset + i] & 0xffL) << (Byte.SIZE * i);
    }
    return word;
  }

  /**
   * Encodes a text as {@link String#getBytes(java.nio.charset.Charset)} does, so that a half of a
   * surrogate pair becomes a question mark.
   *
   * @param target has room for three bytes for each char, and eight more
   * @return the end of the text in the target
   */
  static int encode(String text, byte[] target, int offset) {
    int length = text.length();
    int from = 0;
    while (from < length) {
      int count = Math.min(Long.BYTES, length - from);
      long word = 0;
      int all = 0;
      for (int i = 0; i < count; i++) {
        char c = text.charAt(from + i);
        all |= c;
        word |= (long) c << (Byte.SIZE * i);
      }
      if (all > 0x7f) {
        return encodeAny(text, from, target, offset + from);
      }
      setWord(target, offset + from, word);
      from += count;
    }
    return offset + length;
  }

  private static int encodeAny(String text, int from, byte[] target, int offset) {
    int at = offset;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at++] = (byte) (0xc0 | (c >> 6));
        target[at++] = (byte) (0x80 | (c & 0x3f));
      } else if (!Character.isSurrogate(c)) {
        target[at++] = (byte) (0xe0 | (c >> 12));
        target[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
        target[at++] = (byte) (0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        target[at++] = (byte) (0xf0 | (point >> 18));
        target[at++] = (byte) (0x80 | ((point >> 12) & 0x3f));
        target[at++] = (byte) (0x80 | ((point >> 6) & 0x3f));
        target[at++] = (byte) (0x80 | (point & 0x3f));
      } else {
        target[at++] = REPLACEMENT;
      }
    }
    return at;
  }
}
