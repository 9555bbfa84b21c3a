package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads what {@link BytesOut} wrote; whatever that would not write is refused. */
final class BytesIn {
  private final ByteBuffer in;

  private BytesIn(ByteBuffer in) {
    this.in = in;
  }

  /**
   * Reads all of a value.
   *
   * @param what it is, for people
   * @param fields what reads them
   * @throws IllegalArgumentException where the bytes are not of this version, damaged, cut, too
   *     many, or of fields that cannot be
   */
  static <T> T read(String what, byte version, byte[] bytes, Function<BytesIn, T> fields) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      byte found = in.get();
      if (found != version) {
        throw new IllegalArgumentException(
            what + ": version " + found + " (expected: " + version + ")");
      }
      int end = Math.max(1, bytes.length - Integer.BYTES);
      if (in.getInt(end) != BytesOut.checksum(bytes, end)) {
        throw new IllegalArgumentException(what + ": damaged (expected: its checksum)");
      }
      in.limit(end);
      T value = fields.apply(new BytesIn(in));
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(
            what + ": " + in.remaining() + " bytes more (expected: its end)");
      }
      return value;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          what + ": ends at byte " + bytes.length + " (expected: more)", e);
    }
  }

  /** Whether there is more than was read: parts that a value may end without. */
  boolean hasMore() {
    return in.hasRemaining();
  }

  long count() {
    long value = 0;
    for (int i = 0; i < BytesOut.VARINT_BYTES; i++) {
      byte part = in.get();
      value |= (part & 0x7fL) << (i * BytesOut.PAYLOAD_BITS);
      if (part >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("number: above 63 bits (expected: at most that)");
  }

  /** A count that is an int. */
  int small() {
    long value = count();
    if (value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "number: " + value + " (expected: at most " + Integer.MAX_VALUE + ")");
    }
    return (int) value;
  }

  double number() {
    return in.getDouble();
  }

  boolean flag() {
    byte flag = in.get();
    if (flag != 0 && flag != 1) {
      throw new IllegalArgumentException("flag: " + flag + " (expected: 0 or 1)");
    }
    return flag == 1;
  }

  String text() {
    byte[] text = new byte[length()];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Each part takes a byte at least, so that no more is made than there is. */
  private int length() {
    int length = small();
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    return length;
  }

  ArmCounts users() {
    return new ArmCounts(count(), count());
  }

  <T> List<T> list(Supplier<T> each) {
    int length = length();
    List<T> list = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      list.add(each.get());
    }
    return list;
  }

  <T> Optional<T> optional(Supplier<T> value) {
    return flag() ? Optional.of(value.get()) : Optional.empty();
  }
}
