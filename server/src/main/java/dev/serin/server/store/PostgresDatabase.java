package dev.serin.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.serin.server.error.ApiErrors;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.PGProperty;

/** A PostgreSQL that several servers share. It may be away at any time, at the start too. */
final class PostgresDatabase implements Database {
  /** Connections of one server: bounds what N servers take from PostgreSQL's hundred. */
  static final int POOL_SIZE = 12;

  /**
   * Ordinary writes at once. The other connections are for kill switches, for reading what they
   * set, and for flushes, of which there is one at a time: none of them may wait for writes that
   * are many and large.
   */
  static final int WRITES_MAX = POOL_SIZE - 6;

  /** How long to wait for a connection, a new one or a free one. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** Silence on a busy connection after which it counts as dead; the longest query is shorter. */
  static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(10);

  /** How long an idle connection may take to prove that it lives. */
  static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

  private final String name;
  private final TransactionObserver observer;
  private final RevisionSignals signals = new RevisionSignals();
  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final PostgresListener listener;
  private final ReentrantLock migration = new ReentrantLock();
  private final Semaphore writes = new Semaphore(WRITES_MAX, true);
  private volatile boolean migrated;

  private PostgresDatabase(StoreConfig.Postgres config, TransactionObserver observer) {
    name = config.toString();
    this.observer = observer;
    pool = pool(config);
    jdbi = Jdbis.of(pool);
    listener = new PostgresListener(config, signals, this::connectionsAreSuspect);
  }

  static PostgresDatabase open(StoreConfig.Postgres config, TransactionObserver observer) {
    PostgresDatabase database = new PostgresDatabase(config, observer);
    try {
      database.migrateOnce();
    } catch (FlywayException e) {
      if (!Migrations.isUnavailable(e)) {
        database.close();
        throw Migrations.refused(database.name, e);
      }
      // Away for now: the first call that finds it does the rest.
    }
    database.listener.start();
    return database;
  }

  private static HikariDataSource pool(StoreConfig.Postgres config) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("serin-store");
    pool.setJdbcUrl(config.url());
    if (!config.user().isEmpty()) {
      pool.setUsername(config.user());
    }
    if (!config.password().isEmpty()) {
      pool.setPassword(config.password());
    }
    // Whatever the database's default: a conditional update must see what others committed.
    pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    pool.setMaximumPoolSize(POOL_SIZE);
    pool.setMinimumIdle(1);
    pool.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
    pool.setValidationTimeout(VALIDATION_TIMEOUT.toMillis());
    pool.setInitializationFailTimeout(-1);
    PostgresListener.CONNECTION_SETTINGS.forEach(
        (property, value) -> pool.addDataSourceProperty(property.getName(), value));
    pool.addDataSourceProperty(
        PGProperty.SOCKET_TIMEOUT.getName(), Long.toString(SOCKET_TIMEOUT.toSeconds()));
    pool.addDataSourceProperty(PGProperty.REWRITE_BATCHED_INSERTS.getName(), "true");
    return new HikariDataSource(pool);
  }

  private void migrateOnce() {
    if (!migrated) {
      // While one tries, nobody waits in line for a server that is away.
      if (!tryMigrationLock()) {
        throw ApiErrors.storeUnavailable(null);
      }
      try {
        if (!migrated) {
          Migrations.apply(pool, Dialect.POSTGRESQL);
          migrated = true;
        }
      } finally {
        migration.unlock();
      }
    }
  }

  private boolean tryMigrationLock() {
    try {
      return migration.tryLock(CONNECT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private <T> T run(Transaction<T> work) {
    if (pool.isClosed()) {
      throw ApiErrors.shuttingDown();
    }
    try {
      migrateOnce();
      return jdbi.inTransaction(work::run);
    } catch (FlywayException e) {
      throw ApiErrors.storeUnavailable(
          Migrations.isUnavailable(e) ? e : Migrations.refused(name, e));
    } catch (RuntimeException e) {
      throw SqlFailures.translate(e);
    }
  }

  /**
   * A dead connection was found: the idle ones of the pool prove themselves before their next use.
   */
  private void connectionsAreSuspect() {
    if (!pool.isClosed()) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public Dialect dialect() {
    return Dialect.POSTGRESQL;
  }

  @Override
  public String address() {
    return name;
  }

  @Override
  public <T> T read(Transaction<T> work) {
    return run(
        handle -> {
          // By hand: through JDBC the level is set and reset in round trips of their own.
          handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
          return work.run(handle);
        });
  }

  @Override
  public <T> T write(Priority priority, Transaction<T> work) {
    if (priority == Priority.ROLLOUT || priority == Priority.FLUSH) {
      return observed(priority, work);
    }
    if (!tryPlace()) {
      // As where no connection comes free in time.
      throw ApiErrors.storeUnavailable(null);
    }
    try {
      return observed(priority, work);
    } finally {
      writes.release();
    }
  }

  private boolean tryPlace() {
    try {
      return writes.tryAcquire(CONNECT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private <T> T observed(Priority priority, Transaction<T> work) {
    long begin = System.nanoTime();
    try {
      return run(work);
    } finally {
      observer.ended(priority, System.nanoTime() - begin);
    }
  }

  @Override
  public void announce(Handle handle, Revision revision) {
    handle
        .createQuery("SELECT CAST(pg_notify(:channel, :payload) AS TEXT)")
        .bind("channel", PostgresListener.CHANNEL)
        .bind("payload", revision.payload())
        .mapTo(String.class)
        .list();
    handle.afterCommit(() -> signals.changed(revision));
  }

  @Override
  public Subscription subscribe(RevisionListener listener) {
    return signals.subscribe(listener);
  }

  @Override
  public void close() {
    listener.close();
    pool.close();
  }
}
