package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class PostgresDatabaseTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String MISSED = "missed";

  private final PostgresServer server = PostgresServer.shared();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /** Writes down what it hears. */
  private final RevisionListener listener =
      new RevisionListener() {
        @Override
        public void revisionChanged(Revision revision) {
          heard.add(revision.payload());
        }

        @Override
        public void signalsMissed() {
          heard.add(MISSED);
        }
      };

  private static Database open(String url) {
    return Database.open(new StoreConfig.Postgres(url, "", ""), TransactionObserver.NONE);
  }

  @Test
  void write_ofAKillSwitchOrAFlush_findsAConnectionThoughOrdinaryOnesTakeAll() throws Exception {
    int many = PostgresDatabase.POOL_SIZE;
    Semaphore begun = new Semaphore(0);
    CountDownLatch end = new CountDownLatch(1);
    try (Database database = open(server.freshDatabase());
        ExecutorService threads = Executors.newFixedThreadPool(many)) {
      List<Future<Boolean>> ordinary = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        Priority priority = i % 2 == 0 ? Priority.CATALOG : Priority.REMOVAL;
        ordinary.add(threads.submit(() -> database.write(priority, handle -> held(begun, end))));
      }
      assertThat(begun.tryAcquire(PostgresDatabase.WRITES_MAX, 60, TimeUnit.SECONDS)).isTrue();

      assertThat(database.<Integer>write(Priority.ROLLOUT, PostgresDatabaseTest::one)).isOne();
      assertThat(database.<Integer>write(Priority.FLUSH, PostgresDatabaseTest::one)).isOne();
      assertThat(database.<Integer>read(PostgresDatabaseTest::one)).isOne();

      assertThat(begun.availablePermits()).as("more ordinary writes").isZero();
      end.countDown();
      assertThat(ordinary.stream().filter(PostgresDatabaseTest::committed))
          .hasSizeGreaterThanOrEqualTo(PostgresDatabase.WRITES_MAX);
    }
  }

  /** Whether a write was made; one that waited too long for its turn was not. */
  private static boolean committed(Future<Boolean> write) {
    try {
      return write.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
          .extracting(ApiException::reason)
          .isEqualTo(ErrorReason.STORE_UNAVAILABLE);
      return false;
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int one(Handle handle) {
    return handle.createQuery("SELECT 1").mapTo(Integer.class).one();
  }

  /** Holds its transaction until all may end. */
  private static boolean held(Semaphore begun, CountDownLatch end) {
    begun.release();
    try {
      return end.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void announce_committed_isHeardByOtherProcesses() throws Exception {
    String url = server.freshDatabase();
    try (Database one = open(url);
        Database two = open(url)) {
      two.subscribe(listener);
      awaitListening(url, 2);

      announce(one, new Revision("default", 7));

      await("default 7");
    }
  }

  @Test
  void announce_rolledBack_isHeardByNobody() throws Exception {
    String url = server.freshDatabase();
    try (Database one = open(url)) {
      awaitListening(url, 1);
      one.subscribe(listener);
      assertThatThrownBy(
              () ->
                  one.execute(
                      Priority.CATALOG,
                      handle -> {
                        one.announce(handle, new Revision("default", 7));
                        throw new IllegalStateException("no");
                      }))
          .hasMessage("no");

      announce(one, new Revision("default", 8));

      await("default 8");
      assertThat(heard).doesNotContain("default 7");
    }
  }

  @Test
  void subscription_closed_hearsNothingMore() throws Exception {
    String url = server.freshDatabase();
    try (Database one = open(url)) {
      awaitListening(url, 1);
      BlockingQueue<String> before = new LinkedBlockingQueue<>();
      Subscription subscription =
          one.subscribe(
              new RevisionListener() {
                @Override
                public void revisionChanged(Revision revision) {
                  before.add(revision.payload());
                }

                @Override
                public void signalsMissed() {}
              });
      subscription.close();
      one.subscribe(listener);

      announce(one, new Revision("default", 7));

      await("default 7");
      assertThat(before).isEmpty();
    }
  }

  @Test
  void listening_killedByTheServer_saysSoAndListensAgain() throws Exception {
    String url = server.freshDatabase();
    try (Database one = open(url);
        Database two = open(url)) {
      awaitListening(url, 2);
      two.subscribe(listener);
      awaitHeardOf(one);

      execute(
          url,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND query LIKE 'LISTEN%' OR"
              + " datname = current_database() AND pid <> pg_backend_pid() AND query = 'SELECT 1'");

      await(MISSED);
      awaitListening(url, 2);
      announce(one, new Revision("default", 7));
      await("default 7");
    }
  }

  @Test
  void listening_serverFrozen_isRenewedAfterwards() throws Exception {
    String url = server.freshDatabase();
    try (Database one = open(url)) {
      awaitListening(url, 1);
      one.subscribe(listener);
      try (Database other = open(url)) {
        awaitHeardOf(other);
      }
      server.pause();
      try {
        // Nothing is heard while nothing answers; the thread must not hang on it.
        assertThat(heard.poll(3, TimeUnit.SECONDS)).isNull();
      } finally {
        server.resume();
      }

      await(MISSED);
      announce(one, new Revision("default", 7));
      await("default 7");
    }
  }

  @Test
  void open_unknownUser_isRefusedWithoutItsPassword() {
    String url = server.freshDatabase().replaceAll("[?].*", "");

    assertThatThrownBy(
            () ->
                Database.open(
                    new StoreConfig.Postgres(url, "stranger", "secret-1"),
                    TransactionObserver.NONE))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("store " + url + ": cannot be brought up to date")
        .hasMessageContaining("stranger")
        .hasMessageNotContaining("secret-1");
  }

  @Test
  void open_unknownDatabase_isRefusedByName() {
    assertThatThrownBy(() -> open(server.jdbcUrl("nowhere")))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void open_twoAtOnce_bothFindTheTables() throws Exception {
    String url = server.freshDatabase();
    BlockingQueue<Object> opened = new LinkedBlockingQueue<>();
    for (int i = 0; i < 2; i++) {
      new Thread(
              () -> {
                try (Database database = open(url)) {
                  opened.add(
                      database.read(
                          handle ->
                              handle
                                  .createQuery("SELECT count(*) FROM namespace")
                                  .mapTo(Long.class)
                                  .one()));
                } catch (RuntimeException e) {
                  opened.add(e);
                }
              })
          .start();
    }
    assertThat(opened.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1L);
    assertThat(opened.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1L);
  }

  @Test
  void config_urlOfAnotherDatabase_isRefusedWithoutItsPassword() {
    assertThatThrownBy(
            () -> new StoreConfig.Postgres("jdbc:mysql://host/db?password=secret", "", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("store: jdbc:mysql://host/db (expected: jdbc:postgresql://HOST/DATABASE)");
    assertThat(new StoreConfig.Postgres("jdbc:postgresql://host/db?password=secret", "u", "p"))
        .hasToString("jdbc:postgresql://host/db");
  }

  private static void announce(Database database, Revision revision) {
    database.execute(Priority.CATALOG, handle -> database.announce(handle, revision));
  }

  /**
   * Until another process is heard: whoever has just begun to listen says that it may have missed
   * something, a moment after the store shows that it listens.
   */
  private void awaitHeardOf(Database database) throws InterruptedException {
    announce(database, new Revision("default", 1));
    await("default 1");
  }

  /** Waits until this was heard, whatever else is heard before. */
  private void await(String expected) throws InterruptedException {
    String next;
    do {
      next = heard.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("%s within %s", expected, LIMIT).isNotNull();
    } while (!next.equals(expected));
  }

  /** Waits until so many connections listen. */
  private static void awaitListening(String url, int count) throws SQLException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (listening(url) < count) {
      assertThat(System.nanoTime()).as("listening connections").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Connections that listen, or have proven since that they live. */
  private static int listening(String url) throws SQLException {
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND pid <> pg_backend_pid() AND application_name = 'serin'"
                    + " AND state = 'idle' AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void execute(String url, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
