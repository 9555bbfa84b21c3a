package dev.serin.server.rollout.machine;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How values of this package stand in the store: a version byte, the content, and a CRC-32C of all
 * before it, 4 bytes, little-endian.
 *
 * <p>Numbers from 0 on are varints as protobuf writes them; a duration, 0 or more, is seconds and
 * nanoseconds, an instant 8 bytes of milliseconds since 1970, a flag one byte, a text its length
 * and its UTF-8, an enum's constant the text of its name.
 */
final class StoredForm {
  /** Most bytes of a varint of 63 bits. */
  private static final int VARINT_BYTES = 9;

  private static final int PAYLOAD_BITS = 7;

  private static final int FIRST_BYTES = 256;

  private StoredForm() {}

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** Writes one value. For one thread. */
  static final class Writer {
    private ByteBuffer out = ByteBuffer.allocate(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    Writer(byte version) {
      out.put(version);
    }

    /** A number, 0 or more. */
    Writer number(long number) {
      if (number < 0) {
        throw new IllegalArgumentException("number: " + number + " (expected: 0 or more)");
      }
      reserve(VARINT_BYTES);
      long rest = number;
      while (rest >= 1 << PAYLOAD_BITS) {
        out.put((byte) (rest | (1 << PAYLOAD_BITS)));
        rest >>>= PAYLOAD_BITS;
      }
      out.put((byte) rest);
      return this;
    }

    Writer flag(boolean flag) {
      return number(flag ? 1 : 0);
    }

    Writer text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      number(bytes.length).reserve(bytes.length);
      out.put(bytes);
      return this;
    }

    Writer constant(Enum<?> constant) {
      return text(constant.name());
    }

    /** A duration, 0 or more. */
    Writer duration(Duration duration) {
      return number(duration.getSeconds()).number(duration.getNano());
    }

    /** A moment; parts below a millisecond are cut off. */
    Writer instant(Instant instant) {
      reserve(Long.BYTES);
      out.putLong(instant.toEpochMilli());
      return this;
    }

    /** What was written, whole. */
    ByteString end() {
      reserve(Integer.BYTES);
      out.putInt(checksum(out.array(), out.position()));
      return ByteString.copyFrom(out.array(), 0, out.position());
    }

    private void reserve(int bytes) {
      if (out.remaining() < bytes) {
        int written = out.position();
        byte[] more = Arrays.copyOf(out.array(), Math.max(2 * written, written + bytes));
        out = ByteBuffer.wrap(more).order(ByteOrder.LITTLE_ENDIAN).position(written);
      }
    }
  }

  /** Reads one value; every method throws {@link IllegalArgumentException} where it stands not. */
  static final class Reader {
    private final String what;
    private final int length;
    private final ByteBuffer in;

    /**
     * Checks the frame.
     *
     * @param what for messages
     */
    Reader(String what, byte version, ByteString stored) {
      byte[] bytes = stored.toByteArray();
      this.what = what;
      this.length = bytes.length;
      this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.length <= Integer.BYTES) {
        throw ended();
      }
      byte written = in.get();
      if (written != version) {
        throw refused("version " + written + " (expected: " + version + ")");
      }
      int end = bytes.length - Integer.BYTES;
      if (in.getInt(end) != checksum(bytes, end)) {
        throw refused("damaged (expected: its checksum)");
      }
      in.limit(end);
    }

    long number() {
      long value = 0;
      for (int i = 0; i < VARINT_BYTES; i++) {
        byte part = next();
        value |= (part & 0x7fL) << (i * PAYLOAD_BITS);
        if (part >= 0) {
          return value;
        }
      }
      throw refused("a number above 63 bits (expected: at most that)");
    }

    int smallNumber() {
      long value = number();
      if (value > Integer.MAX_VALUE) {
        throw refused("number " + value + " (expected: at most " + Integer.MAX_VALUE + ")");
      }
      return (int) value;
    }

    boolean flag() {
      long flag = number();
      if (flag > 1) {
        throw refused("flag " + flag + " (expected: 0 or 1)");
      }
      return flag == 1;
    }

    String text() {
      int bytes = smallNumber();
      if (bytes > in.remaining()) {
        throw ended();
      }
      byte[] text = new byte[bytes];
      in.get(text);
      return new String(text, StandardCharsets.UTF_8);
    }

    <E extends Enum<E>> E constant(Class<E> type) {
      String name = text();
      for (E constant : type.getEnumConstants()) {
        if (constant.name().equals(name)) {
          return constant;
        }
      }
      throw refused(name + " (expected: one of " + Arrays.toString(type.getEnumConstants()) + ")");
    }

    Duration duration() {
      long seconds = number();
      int nanos = smallNumber();
      if (nanos > 999_999_999) {
        throw refused("nanoseconds " + nanos + " (expected: below a second)");
      }
      return Duration.ofSeconds(seconds, nanos);
    }

    Instant instant() {
      if (in.remaining() < Long.BYTES) {
        throw ended();
      }
      return Instant.ofEpochMilli(in.getLong());
    }

    /** Says that nothing may follow. */
    void end() {
      if (in.hasRemaining()) {
        throw refused(in.remaining() + " bytes more (expected: its end)");
      }
    }

    IllegalArgumentException refused(String why) {
      return new IllegalArgumentException(what + ": " + why);
    }

    private byte next() {
      try {
        return in.get();
      } catch (BufferUnderflowException e) {
        throw new IllegalArgumentException(ended().getMessage(), e);
      }
    }

    private IllegalArgumentException ended() {
      return refused("ends at byte " + length + " (expected: more)");
    }
  }
}
