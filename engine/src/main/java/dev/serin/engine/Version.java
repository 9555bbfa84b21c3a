package dev.serin.engine;

/**
 * Semantic versions as semver.org 2.0.0 orders them, read from UTF-8 without allocation.
 *
 * <p>More is taken than the standard does: a leading v; one or two numbers, the missing ones being
 * zero. A version whose numbers are small packs into one word that compares as the version does,
 * except between two pre-releases of the same numbers.
 */
final class Version {
  /** The packed form of a text that is no version. */
  static final long NONE = -1;

  /** The packed form of a version with a number too large to be packed. */
  static final long TOO_LARGE = -2;

  /** What the quick form of {@link #pack} returns for a text it leaves to the other. */
  static final long UNREAD = -3;

  private static final int NUMBERS = 3;
  private static final int BITS_PER_NUMBER = 20;
  private static final long MAX_NUMBER = (1L << BITS_PER_NUMBER) - 1;

  private Version() {}

  /**
   * Returns the packed form: major, minor and patch of 20 bits each, and a last bit that is set for
   * a release and clear for a pre-release; not negative. Or {@link #NONE}, or {@link #TOO_LARGE}.
   */
  static long pack(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int at = skipPrefix(bytes, offset, end);
    long packed = 0;
    boolean large = false;
    int numbers = 0;
    boolean more = true;
    while (more) {
      int start = at;
      long number = 0;
      while (at < end && isDigit(bytes[at])) {
        number = number * 10 + bytes[at] - '0';
        if (number > MAX_NUMBER) {
          large = true;
          number = MAX_NUMBER;
        }
        at++;
      }
      if (at == start || (bytes[start] == '0' && at - start > 1)) {
        return NONE;
      }
      packed = (packed << BITS_PER_NUMBER) | number;
      numbers++;
      more = numbers < NUMBERS && at < end && bytes[at] == '.';
      if (more) {
        at++;
      }
    }
    packed <<= BITS_PER_NUMBER * (NUMBERS - numbers);
    if (at == end) {
      return large ? TOO_LARGE : (packed << 1) | 1;
    }
    boolean release = bytes[at] != '-';
    if (!release) {
      at = skipIdentifiers(bytes, at + 1, end, true);
    }
    if (at != NONE && at < end && bytes[at] == '+') {
      at = skipIdentifiers(bytes, at + 1, end, false);
    }
    if (at != end) {
      return NONE;
    }
    return large ? TOO_LARGE : (packed << 1) | (release ? 1 : 0);
  }

  /**
   * Returns the packed form of a text of up to eight bytes, or {@link #UNREAD} where it is not
   * simply three numbers.
   *
   * @param text the bytes, the first in the lowest bits
   */
  static long pack(long text, int length) {
    long packed = 0;
    int number = 0;
    int digits = 0;
    int dots = 0;
    long rest = text;
    for (int i = 0; i < length; i++) {
      int digit = (int) (rest & 0xff) - '0';
      rest >>>= Byte.SIZE;
      if (digit >= 0 && digit <= 9 && (number > 0 || digits == 0)) {
        number = number * 10 + digit;
        digits++;
      } else if (digit == '.' - '0' && digits > 0) {
        packed = packed << BITS_PER_NUMBER | number;
        number = 0;
        digits = 0;
        dots++;
      } else {
        return UNREAD;
      }
    }
    boolean three = dots == NUMBERS - 1 && digits > 0;
    return three ? (packed << BITS_PER_NUMBER | number) << 1 | 1 : UNREAD;
  }

  /** Returns whether a text is a version. */
  static boolean isVersion(String text) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return pack(utf8, 0, utf8.length) != NONE;
  }

  /** Compares two versions by precedence; both texts are versions. */
  static int compare(byte[] a, int aOffset, int aEnd, byte[] b, int bOffset, int bEnd) {
    int aAt = skipPrefix(a, aOffset, aEnd);
    int bAt = skipPrefix(b, bOffset, bEnd);
    for (int i = 0; i < NUMBERS; i++) {
      int aStop = skipDigits(a, aAt, aEnd);
      int bStop = skipDigits(b, bAt, bEnd);
      int order = compareNumbers(a, aAt, aStop, b, bAt, bStop);
      if (order != 0) {
        return order;
      }
      aAt = skipDot(a, aStop, aEnd);
      bAt = skipDot(b, bStop, bEnd);
    }
    boolean aRelease = aAt == aEnd || a[aAt] != '-';
    boolean bRelease = bAt == bEnd || b[bAt] != '-';
    if (aRelease || bRelease) {
      return Boolean.compare(aRelease, bRelease);
    }
    return comparePreReleases(a, aAt + 1, aEnd, b, bAt + 1, bEnd);
  }

  private static int comparePreReleases(
      byte[] a, int aOffset, int aEnd, byte[] b, int bOffset, int bEnd) {
    int aAt = aOffset;
    int bAt = bOffset;
    while (true) {
      int aStop = skipIdentifier(a, aAt, aEnd);
      int bStop = skipIdentifier(b, bAt, bEnd);
      boolean aNumber = skipDigits(a, aAt, aStop) == aStop;
      boolean bNumber = skipDigits(b, bAt, bStop) == bStop;
      int order =
          aNumber && bNumber
              ? compareNumbers(a, aAt, aStop, b, bAt, bStop)
              : aNumber != bNumber
                  ? Boolean.compare(bNumber, aNumber)
                  : java.util.Arrays.compare(a, aAt, aStop, b, bAt, bStop);
      if (order != 0) {
        return order;
      }
      boolean aMore = aStop < aEnd && a[aStop] == '.';
      boolean bMore = bStop < bEnd && b[bStop] == '.';
      if (!aMore || !bMore) {
        return Boolean.compare(aMore, bMore);
      }
      aAt = aStop + 1;
      bAt = bStop + 1;
    }
  }

  /** Compares digits without leading zeros as numbers; none stand for zero. */
  private static int compareNumbers(
      byte[] a, int aOffset, int aEnd, byte[] b, int bOffset, int bEnd) {
    int aLength = isZero(a, aOffset, aEnd) ? 0 : aEnd - aOffset;
    int bLength = isZero(b, bOffset, bEnd) ? 0 : bEnd - bOffset;
    if (aLength != bLength) {
      return Integer.compare(aLength, bLength);
    }
    return java.util.Arrays.compare(a, aOffset, aOffset + aLength, b, bOffset, bOffset + bLength);
  }

  private static boolean isZero(byte[] bytes, int offset, int end) {
    return end - offset == 1 && bytes[offset] == '0';
  }

  private static int skipPrefix(byte[] bytes, int at, int end) {
    return at < end && bytes[at] == 'v' ? at + 1 : at;
  }

  private static int skipDot(byte[] bytes, int at, int end) {
    return at < end && bytes[at] == '.' ? at + 1 : at;
  }

  private static int skipDigits(byte[] bytes, int offset, int end) {
    int at = offset;
    while (at < end && isDigit(bytes[at])) {
      at++;
    }
    return at;
  }

  private static int skipIdentifier(byte[] bytes, int offset, int end) {
    int at = offset;
    while (at < end && isIdentifier(bytes[at])) {
      at++;
    }
    return at;
  }

  /** Returns the end of identifiers joined by dots, or {@link #NONE} where there are none. */
  private static int skipIdentifiers(byte[] bytes, int offset, int end, boolean strictNumbers) {
    int at = offset;
    while (true) {
      int stop = skipIdentifier(bytes, at, end);
      boolean leadingZero =
          stop - at > 1 && bytes[at] == '0' && skipDigits(bytes, at, stop) == stop;
      if (stop == at || (strictNumbers && leadingZero)) {
        return (int) NONE;
      }
      if (stop == end || bytes[stop] != '.') {
        return stop;
      }
      at = stop + 1;
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isIdentifier(byte b) {
    return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '-';
  }
}
