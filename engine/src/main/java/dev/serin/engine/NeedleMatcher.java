package dev.serin.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A text that contains, starts with or ends with one of some others. */
final class NeedleMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 50;

  /** Where a needle may stand. */
  enum Place {
    ANYWHERE,
    START,
    END
  }

  private final Place place;
  private final byte[][] needles;

  NeedleMatcher(int slot, Place place, List<String> needles) {
    super(slot);
    this.place = place;
    this.needles =
        needles.stream()
            .map(needle -> needle.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.TEXT) {
      return false;
    }
    byte[] bytes = frame.bytes(at);
    int start = frame.offset(at);
    int end = start + frame.length(at);
    for (byte[] needle : needles) {
      int last = end - needle.length;
      boolean found =
          switch (place) {
            case START -> last >= start && standsAt(bytes, start, needle);
            case END -> last >= start && standsAt(bytes, last, needle);
            case ANYWHERE -> standsWithin(bytes, start, last, needle);
          };
      if (found) {
        return true;
      }
    }
    return false;
  }

  private static boolean standsWithin(byte[] bytes, int first, int last, byte[] needle) {
    for (int i = first; i <= last; i++) {
      if (bytes[i] == needle[0] && standsAt(bytes, i, needle)) {
        return true;
      }
    }
    return false;
  }

  private static boolean standsAt(byte[] bytes, int at, byte[] needle) {
    return Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length);
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
