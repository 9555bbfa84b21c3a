package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.Await;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts against the margin that ordinary transactions must leave free. */
class DiskMarginTest {
  private static final int PIECE_BYTES = 4 << 20;
  private static final long PLENTY_BYTES = 1L << 40;

  @TempDir Path directory;
  private volatile long freeBytes = PLENTY_BYTES;

  private Database open() {
    DiskRoom.Disk disk =
        new DiskRoom.Disk() {
          @Override
          public long totalBytes() {
            return PLENTY_BYTES;
          }

          @Override
          public long freeBytes() {
            return freeBytes;
          }
        };
    Database database =
        SqliteDatabase.open(directory.resolve("serin.db"), disk, TransactionObserver.NONE);
    database.execute(Priority.CATALOG, handle -> handle.execute("CREATE TABLE filler (body BLOB)"));
    return database;
  }

  private static void write(Database database, Priority priority, int bytes) {
    database.execute(
        priority, handle -> handle.execute("INSERT INTO filler VALUES (zeroblob(" + bytes + "))"));
  }

  private static ErrorReason refused(Database database, Priority priority) {
    return catchThrowableOfType(ApiException.class, () -> write(database, priority, 1)).reason();
  }

  @Test
  void write_logInTheWayOfTheMargin_isRefusedUntilTheLogIsEmptied() throws Exception {
    Path log = directory.resolve("serin.db-wal");
    try (Database database = open()) {
      write(database, Priority.CATALOG, PIECE_BYTES);
      assertThat(Files.size(log)).isGreaterThan(PIECE_BYTES);
      freeBytes = DiskRoom.MARGIN_BYTES;

      assertThat(refused(database, Priority.CATALOG)).isEqualTo(ErrorReason.STORE_FULL);

      Await.until("an empty log", () -> Files.size(log) == 0);
      write(database, Priority.CATALOG, 1);
    }
  }

  @Test
  void write_roomForLessThanTheMargin_isRefusedButForKillSwitchesAndRemoval() {
    try (Database database = open()) {
      freeBytes = DiskRoom.MARGIN_BYTES - 1;

      for (Priority priority : Priority.values()) {
        if (priority == Priority.ROLLOUT || priority == Priority.REMOVAL) {
          write(database, priority, 1);
        } else {
          assertThat(refused(database, priority)).isEqualTo(ErrorReason.STORE_FULL);
        }
      }
    }
  }
}
