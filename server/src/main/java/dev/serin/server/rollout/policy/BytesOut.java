package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Writes a value in the form of the store: a byte for its version, its fields, and CRC-32C of all
 * that, 4 bytes.
 *
 * <p>Counts are varints as protobuf writes them, other numbers doubles, little-endian; lists and
 * texts begin with their length; what may be absent begins with a byte that says whether it is
 * there.
 */
final class BytesOut {
  /** Most bytes of a varint of 63 bits. */
  static final int VARINT_BYTES = 9;

  static final int PAYLOAD_BITS = 7;
  private static final int USUAL_BYTES = 512;

  private ByteBuffer out = ByteBuffer.allocate(USUAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  BytesOut(byte version) {
    out.put(version);
  }

  /** What was written, with its checksum. */
  byte[] done() {
    int checksum = checksum(out.array(), out.position());
    room(Integer.BYTES).putInt(checksum);
    return Arrays.copyOf(out.array(), out.position());
  }

  static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocate(2 * out.capacity() + bytes).order(ByteOrder.LITTLE_ENDIAN);
      out = larger.put(out.flip());
    }
    return out;
  }

  void count(long count) {
    ByteBuffer to = room(VARINT_BYTES);
    long rest = count;
    while (rest >= 1 << PAYLOAD_BITS) {
      to.put((byte) (rest | (1 << PAYLOAD_BITS)));
      rest >>>= PAYLOAD_BITS;
    }
    to.put((byte) rest);
  }

  void number(double number) {
    room(Double.BYTES).putDouble(number);
  }

  void flag(boolean flag) {
    room(1).put((byte) (flag ? 1 : 0));
  }

  void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    count(bytes.length);
    room(bytes.length).put(bytes);
  }

  void users(ArmCounts users) {
    count(users.treatment());
    count(users.control());
  }

  <T> void list(List<T> list, Consumer<T> each) {
    count(list.size());
    list.forEach(each);
  }

  <T> void optional(Optional<T> optional, Consumer<T> value) {
    flag(optional.isPresent());
    optional.ifPresent(value);
  }
}
