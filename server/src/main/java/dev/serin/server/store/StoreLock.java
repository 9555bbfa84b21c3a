package dev.serin.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The proof that this process alone uses a database file: a lock on a file beside it, held by the
 * operating system for as long as the process lives.
 */
final class StoreLock implements AutoCloseable {
  /** A byte far behind the text: some systems let nobody read what is locked. */
  private static final long LOCKED_BYTE = 1L << 40;

  private final FileChannel channel;

  private StoreLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws StoreOpenException naming the process that holds it
   */
  static StoreLock acquire(Path database) {
    Path file = database.resolveSibling(database.getFileName() + ".lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        String holder = Files.readString(file).strip();
        channel.close();
        throw inUse(database, file, holder);
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
      return new StoreLock(channel);
    } catch (IOException e) {
      closeQuietly(channel, e);
      throw new StoreOpenException(
          "store " + database + ": cannot lock " + file + ": " + e + " (expected: a writable file)",
          e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static StoreOpenException inUse(Path database, Path file, String holder) {
    return new StoreOpenException(
        "store "
            + database
            + ": in use by process "
            + (holder.isEmpty() ? "(unknown)" : holder)
            + ", which holds "
            + file
            + " (expected: one server for each file; several share a PostgreSQL)",
        null);
  }

  private static void closeQuietly(@Nullable FileChannel channel, Exception reason) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  /** Lets go. The file stays: removing it would race with the next one who takes it. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
