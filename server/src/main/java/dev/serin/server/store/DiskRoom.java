package dev.serin.server.store;

import static java.util.Objects.requireNonNull;

import dev.serin.server.error.ApiErrors;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps room on the disk of a SQLite file for what must always find some: kill switches first, and
 * the removal that makes room.
 *
 * <p>Everything else is refused while there is still a margin, which counts what SQLite's log has
 * yet to move into the file; the margin is for both. Against whoever else fills the disk stands a
 * reserve, for the start and for kill switches alone: a file of zeros that is given back when
 * nothing else is left, and taken again when there is room.
 *
 * <p>Safe for all threads.
 */
final class DiskRoom {
  /** Size of the reserve: room for dozens of kill switches, of some pages each. */
  static final int RESERVE_BYTES = 2 << 20;

  /** What is left free: the largest transaction twice, in the log and in the file. */
  static final long MARGIN_BYTES = 2L << 20;

  private static final Logger log = LoggerFactory.getLogger(DiskRoom.class);

  private final Disk disk;
  private final File logFile;
  private final Path reserve;
  private final AtomicBoolean roomWanted = new AtomicBoolean();

  /** Guarded by this. */
  private boolean reserved;

  /** Whether the reserve could not be taken the last time, which is said once. Guarded by this. */
  private boolean failing;

  /** How large a disk is, and how much of it is free. */
  interface Disk {
    /** 0: nobody says. */
    long totalBytes();

    long freeBytes();

    /** The one that a database file is on. */
    static Disk of(Path file) {
      File directory = requireNonNull(file.toAbsolutePath().getParent()).toFile();
      return new Disk() {
        @Override
        public long totalBytes() {
          return directory.getTotalSpace();
        }

        @Override
        public long freeBytes() {
          return directory.getUsableSpace();
        }
      };
    }
  }

  /** The room beside a database file; a reserve that was left there counts as taken. */
  DiskRoom(Path file, Disk disk) {
    this.disk = disk;
    logFile = file.resolveSibling(file.getFileName() + "-wal").toFile();
    reserve = file.resolveSibling(file.getFileName() + ".reserve");
    reserved = Files.exists(reserve);
  }

  /** Takes the reserve, where there is room. */
  synchronized void takeReserve() {
    reserved = isReserveWritten();
    failing = !reserved;
  }

  /** Takes the reserve again if it was given back and there is room for it besides the margin. */
  synchronized void retakeReserve() {
    if (reserved) {
      return;
    }
    long freeBytes = disk.freeBytes();
    if (freeBytes >= neededBytes() + RESERVE_BYTES) {
      takeReserve();
    } else if (freeBytes >= MARGIN_BYTES + RESERVE_BYTES) {
      roomWanted.set(true); // Only the log is in the way.
    }
  }

  private long neededBytes() {
    return logFile.length() + MARGIN_BYTES;
  }

  /** Throws {@code STORE_FULL} where an ordinary transaction would use up the last room. */
  void requireMargin() {
    if (disk.totalBytes() <= 0) {
      return; // Nobody says how large it is.
    }
    long neededBytes = neededBytes();
    long freeBytes = disk.freeBytes();
    if (freeBytes < neededBytes) {
      roomWanted.set(true);
      throw ApiErrors.storeFull(
          new IOException(
              freeBytes + " bytes free for " + logFile + " (expected: " + neededBytes + ")"));
    }
  }

  /** Gives the reserve back; false: it was given back before. */
  synchronized boolean giveBack() {
    if (!reserved) {
      return false;
    }
    reserved = false;
    try {
      Files.deleteIfExists(reserve);
    } catch (IOException e) {
      log.warn("reserve {} cannot be given back", reserve, e);
      return false;
    }
    log.warn("the disk is full: gave back the reserve {}; make room", reserve);
    return true;
  }

  /** Whether somebody was refused room since this was asked last, which the log may be holding. */
  boolean takeRoomWanted() {
    return roomWanted.getAndSet(false);
  }

  private boolean isReserveWritten() {
    try {
      if (Files.exists(reserve) && Files.size(reserve) >= RESERVE_BYTES) {
        return true;
      }
      try (FileChannel channel =
          FileChannel.open(
              reserve,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(RESERVE_BYTES);
        while (zeros.hasRemaining()) {
          channel.write(zeros);
        }
        channel.force(true);
      }
      return true;
    } catch (IOException e) {
      if (!failing) {
        log.warn("no reserve for a full disk: {}", e.toString());
      }
      removePart();
      return false;
    }
  }

  private void removePart() {
    try {
      Files.deleteIfExists(reserve);
    } catch (IOException e) {
      log.warn("reserve {} cannot be removed", reserve, e);
    }
  }
}
