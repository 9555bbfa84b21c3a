package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of outcomes, only appended to, named after the place of its first. A record: length and
 * CRC-32C of place and content (4 bytes each, high byte first), then the content. Not safe for many
 * threads.
 */
final class Segment implements AutoCloseable {
  static final String SUFFIX = ".outcomes";

  /** Bytes of a record beside its content. */
  static final int HEADER_BYTES = 8;

  /** Every so many records their offset is noted: reading begins at most so many before. */
  private static final int NOTED_EVERY = 64;

  private final Path file;
  private final FileChannel channel;
  private final long first;
  private int[] offsets = new int[16];
  private long count;
  private long sizeBytes;

  // Where the last reading stopped: the next one goes on there.
  private long cursor;
  private long cursorOffset;

  private Segment(Path file, FileChannel channel, long first) {
    this.file = file;
    this.channel = channel;
    this.first = first;
    this.cursor = first;
  }

  /** A new one, which is there after a crash. */
  static Segment create(Path directory, long first) throws IOException {
    Path file = directory.resolve(String.format(java.util.Locale.ROOT, "%019d%s", first, SUFFIX));
    Segment segment = open(file, first, StandardOpenOption.CREATE_NEW);
    SpoolHeader.forceNames(directory);
    return segment;
  }

  /** One that is there: up to its first record that is not whole. */
  static Segment recover(Path file) throws IOException {
    String name = file.getFileName().toString();
    long first = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    Segment segment = open(file, first, StandardOpenOption.CREATE);
    segment.scan();
    return segment;
  }

  private static Segment open(Path file, long first, StandardOpenOption how) throws IOException {
    return new Segment(
        file,
        FileChannel.open(file, how, StandardOpenOption.READ, StandardOpenOption.WRITE),
        first);
  }

  /** Place of its first record. */
  long first() {
    return first;
  }

  /** Place after its last whole record. */
  long next() {
    return first + count;
  }

  /** Bytes of its whole records. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** Takes away what stands behind the last whole record; false: nothing did. */
  boolean cutOffTornEnd() throws IOException {
    if (channel.size() == sizeBytes) {
      return false;
    }
    channel.truncate(sizeBytes);
    channel.force(true);
    return true;
  }

  /** Writes them all; durable when it returns. Where that fails none of them is there. */
  void append(List<ByteString> outcomes, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    long place = next();
    for (ByteString outcome : outcomes) {
      ByteBuffer content = outcome.asReadOnlyByteBuffer();
      buffer.putInt(outcome.size()).putInt(crc(place, content.duplicate())).put(content);
      place++;
    }
    buffer.flip();
    try {
      channel.position(sizeBytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    } catch (IOException failure) {
      channel.truncate(sizeBytes);
      throw failure;
    }
    for (ByteString outcome : outcomes) {
      noted(outcome.size());
    }
  }

  /** Reads on from a place that it has, into what has room, at least one. */
  void read(long place, int maxOutcomes, int maxBytes, List<ByteString> into) throws IOException {
    long offset = offsetOf(place);
    long available = Math.min(sizeBytes - offset, (long) maxBytes + Outcome.MAX_BYTES);
    ByteBuffer buffer = fill(offset, (int) available);
    int bytes = 0;
    int read = 0;
    while (read < maxOutcomes && place < next() && buffer.remaining() >= HEADER_BYTES) {
      int length = buffer.getInt(buffer.position());
      int size = HEADER_BYTES + length;
      if (length < 0 || size > buffer.remaining() || (bytes + size > maxBytes && read > 0)) {
        break;
      }
      int crc = buffer.getInt(buffer.position() + Integer.BYTES);
      ByteBuffer content = buffer.slice(buffer.position() + HEADER_BYTES, length);
      // One that the disk has spoilt keeps its place, and the server refuses it.
      boolean whole = crc(place, content.duplicate()) == crc;
      into.add(whole ? ByteString.copyFrom(content) : ByteString.EMPTY);
      buffer.position(buffer.position() + size);
      offset += size;
      bytes += size;
      place++;
      read++;
    }
    if (read == 0) {
      throw new IOException(file + ": damaged at " + offset + " (expected: a record)");
    }
    cursor = place;
    cursorOffset = offset;
  }

  /** Closes and removes it; one that stays is removed by the next start. */
  void delete() {
    try {
      channel.close();
      Files.deleteIfExists(file);
    } catch (IOException stays) {
      // Its outcomes are acknowledged: it does no harm.
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private long offsetOf(long place) throws IOException {
    if (place == cursor) {
      return cursorOffset;
    }
    int note = (int) ((place - first) / NOTED_EVERY);
    long offset = offsets[note];
    for (long at = first + (long) note * NOTED_EVERY; at < place; at++) {
      offset += HEADER_BYTES + fill(offset, Integer.BYTES).getInt();
    }
    return offset;
  }

  private void scan() throws IOException {
    long size = channel.size();
    ByteBuffer whole = fill(0, Math.toIntExact(size));
    while (whole.remaining() >= HEADER_BYTES) {
      int length = whole.getInt();
      int crc = whole.getInt();
      if (length <= 0 || length > Outcome.MAX_BYTES || length > whole.remaining()) {
        return;
      }
      ByteBuffer content = whole.slice(whole.position(), length);
      if (crc(next(), content) != crc) {
        return;
      }
      whole.position(whole.position() + length);
      noted(length);
    }
  }

  private void noted(int length) {
    if (count % NOTED_EVERY == 0) {
      int note = (int) (count / NOTED_EVERY);
      if (note == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * note);
      }
      offsets[note] = Math.toIntExact(sizeBytes);
    }
    count++;
    sizeBytes += HEADER_BYTES + length;
  }

  private ByteBuffer fill(long offset, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException(
            file + ": ends at " + (offset + buffer.position()) + " (expected: " + bytes + " more)");
      }
    }
    return buffer.flip();
  }

  private static int crc(long place, ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, place));
    crc.update(content);
    return (int) crc.getValue();
  }
}
