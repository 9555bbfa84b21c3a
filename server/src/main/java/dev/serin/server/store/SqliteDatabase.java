package dev.serin.server.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.serin.server.error.ApiErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The embedded store: a SQLite file with one writing thread and a few readers. */
final class SqliteDatabase implements Database {
  /** Files up to this size are checked whole when they are opened: that takes a moment only. */
  static final long CHECKED_WHOLE_BYTES = 64L << 20;

  private final RevisionSignals signals = new RevisionSignals();
  private final ProcessLock lock;
  private final SqliteWriter writer;
  private final SqliteCheckpoints checkpoints;
  private final HikariDataSource readers;
  private final Jdbi reading;

  private SqliteDatabase(
      Path file,
      ProcessLock lock,
      SqliteConnections connections,
      Connection first,
      TransactionObserver observer) {
    this.lock = lock;
    DiskRoom room = new DiskRoom(file);
    writer = new SqliteWriter(connections, first, room, observer);
    checkpoints = new SqliteCheckpoints(connections, writer, room, file);
    readers = connections.readers();
    reading = Jdbis.of(readers);
  }

  static SqliteDatabase open(Path file, TransactionObserver observer) {
    Path directory = file.getParent();
    try {
      if (directory != null) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw refused(file, "its directory cannot be made: " + e, "a writable directory", e);
    }
    ProcessLock lock =
        ProcessLock.acquire(
            file.resolveSibling(file.getFileName() + ".lock"),
            "store " + file,
            "one server for each file; several share a PostgreSQL");
    try {
      SqliteConnections connections = new SqliteConnections(file);
      Connection first = checkedConnection(file, connections);
      migrate(file, connections, first);
      return new SqliteDatabase(file, lock, connections, first, observer);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static void migrate(Path file, SqliteConnections connections, Connection first) {
    try {
      Migrations.apply(connections.migrations(), Dialect.SQLITE);
    } catch (FlywayException e) {
      StoreOpenException refused = Migrations.refused(file.toString(), e);
      try {
        first.close();
      } catch (SQLException suppressed) {
        refused.addSuppressed(suppressed);
      }
      throw refused;
    }
  }

  private static Connection checkedConnection(Path file, SqliteConnections connections) {
    String expected = "a database written by Serin; restore a copy, or move it away to begin anew";
    try {
      Connection connection = connections.writer();
      String verdict = Files.size(file) > CHECKED_WHOLE_BYTES ? "ok" : check(connection);
      if (!verdict.equals("ok")) {
        connection.close();
        throw refused(file, "damaged: " + verdict, expected, null);
      }
      return connection;
    } catch (SQLException | IOException e) {
      throw refused(file, String.valueOf(e.getMessage()), expected, e);
    }
  }

  private static String check(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
      return rows.next() ? rows.getString(1) : "no answer";
    }
  }

  private static StoreOpenException refused(
      Path file, String problem, String expected, @org.jspecify.annotations.Nullable Exception e) {
    return new StoreOpenException(
        "store " + file + ": " + problem + " (expected: " + expected + ")", e);
  }

  @Override
  public Dialect dialect() {
    return Dialect.SQLITE;
  }

  @Override
  public String address() {
    return "embedded";
  }

  @Override
  public <T> T read(Transaction<T> work) {
    if (readers.isClosed()) {
      throw ApiErrors.shuttingDown();
    }
    try {
      return reading.inTransaction(work::run);
    } catch (RuntimeException e) {
      throw SqlFailures.translate(e);
    }
  }

  @Override
  public <T> T write(Priority priority, Transaction<T> work) {
    return writer.write(priority, work);
  }

  @Override
  public void announce(Handle handle, Revision revision) {
    handle.afterCommit(() -> signals.changed(revision));
  }

  @Override
  public Subscription subscribe(RevisionListener listener) {
    return signals.subscribe(listener);
  }

  @Override
  public void close() {
    checkpoints.close();
    writer.close();
    // The last connection to close moves the log into the file and removes it.
    readers.close();
    lock.close();
  }
}
