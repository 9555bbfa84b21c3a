package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
  private static final long LIMIT_SECONDS = 30;

  @TempDir Path directory;

  private StoreConfig.Sqlite config() {
    return new StoreConfig.Sqlite(directory.resolve("data").resolve("serin.db"));
  }

  private Database open() {
    return Database.open(config(), TransactionObserver.NONE);
  }

  @Test
  void connections_all_areSetUpForDurability() {
    try (Database database = open()) {
      assertThat(pragmas(database)).containsExactly("wal", "2", "1", "0");
    }
  }

  private static List<String> pragmas(Database database) {
    return database.write(
        Priority.CATALOG,
        handle ->
            List.of("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint").stream()
                .map(name -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one())
                .toList());
  }

  @Test
  void read_thatWrites_isRefused() {
    try (Database database = open()) {
      assertThat(
              catchThrowableOfType(
                  ApiException.class,
                  () -> database.read(handle -> handle.execute("DELETE FROM change_set"))))
          .extracting(ApiException::reason)
          .isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    }
  }

  @Test
  void write_thatThrows_changesNothingAndIsThrownUnchanged() {
    IllegalStateException failure = new IllegalStateException("no");
    try (Database database = open()) {
      assertThatThrownBy(
              () ->
                  database.execute(
                      Priority.CATALOG,
                      handle -> {
                        handle.execute("UPDATE namespace SET revision = 99");
                        throw failure;
                      }))
          .isSameAs(failure);
      assertThat(revision(database)).isEqualTo(1);
    }
  }

  @Test
  void write_waitingInLine_goesByPriority() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch holding = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Database database = open()) {
      List<Thread> threads = new ArrayList<>();
      threads.add(
          started(
              () ->
                  database.execute(
                      Priority.CATALOG,
                      handle -> {
                        holding.countDown();
                        await(release);
                      })));
      assertThat(holding.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      for (Priority priority :
          List.of(Priority.CATALOG, Priority.FLUSH, Priority.ROLLOUT, Priority.FLUSH)) {
        threads.add(
            started(() -> database.execute(priority, handle -> order.add(priority.name()))));
        awaitWaiting(threads.getLast());
      }
      release.countDown();
      for (Thread thread : threads) {
        assertThat(thread.join(java.time.Duration.ofSeconds(LIMIT_SECONDS))).isTrue();
      }
      assertThat(order).containsExactly("ROLLOUT", "FLUSH", "FLUSH", "CATALOG");
    }
  }

  /** Until a thread waits for its turn: it is in line then. */
  private static void awaitWaiting(Thread thread) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void write_fullFile_isStoreFullAndTheOldStateIsServed() {
    try (Database database = open()) {
      database.execute(Priority.CATALOG, SqliteDatabaseTest::limitToFewMorePages);

      ApiException full =
          catchThrowableOfType(
              ApiException.class,
              () ->
                  database.execute(
                      Priority.CATALOG,
                      handle -> {
                        handle.execute("UPDATE namespace SET revision = 99");
                        handle.execute("CREATE TABLE filler AS SELECT zeroblob(1000000) AS body");
                      }));

      assertThat(full.reason()).isEqualTo(ErrorReason.STORE_FULL);
      assertThat(revision(database)).isEqualTo(1);
      database.execute(
          Priority.CATALOG, handle -> handle.execute("UPDATE namespace SET revision = 2"));
      assertThat(revision(database)).isEqualTo(2);
    }
  }

  private static void limitToFewMorePages(org.jdbi.v3.core.Handle handle) {
    long pages = handle.createQuery("PRAGMA page_count").mapTo(Long.class).one();
    handle.createQuery("PRAGMA max_page_count = " + (pages + 10)).mapTo(Long.class).one();
  }

  @Test
  void open_fileOfAnotherProcess_isRefusedNamingIt() {
    try (TestProcess process = new TestProcess(HoldStore.class, config().file().toString())) {
      process.awaitLine(HoldStore.OPENED);

      assertThatThrownBy(this::open)
          .isInstanceOf(StoreOpenException.class)
          .hasMessageContaining(config().file() + ": in use by process " + process.pid())
          .hasMessageContaining("serin.db.lock")
          .hasMessageContaining("expected: one server for each file");
    }
    open().close();
  }

  @Test
  void open_fileOfThisProcess_isRefused() {
    try (Database database = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreOpenException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      assertThat(revision(database)).isEqualTo(1);
    }
  }

  @Test
  void open_fileThatIsNoDatabase_isRefusedByName() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(config().file(), "name: checkout\n".repeat(1_000));

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("store " + config().file() + ": ")
        .hasMessageContaining("not a database")
        .hasMessageContaining("expected: a database written by Serin");
    // Refused, not taken: the lock is free again.
    Files.delete(config().file());
    open().close();
  }

  @Test
  void open_damagedPages_isRefusedByName() throws IOException {
    open().close();
    byte[] bytes = Files.readAllBytes(config().file());
    for (int i = 4_096 + 200; i < bytes.length; i++) {
      bytes[i] = (byte) (bytes[i] ^ 0x5a);
    }
    Files.write(config().file(), bytes);

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("store " + config().file() + ": ")
        .hasMessageContaining("(expected: a database written by Serin");
  }

  @Test
  void open_directoryThatCannotBeMade_isRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    StoreConfig.Sqlite inFile = new StoreConfig.Sqlite(file.resolve("serin.db"));

    assertThatThrownBy(() -> Database.open(inFile, TransactionObserver.NONE))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("expected: a writable directory");
  }

  @Test
  void close_withCallsAfter_refusesThem() {
    Database database = open();
    database.close();

    assertThat(reasonOf(() -> database.execute(Priority.CATALOG, handle -> {})))
        .isEqualTo(ErrorReason.SHUTTING_DOWN);
    assertThat(reasonOf(() -> revision(database))).isEqualTo(ErrorReason.SHUTTING_DOWN);
  }

  @Test
  void close_always_leavesOneWholeFile() {
    try (Database database = open()) {
      database.execute(
          Priority.CATALOG, handle -> handle.execute("UPDATE namespace SET revision = 7"));
    }

    assertThat(config().file().resolveSibling("serin.db-wal")).doesNotExist();
    try (Database database = open()) {
      assertThat(revision(database)).isEqualTo(7);
    }
  }

  private static ErrorReason reasonOf(Runnable call) {
    return catchThrowableOfType(ApiException.class, call::run).reason();
  }

  private static long revision(Database database) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT revision FROM namespace WHERE name = 'default'")
                .mapTo(Long.class)
                .one());
  }

  private static Thread started(Runnable work) {
    Thread thread = new Thread(work);
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
