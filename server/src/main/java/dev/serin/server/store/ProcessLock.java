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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proof that this process alone uses a file or a directory: a lock on a file of its own, held
 * by the operating system for as long as the process lives.
 */
public final class ProcessLock implements AutoCloseable {
  /** A byte far behind the text: some systems let nobody read what is locked. */
  private static final long LOCKED_BYTE = 1L << 40;

  private static final Logger log = LoggerFactory.getLogger(ProcessLock.class);

  private final FileChannel channel;

  private ProcessLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock; makes its file's directory where there is none.
   *
   * @param file the file that is locked
   * @param subject what is used, for errors: {@code store /data/serin.db}
   * @param expected what would be right, where another process holds it
   * @throws StoreOpenException naming the process that holds it
   */
  public static ProcessLock acquire(Path file, String subject, String expected) {
    FileChannel channel = null;
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        String holder = Files.readString(file).strip();
        channel.close();
        throw inUse(subject, file, holder, expected);
      }
      noteHolder(channel, file);
      return new ProcessLock(channel);
    } catch (IOException e) {
      closeQuietly(channel, e);
      throw new StoreOpenException(
          subject + ": cannot lock " + file + ": " + e + " (expected: a writable file)", e);
    }
  }

  /** For whoever finds it locked. A full disk may have no room for it: the lock holds without. */
  private static void noteHolder(FileChannel channel, Path file) {
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
    } catch (IOException e) {
      log.warn("lock {} does not say who holds it: {}", file, e.toString());
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

  private static StoreOpenException inUse(
      String subject, Path file, String holder, String expected) {
    return new StoreOpenException(
        subject
            + ": in use by process "
            + (holder.isEmpty() ? "(unknown)" : holder)
            + ", which holds "
            + file
            + " (expected: "
            + expected
            + ")",
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
