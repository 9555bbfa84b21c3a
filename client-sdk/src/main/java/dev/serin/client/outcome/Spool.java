package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backlog on disk, which the next process goes on with under the same session.
 *
 * <p>Its directory holds {@code lock}, {@code session} ({@link SpoolHeader}) and segments ({@link
 * Segment}). An outcome is on disk before it is sent, so that no sequence that a server has ever
 * seen is given to another outcome after a crash. Segments go when all of them is acknowledged; how
 * far that is, the server says at the next start. Those of a segment in the middle that cannot be
 * read keep their places, so that the rest keeps its own: they are sent without content, and the
 * server refuses them.
 */
final class Spool implements Backlog {
  /** Segments of this size are followed by another one. */
  static final int SEGMENT_BYTES = 8 << 20;

  /** One segment that is written and one that waits for its last acknowledgement. */
  static final long MIN_BYTES = 2L * SEGMENT_BYTES;

  private static final Pattern SEGMENT_NAME = Pattern.compile("[0-9]{19}[.]outcomes");

  private static final Logger logger = LoggerFactory.getLogger(OutcomeReporter.class);

  private final Path directory;
  private final SpoolLock lock;
  private final long maxBytes;
  private final OutcomeQueue queue;
  private final List<Segment> segments = new ArrayList<>();
  private SpoolHeader header;
  private long acknowledged;
  private long recovered;
  private long damaged;

  private Spool(
      Path directory, SpoolLock lock, SpoolHeader header, long maxBytes, OutcomeQueue queue) {
    this.directory = directory;
    this.lock = lock;
    this.header = header;
    this.maxBytes = maxBytes;
    this.queue = queue;
  }

  /**
   * Opens a spool, or makes one.
   *
   * @param maxBytes of its segments, at least {@link #MIN_BYTES}
   * @param queue gets its room back when outcomes are on disk
   * @throws IllegalStateException if another process uses it, or it is another producer's
   * @throws UncheckedIOException if it cannot be read or written
   */
  static Spool open(
      Path directory, String producer, long maxBytes, OutcomeQueue queue, Supplier<UUID> sessions) {
    try {
      Files.createDirectories(directory);
    } catch (IOException failure) {
      throw failed(directory, failure);
    }
    SpoolLock lock = SpoolLock.acquire(directory);
    try {
      Optional<SpoolHeader> found = SpoolHeader.read(directory);
      if (found.isPresent() && !found.get().producer().equals(producer)) {
        throw new IllegalStateException(
            "spool "
                + directory
                + ": of producer \""
                + found.get().producer()
                + "\" (expected: of \""
                + producer
                + "\")");
      }
      SpoolHeader none = new SpoolHeader(producer, new ReportSession(new UUID(0, 0), 0, 0), 0);
      Spool spool = new Spool(directory, lock, found.orElse(none), maxBytes, queue);
      spool.recover();
      if (found.isEmpty()) {
        spool.keep(new ReportSession(sessions.get(), 0, spool.acknowledged));
      }
      return spool;
    } catch (IOException failure) {
      lock.close();
      throw failed(directory, failure);
    } catch (RuntimeException failure) {
      lock.close();
      throw failure;
    }
  }

  private void recover() throws IOException {
    for (Path file : files()) {
      segments.add(Segment.recover(file));
    }
    acknowledged = header.acknowledged();
    if (!segments.isEmpty()) {
      acknowledged = Math.max(acknowledged, segments.get(0).first() - 1);
    }
    for (int i = 0; i + 1 < segments.size(); i++) {
      long gone = segments.get(i + 1).first() - Math.max(segments.get(i).next(), acknowledged + 1);
      damaged += Math.max(0, gone);
    }
    if (!segments.isEmpty() && last().cutOffTornEnd()) {
      logger.warn("Spool {}: cut off what was not written to its end", directory);
    }
    if (segments.isEmpty() || last().next() <= acknowledged) {
      // A last segment that has lost what was acknowledged cannot go on with its numbers.
      segments.forEach(Segment::delete);
      segments.clear();
      segments.add(Segment.create(directory, acknowledged + 1));
    }
    dropAcknowledged();
    recovered = next() - first();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> SEGMENT_NAME.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  @Override
  public ReportSession session() {
    return header.session();
  }

  @Override
  public void keep(ReportSession session) {
    write(new SpoolHeader(header.producer(), session, acknowledged));
  }

  private void write(SpoolHeader changed) {
    try {
      changed.write(directory);
    } catch (IOException failure) {
      throw failed(directory, failure);
    }
    header = changed;
  }

  @Override
  public long first() {
    return acknowledged + 1;
  }

  @Override
  public long next() {
    return last().next();
  }

  @Override
  public long recovered() {
    return recovered;
  }

  @Override
  public long damaged() {
    return damaged;
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean append(List<ByteString> outcomes) {
    int contentBytes = 0;
    for (ByteString outcome : outcomes) {
      contentBytes += outcome.size();
    }
    int bytes = contentBytes + outcomes.size() * Segment.HEADER_BYTES;
    try {
      if (last().sizeBytes() >= SEGMENT_BYTES) {
        segments.add(Segment.create(directory, next()));
        dropAcknowledged();
      }
      if (segments.stream().mapToLong(Segment::sizeBytes).sum() + bytes > maxBytes) {
        return false;
      }
      last().append(outcomes, bytes);
    } catch (IOException failure) {
      throw failed(directory, failure);
    }
    queue.release(outcomes.size(), contentBytes);
    return true;
  }

  @Override
  public List<ByteString> read(long from, int maxOutcomes, int maxBytes) {
    int at = segments.size() - 1;
    while (segments.get(at).first() > from) {
      at--;
    }
    List<ByteString> read = new ArrayList<>();
    Segment segment = segments.get(at);
    if (from >= segment.next()) {
      long gone = segments.get(at + 1).first() - from;
      for (int i = 0; i < Math.min(gone, maxOutcomes); i++) {
        read.add(ByteString.EMPTY);
      }
      return read;
    }
    try {
      segment.read(from, maxOutcomes, maxBytes, read);
    } catch (IOException failure) {
      throw failed(directory, failure);
    }
    return read;
  }

  @Override
  public void acknowledge(long through) {
    acknowledged = Math.max(acknowledged, through);
    dropAcknowledged();
  }

  private void dropAcknowledged() {
    while (segments.size() > 1 && segments.get(1).first() <= acknowledged + 1) {
      segments.remove(0).delete();
    }
  }

  /** Notes how far it is acknowledged, and lets the next process have it. */
  @Override
  public void close() {
    try {
      write(new SpoolHeader(header.producer(), header.session(), acknowledged));
      for (Segment segment : segments) {
        segment.close();
      }
    } catch (IOException failure) {
      throw failed(directory, failure);
    } finally {
      lock.close();
    }
  }

  private Segment last() {
    return segments.get(segments.size() - 1);
  }

  private static UncheckedIOException failed(Path directory, IOException failure) {
    return new UncheckedIOException(
        "spool " + directory + ": " + failure.getMessage() + " (expected: a disk that works)",
        failure);
  }
}
