package dev.serin.engine;

/** Times as RFC 3339 writes them, read from UTF-8 without allocation. */
final class Rfc3339 {
  /** What {@link #seconds} returns for a text that is no time. */
  static final long INVALID = Long.MIN_VALUE;

  // Places in "2026-11-20T14:00:00".
  private static final int MONTH = 5;
  private static final int DAY = 8;
  private static final int HOUR = 11;
  private static final int MINUTE = 14;
  private static final int SECOND = 17;
  private static final int FRACTION = 19;

  private static final long SECONDS_PER_MINUTE = 60;
  private static final long SECONDS_PER_HOUR = 3_600;
  private static final long SECONDS_PER_DAY = 86_400;
  private static final int NANO_DIGITS = 9;

  /** Characters of an offset like +01:00. */
  private static final int OFFSET_CHARS = 6;

  private Rfc3339() {}

  /**
   * Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down, or {@link #INVALID}. The
   * second 60 of a leap second is the first of the next minute.
   */
  static long seconds(byte[] bytes, int offset, int length) {
    if (length <= FRACTION
        || bytes[offset + MONTH - 1] != '-'
        || bytes[offset + DAY - 1] != '-'
        || (bytes[offset + HOUR - 1] | 0x20) != 't'
        || bytes[offset + MINUTE - 1] != ':'
        || bytes[offset + SECOND - 1] != ':') {
      return INVALID;
    }
    int century = twoDigits(bytes, offset);
    int yearOfCentury = twoDigits(bytes, offset + 2);
    int month = twoDigits(bytes, offset + MONTH);
    int day = twoDigits(bytes, offset + DAY);
    int hour = twoDigits(bytes, offset + HOUR);
    int minute = twoDigits(bytes, offset + MINUTE);
    int second = twoDigits(bytes, offset + SECOND);
    if ((century | yearOfCentury | month | day | hour | minute | second) < 0) {
      return INVALID;
    }
    int year = century * 100 + yearOfCentury;
    if (month < 1
        || month > 12
        || day < 1
        || day > daysOfMonth(year, month)
        || hour > 23
        || minute > 59
        || second > 60) {
      return INVALID;
    }
    int at = skipFraction(bytes, offset + FRACTION, offset + length);
    long shift = offsetSeconds(bytes, at, offset + length);
    if (shift == INVALID) {
      return INVALID;
    }
    return daysSinceEpoch(year, month, day) * SECONDS_PER_DAY
        + hour * SECONDS_PER_HOUR
        + minute * SECONDS_PER_MINUTE
        + second
        - shift;
  }

  /** Returns the nanoseconds within the second; the text is a time. Further digits are cut off. */
  static int nanos(byte[] bytes, int offset, int length) {
    int nanos = 0;
    int at = offset + FRACTION;
    if (at < offset + length && bytes[at] == '.') {
      at++;
      for (int digit = 0; digit < NANO_DIGITS; digit++) {
        nanos *= 10;
        if (at < offset + length && isDigit(bytes[at])) {
          nanos += bytes[at++] - '0';
        }
      }
    }
    return nanos;
  }

  private static int skipFraction(byte[] bytes, int offset, int end) {
    if (offset >= end || bytes[offset] != '.') {
      return offset;
    }
    int at = offset + 1;
    while (at < end && isDigit(bytes[at])) {
      at++;
    }
    // A point without digits leaves the reader at the point, which is no offset.
    return at == offset + 1 ? offset : at;
  }

  private static long offsetSeconds(byte[] bytes, int at, int end) {
    if (end - at == 1 && (bytes[at] | 0x20) == 'z') {
      return 0;
    }
    if (end - at != OFFSET_CHARS
        || (bytes[at] != '+' && bytes[at] != '-')
        || bytes[at + 3] != ':') {
      return INVALID;
    }
    int hours = twoDigits(bytes, at + 1);
    int minutes = twoDigits(bytes, at + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return INVALID;
    }
    long seconds = hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE;
    return bytes[at] == '-' ? -seconds : seconds;
  }

  private static int daysOfMonth(int year, int month) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /** Counts in years that begin in March, so that the leap day is the last of its year. */
  private static long daysSinceEpoch(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(shifted, 400);
    int yearOfEra = shifted - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  private static int twoDigits(byte[] bytes, int at) {
    if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1])) {
      return -1;
    }
    return (bytes[at] - '0') * 10 + bytes[at + 1] - '0';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
