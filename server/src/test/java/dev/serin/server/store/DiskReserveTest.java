package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.Await;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reserve beside a SQLite file is given back for, and that it is taken again. */
class DiskReserveTest {
  /** When no reserve was written: one with this time was not touched. */
  private static final FileTime LONG_AGO = FileTime.fromMillis(0);

  @TempDir Path directory;

  private Path reserve() {
    return directory.resolve("serin.db.reserve");
  }

  /** A store whose file may not grow, as on a full disk, with its reserve marked. */
  private Database openFull() throws IOException {
    Path file = directory.resolve("serin.db");
    Database database = Database.open(new StoreConfig.Sqlite(file), TransactionObserver.NONE);
    database.execute(Priority.CATALOG, DiskReserveTest::allowNoMorePages);
    Files.setLastModifiedTime(reserve(), LONG_AGO);
    return database;
  }

  private static void allowNoMorePages(Handle handle) {
    long pages = handle.createQuery("PRAGMA page_count").mapTo(Long.class).one();
    handle.createQuery("PRAGMA max_page_count = " + pages).mapTo(Long.class).one();
  }

  private static ErrorReason refusal(Database database, Priority priority) {
    return catchThrowableOfType(
            ApiException.class,
            () ->
                database.execute(
                    priority,
                    handle ->
                        handle.execute("CREATE TABLE more AS SELECT zeroblob(1000000) AS body")))
        .reason();
  }

  @Test
  void removal_diskFull_leavesTheReserve() throws Exception {
    try (Database database = openFull()) {
      assertThat(refusal(database, Priority.REMOVAL)).isEqualTo(ErrorReason.STORE_FULL);

      assertThat(Files.getLastModifiedTime(reserve())).isEqualTo(LONG_AGO);
    }
  }

  @Test
  void rollout_diskFull_costsTheReserveWhichIsTakenAgainWithoutAnyWrite() throws Exception {
    try (Database database = openFull()) {
      assertThat(refusal(database, Priority.ROLLOUT)).isEqualTo(ErrorReason.STORE_FULL);

      Await.until("a new reserve", () -> isWhole());
      assertThat(Files.getLastModifiedTime(reserve())).isGreaterThan(LONG_AGO);
    }
  }

  private boolean isWhole() throws IOException {
    return Files.exists(reserve()) && Files.size(reserve()) == DiskRoom.RESERVE_BYTES;
  }
}
