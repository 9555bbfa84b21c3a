package dev.serin.server.rollout.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Several byte strings as one, for the store: a version byte, how many there are, of each its
 * length and its bytes (numbers as protobuf's varints), and a CRC-32C of all before it, 4 bytes,
 * little-endian.
 */
final class Parts {
  private Parts() {}

  /** Joins them. */
  static ByteString join(byte version, List<ByteString> parts) {
    ByteString.Output bytes = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeRawByte(version);
      out.writeUInt32NoTag(parts.size());
      for (ByteString part : parts) {
        out.writeBytesNoTag(part);
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory", e);
    }
    ByteString content = bytes.toByteString();
    return content.concat(checksum(content));
  }

  /**
   * The parts of what {@link #join} made.
   *
   * @param what it is, for the text of an error
   * @throws IllegalArgumentException where it is damaged or of another version
   */
  static List<ByteString> split(String what, byte version, ByteString joined) {
    int length = joined.size() - Integer.BYTES;
    if (length < 1 || joined.byteAt(0) != version) {
      throw new IllegalArgumentException(
          what
              + ": "
              + (length < 1 ? joined.size() + " bytes" : "version " + joined.byteAt(0))
              + " (expected: version "
              + version
              + ")");
    }
    ByteString content = joined.substring(0, length);
    if (!joined.substring(length).equals(checksum(content))) {
      throw damaged(what, null);
    }
    try {
      CodedInputStream in = content.substring(1).newCodedInput();
      int count = in.readUInt32();
      List<ByteString> parts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        parts.add(in.readBytes());
      }
      return parts;
    } catch (IOException e) {
      throw damaged(what, e);
    }
  }

  static IllegalArgumentException damaged(String what, @Nullable Exception cause) {
    return new IllegalArgumentException(what + ": damaged (expected: as it was written)", cause);
  }

  private static ByteString checksum(ByteString content) {
    CRC32C crc = new CRC32C();
    content.asReadOnlyByteBufferList().forEach(crc::update);
    return ByteString.copyFrom(
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) crc.getValue())
            .flip());
  }
}
