package dev.serin.server.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A place in the bytes of a message, for readers that know what they expect. Every method returns
 * {@link #UNEXPECTED}, or false, for what it does not read; the place is then undefined.
 *
 * <p>It reads only what encoders write: lengths of up to four bytes. For one thread; allocates
 * nothing.
 */
public final class WireReader {
  /** Stands for what is not read. */
  public static final int UNEXPECTED = -1;

  private static final int PAYLOAD_BITS = 7;
  private static final int LENGTH_BYTES_MAX = 4;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = {};
  private int at;
  private long value;

  /** Goes to the begin of a message, which stays as it is while it is read. */
  public void begin(byte[] message) {
    bytes = message;
    at = 0;
  }

  /** Returns where the next byte is. */
  public int at() {
    return at;
  }

  /** Goes to a place of the message. */
  public void moveTo(int place) {
    at = place;
  }

  /** Reads a byte. The caller has checked that it is there. */
  public byte next() {
    return bytes[at++];
  }

  /** Reads a length and checks that so many bytes are left before the end. */
  public int length(int end) {
    int length = 0;
    for (int shift = 0; shift < LENGTH_BYTES_MAX * PAYLOAD_BITS; shift += PAYLOAD_BITS) {
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
  public int small(int end) {
    if (at >= end || bytes[at] < 0) {
      return UNEXPECTED;
    }
    return bytes[at++];
  }

  /** Reads a number of up to 64 bits, which {@link #value} then returns; false: there is none. */
  public boolean varint(int end) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += PAYLOAD_BITS) {
      if (at >= end) {
        return false;
      }
      byte part = bytes[at++];
      number |= (part & 0x7fL) << shift;
      if (part >= 0) {
        value = number;
        return true;
      }
    }
    return false;
  }

  /** Returns what {@link #varint} read. */
  public long value() {
    return value;
  }

  /** Skips so many bytes of text; false: they are not UTF-8. */
  public boolean text(int length) {
    int from = at;
    at += length;
    return Utf8Text.isWellFormed(bytes, from, length);
  }

  /** Reads eight bytes, little-endian, as a double. The caller has checked that they are there. */
  public double number() {
    long bits = (long) WORDS.get(bytes, at);
    at += Long.BYTES;
    return Double.longBitsToDouble(bits);
  }
}
