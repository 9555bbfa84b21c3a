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

  private static final long NOT_ASCII = -1;

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
   * @param target has room for {@link #MAX_BYTES_PER_CHAR} bytes for each char
   * @return the end of the text in the target
   */
  static int encode(String text, byte[] target, int offset) {
    int length = text.length();
    int end = offset + length;
    if (length < Long.BYTES) {
      return encodeShort(text, target, offset);
    }
    // Eight at a time; the last eight overlap those before them.
    for (int i = 0; i < length - Long.BYTES; i += Long.BYTES) {
      long word = asciiWord(text, i);
      if (word == NOT_ASCII) {
        return encodeAny(text, target, offset);
      }
      WORD.set(target, offset + i, word);
    }
    long last = asciiWord(text, length - Long.BYTES);
    if (last == NOT_ASCII) {
      return encodeAny(text, target, offset);
    }
    WORD.set(target, end - Long.BYTES, last);
    return end;
  }

  /** Returns whether a text has half of a surrogate pair, or both. */
  static boolean hasSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static int encodeShort(String text, byte[] target, int offset) {
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      all |= c;
      target[offset + i] = (byte) c;
    }
    return all < 0x80 ? offset + text.length() : encodeAny(text, target, offset);
  }

  /** Returns eight chars as ASCII, the first in the lowest bits, or {@link #NOT_ASCII}. */
  private static long asciiWord(String text, int from) {
    int a = text.charAt(from);
    int b = text.charAt(from + 1);
    int c = text.charAt(from + 2);
    int d = text.charAt(from + 3);
    int e = text.charAt(from + 4);
    int f = text.charAt(from + 5);
    int g = text.charAt(from + 6);
    int h = text.charAt(from + 7);
    if ((a | b | c | d | e | f | g | h) > 0x7f) {
      return NOT_ASCII;
    }
    long low = a | b << 8 | c << 16 | d << 24;
    long high = e | f << 8 | g << 16 | h << 24;
    return low | high << Integer.SIZE;
  }

  private static int encodeAny(String text, byte[] target, int offset) {
    int at = offset;
    for (int i = 0; i < text.length(); i++) {
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
