package dev.serin.server.decision;

/**
 * A place in the bytes of a message, for readers that know what they expect. Every method returns
 * {@link #UNEXPECTED}, or false, for what it does not read; the place is then undefined.
 *
 * <p>It reads only what encoders write: lengths of up to three bytes, small enums in one. For one
 * thread; allocates nothing.
 */
final class WireReader {
  static final int UNEXPECTED = -1;

  private static final int PAYLOAD_BITS = 7;

  private byte[] bytes = {};
  private int at;

  void begin(byte[] message) {
    bytes = message;
    at = 0;
  }

  int at() {
    return at;
  }

  void moveTo(int place) {
    at = place;
  }

  byte next() {
    return bytes[at++];
  }

  /** Reads a length and checks that so many bytes are left before the end. */
  int length(int end) {
    int length = 0;
    for (int shift = 0; shift <= 2 * PAYLOAD_BITS; shift += PAYLOAD_BITS) {
      if (at >= end) {
        return UNEXPECTED;
      }
      byte part = bytes[at++];
      length |= (part & 0x7f) << shift;
      if (part >= 0) {
        return length <= end - at ? length : UNEXPECTED;
      }
    }
    return UNEXPECTED;
  }

  /** Reads a number of one byte, 0 to 127. */
  int small(int end) {
    if (at >= end || bytes[at] < 0) {
      return UNEXPECTED;
    }
    return bytes[at++];
  }

  /** Skips so many bytes of text; false: they are not UTF-8. */
  boolean text(int length) {
    int from = at;
    at += length;
    return Utf8Text.isWellFormed(bytes, from, length);
  }

  /** Reads eight bytes, little-endian, as a double. The caller has checked that they are there. */
  double number() {
    long bits = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      bits |= (bytes[at + i] & 0xffL) << (Byte.SIZE * i);
    }
    at += Long.BYTES;
    return Double.longBitsToDouble(bits);
  }
}
