package dev.serin.client.outcome;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The proof that one reporter alone uses a spool: a lock held by the operating system. */
final class SpoolLock implements AutoCloseable {
  /**
   * Spools of this process. The system's locks belong to processes: it would give this one a second
   * lock, and closing the second one's file would drop the first. So who asks twice is found here,
   * before a file is opened.
   */
  private static final Set<Path> USED_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private SpoolLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the lock of a directory that exists.
   *
   * @throws IllegalStateException if somebody has it
   */
  static SpoolLock acquire(Path spool) {
    try {
      Path directory = spool.toRealPath();
      if (!USED_HERE.add(directory)) {
        throw inUse(spool, "another reporter of this process");
      }
      FileChannel channel = null;
      try {
        channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
          throw inUse(spool, "another process");
        }
        return new SpoolLock(directory, channel);
      } catch (IOException | RuntimeException failure) {
        USED_HERE.remove(directory);
        if (channel != null) {
          channel.close();
        }
        throw failure;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "spool " + spool + ": cannot be locked: " + failure + " (expected: a writable directory)",
          failure);
    }
  }

  private static IllegalStateException inUse(Path spool, String by) {
    return new IllegalStateException(
        "spool " + spool + ": used by " + by + " (expected: a directory for each reporter)");
  }

  /** Lets go. The file stays: removing it would race with the next one who takes it. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      USED_HERE.remove(directory);
    }
  }
}
