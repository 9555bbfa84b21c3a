package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCheckpointsTest {
  private static final long LIMIT_SECONDS = 60;
  private static final int PIECE_BYTES = 4 << 20;

  @TempDir Path directory;

  @Test
  void log_ofSmallWrites_isMovedIntoTheFile() throws IOException {
    Path file = directory.resolve("serin.db");
    try (Database database = open(file)) {
      long before = Files.size(file);
      fill(database, PIECE_BYTES);

      await(() -> Files.size(file) >= before + PIECE_BYTES);
    }
  }

  @Test
  void log_aboveItsLimit_isEmptied() throws IOException {
    Path file = directory.resolve("serin.db");
    Path log = directory.resolve("serin.db-wal");
    try (Database database = open(file)) {
      // A reader keeps the log from being reused from its start.
      database.read(
          reading -> {
            reading.execute("SELECT count(*) FROM namespace");
            for (long written = 0;
                written <= SqliteCheckpoints.TRUNCATE_ABOVE_BYTES;
                written += PIECE_BYTES) {
              fill(database, PIECE_BYTES);
            }
            return written(log);
          });

      await(() -> Files.size(log) == 0);
    }
  }

  private static long written(Path log) {
    try {
      assertThat(Files.size(log)).isGreaterThan(SqliteCheckpoints.TRUNCATE_ABOVE_BYTES);
      return Files.size(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Database open(Path file) {
    Database database = Database.open(new StoreConfig.Sqlite(file), TransactionObserver.NONE);
    database.execute(Priority.CATALOG, handle -> handle.execute("CREATE TABLE filler (body BLOB)"));
    return database;
  }

  private static void fill(Database database, int bytes) {
    database.execute(
        Priority.CATALOG,
        handle -> handle.execute("INSERT INTO filler VALUES (zeroblob(" + bytes + "))"));
  }

  /** What is waited for. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
