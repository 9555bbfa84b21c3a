package dev.serin.server.outcome.aggregate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Reads what {@link DeltaWriter} wrote. Whatever it could not have written is an {@link
 * UnreadableDeltaException}; nothing is allocated for a number that the bytes cannot hold.
 */
final class DeltaReader {
  private final ByteBuffer bytes;

  private DeltaReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** Begins to read bytes whose checksum holds. */
  static DeltaReader checked(byte[] bytes) {
    int end = bytes.length - Integer.BYTES;
    if (end < 0) {
      throw new UnreadableDeltaException(
          "delta: " + bytes.length + " bytes (expected: at least a checksum)");
    }
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, end);
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (all.getInt(end) != (int) checksum.getValue()) {
      throw new UnreadableDeltaException("delta: damaged (expected: its checksum)");
    }
    return new DeltaReader(all.limit(end));
  }

  int readByte() {
    need(1);
    return bytes.get() & 0xff;
  }

  private void need(int count) {
    if (bytes.remaining() < count) {
      throw new UnreadableDeltaException(
          "delta: ends at byte "
              + bytes.limit()
              + " (expected: "
              + count
              + " bytes at "
              + bytes.position()
              + ")");
    }
  }

  /** Reads a number, 0 to 2^63-1. */
  long readNumber() {
    long value = readUnsigned();
    if (value < 0) {
      throw new UnreadableDeltaException("number: above 2^63-1 (expected: at most that)");
    }
    return value;
  }

  private long readUnsigned() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += DeltaWriter.PAYLOAD_BITS) {
      int part = readByte();
      value |= (long) (part & 0x7f) << shift;
      if ((part & 0x80) == 0) {
        return value;
      }
    }
    throw new UnreadableDeltaException("number: above ten bytes (expected: at most ten)");
  }

  long readSigned() {
    long value = readUnsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads a number, 0 to 2^31-1. */
  int readInt31() {
    return below(readNumber(), 1L << (Integer.SIZE - 1));
  }

  /** Reads an index, 0 to below a size. */
  int readIndex(int size) {
    return below(readNumber(), size);
  }

  private static int below(long value, long limit) {
    if (value >= limit) {
      throw new UnreadableDeltaException("number: " + value + " (expected: below " + limit + ")");
    }
    return (int) value;
  }

  /** Reads how many records follow: never more than there are bytes left. */
  int readSize(int minBytesOfEach) {
    return below(readNumber(), (long) bytes.remaining() / minBytesOfEach + 1);
  }

  int readInt() {
    need(Integer.BYTES);
    return bytes.getInt();
  }

  long readLong() {
    need(Long.BYTES);
    return bytes.getLong();
  }

  /** Reads an integer of so many words, the lowest first. */
  long[] readWide(int words) {
    int length = readByte();
    if (length < 1 || length > words * Long.BYTES) {
      throw new UnreadableDeltaException(
          "sum: " + length + " bytes (expected: 1 to " + words * Long.BYTES + ")");
    }
    need(length);
    long[] value = new long[words];
    int last = 0;
    for (int i = 0; i < words * Long.BYTES; i++) {
      last = i < length ? bytes.get() : last >> (Byte.SIZE - 1);
      value[i / Long.BYTES] |= (last & 0xffL) << (i % Long.BYTES * Byte.SIZE);
    }
    return value;
  }

  FixedSum readSum() {
    long[] words = readWide(2);
    return new FixedSum(words[1], words[0]);
  }

  String readName() {
    ByteBuffer name = readBytes(readSize(1));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(name).toString();
    } catch (CharacterCodingException e) {
      throw new UnreadableDeltaException("name: not UTF-8", e);
    }
  }

  /** Reads so many bytes as a view. */
  ByteBuffer readBytes(int count) {
    need(count);
    ByteBuffer part = bytes.slice(bytes.position(), count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(bytes.position() + count);
    return part;
  }

  void expectEnd() {
    if (bytes.hasRemaining()) {
      throw new UnreadableDeltaException(
          "delta: " + bytes.remaining() + " bytes more (expected: its end)");
    }
  }
}
