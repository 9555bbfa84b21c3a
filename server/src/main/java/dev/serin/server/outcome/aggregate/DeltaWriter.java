package dev.serin.server.outcome.aggregate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Bytes that grow: numbers as varints of protobuf or little-endian, and names. */
final class DeltaWriter {
  static final int PAYLOAD_BITS = 7;
  private static final int PAYLOAD_MASK = (1 << PAYLOAD_BITS) - 1;
  private static final int FIRST_BYTES = 256;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;

  /** Returns where so many bytes can be written, and counts them as written. */
  private int take(int count) {
    int at = size;
    int needed = Math.addExact(size, count);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + bytes.length / 2));
    }
    size = needed;
    return at;
  }

  void writeByte(int value) {
    int at = take(1);
    bytes[at] = (byte) value;
  }

  /** Writes a number as unsigned: small ones take one byte, any takes at most ten. */
  void writeNumber(long value) {
    long rest = value;
    while ((rest & ~PAYLOAD_MASK) != 0) {
      writeByte(((int) rest & PAYLOAD_MASK) | (1 << PAYLOAD_BITS));
      rest >>>= PAYLOAD_BITS;
    }
    writeByte((int) rest);
  }

  /** Writes a number that is small on either side of zero. */
  void writeSigned(long value) {
    writeNumber((value << 1) ^ (value >> (Long.SIZE - 1)));
  }

  void writeInt(int value) {
    int at = take(Integer.BYTES);
    buffer(at, Integer.BYTES).putInt(value);
  }

  void writeLong(long value) {
    int at = take(Long.BYTES);
    buffer(at, Long.BYTES).putLong(value);
  }

  /** Writes an integer of several words, the lowest first, in as few bytes as its sign allows. */
  void writeWide(long... words) {
    ByteBuffer all = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      all.putLong(word);
    }
    byte[] array = all.array();
    int length = array.length;
    while (length > 1 && array[length - 1] == (array[length - 2] >> (Byte.SIZE - 1))) {
      length--;
    }
    writeByte(length);
    writeBytes(array, length);
  }

  void writeName(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    writeNumber(utf8.length);
    writeBytes(utf8, utf8.length);
  }

  private void writeBytes(byte[] from, int count) {
    int at = take(count);
    System.arraycopy(from, 0, bytes, at, count);
  }

  /** Returns room for so many bytes, little-endian, that count as written. */
  ByteBuffer room(int count) {
    int at = take(count);
    return buffer(at, count);
  }

  private ByteBuffer buffer(int at, int count) {
    return ByteBuffer.wrap(bytes, at, count).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns what was written, with its checksum behind it. */
  byte[] toBytesWithChecksum() {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, size);
    writeInt((int) checksum.getValue());
    return Arrays.copyOf(bytes, size);
  }
}
