package dev.serin.client.outcome;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a spool knows besides its outcomes: a file of its own, replaced as a whole. Bytes: magic,
 * version, producer, UUID, attempt, base, acknowledged, CRC-32C of all before.
 *
 * @param producer whose outcomes these are
 * @param session the session, with the attempt of its last opening
 * @param acknowledged place up to which everything was acknowledged when it was written; more may
 *     have been since
 */
record SpoolHeader(String producer, ReportSession session, long acknowledged) {
  private static final int MAGIC = 0x5352_4e53;
  private static final int VERSION = 1;
  private static final String FILE = "session";

  /**
   * Reads it.
   *
   * @return empty: there is none, or it is damaged
   * @throws IOException if it cannot be read, or is of a newer version
   */
  static Optional<SpoolHeader> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 2 * Integer.BYTES + Integer.BYTES) {
      return Optional.empty();
    }
    ByteBuffer view = ByteBuffer.wrap(bytes);
    int version = view.getInt(Integer.BYTES);
    if (view.getInt(0) == MAGIC && version > VERSION) {
      throw new IOException(file + ": version " + version + " (expected: at most " + VERSION + ")");
    }
    int body = bytes.length - Integer.BYTES;
    if (view.getInt(0) != MAGIC || view.getInt(body) != crc(bytes, body)) {
      return Optional.empty();
    }
    DataInputStream in =
        new DataInputStream(
            new ByteArrayInputStream(bytes, 2 * Integer.BYTES, body - 2 * Integer.BYTES));
    String producer = in.readUTF();
    UUID id = new UUID(in.readLong(), in.readLong());
    return Optional.of(
        new SpoolHeader(
            producer, new ReportSession(id, in.readLong(), in.readLong()), in.readLong()));
  }

  /** Replaces it; durable when it returns. */
  void write(Path directory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeUTF(producer);
    out.writeLong(session.id().getMostSignificantBits());
    out.writeLong(session.id().getLeastSignificantBits());
    out.writeLong(session.attempt());
    out.writeLong(session.base());
    out.writeLong(acknowledged);
    out.writeInt(crc(bytes.toByteArray(), bytes.size()));
    Path written = directory.resolve(FILE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes.toByteArray());
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(
        written,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    forceNames(directory);
  }

  /** Makes the names in a directory durable, where the system can. */
  static void forceNames(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notOnThisSystem) {
      // Windows opens no directories; its journal keeps names in order.
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
