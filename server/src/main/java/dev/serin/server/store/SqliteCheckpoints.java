package dev.serin.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that moves what was written from SQLite's log into its file, on a connection of its
 * own, and takes the reserve again: no transaction pays for either.
 */
final class SqliteCheckpoints implements AutoCloseable {
  /** How often what nobody reads any more is moved; the log stays a second's writes long. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  /**
   * Size of the log above which the writer is made to wait until it is empty; at any size where the
   * disk has no room besides.
   */
  static final long TRUNCATE_ABOVE_BYTES = 64L << 20;

  private static final Logger log = LoggerFactory.getLogger(SqliteCheckpoints.class);

  private final SqliteConnections connections;
  private final SqliteWriter writer;
  private final DiskRoom room;
  private final Path logFile;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "serin-store-checkpoint");

  /** Something was committed and not moved yet, the last try having failed; the thread's own. */
  private boolean written;

  /** The log is to be emptied and was not yet; the thread's own. */
  private boolean roomWanted;

  SqliteCheckpoints(SqliteConnections connections, SqliteWriter writer, DiskRoom room, Path file) {
    this.connections = connections;
    this.writer = writer;
    this.room = room;
    this.logFile = file.resolveSibling(file.getFileName() + "-wal");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    boolean failing = false;
    while (!awaitClose()) {
      try {
        checkpointWhileOpen();
        failing = false;
      } catch (SQLException | IOException | RuntimeException e) {
        if (!failing) {
          log.warn("checkpoints of {} fail; tried again each second", logFile, e);
        }
        failing = true;
      }
    }
  }

  /** Works on one connection until it is closed, or throws when the connection fails. */
  private void checkpointWhileOpen() throws SQLException, IOException {
    try (Connection connection = connections.writer()) {
      do {
        written |= writer.takeWritten();
        roomWanted |= room.takeRoomWanted();
        if (written || roomWanted) {
          boolean large = Files.exists(logFile) && Files.size(logFile) > TRUNCATE_ABOVE_BYTES;
          checkpoint(connection, large || roomWanted ? "TRUNCATE" : "PASSIVE");
          written = false;
          roomWanted = false;
        }
        room.retakeReserve();
      } while (!awaitClose());
    }
  }

  private static void checkpoint(Connection connection, String mode) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(" + mode + ")");
    }
  }

  private boolean awaitClose() {
    try {
      return closed.await(INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false; // Nobody ends this thread but close().
    }
  }

  @Override
  public void close() {
    closed.countDown();
    Threads.join(thread);
  }
}
