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
import org.jspecify.annotations.Nullable;

/** The embedded store: a SQLite file with one writing thread and a few readers. */
final class SqliteDatabase implements Database {
  /** Files up to this size are checked whole when they are opened: that takes a moment only. */
  static final long CHECKED_WHOLE_BYTES = 64L << 20;

  private static final String WRITTEN_BY_SERIN =
      "a database written by Serin; restore a copy, or move it away to begin anew";

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
      DiskRoom room,
      TransactionObserver observer) {
    this.lock = lock;
    writer = new SqliteWriter(connections, first, room, observer);
    checkpoints = new SqliteCheckpoints(connections, writer, room, file);
    readers = connections.readers();
    reading = Jdbis.of(readers);
  }

  static SqliteDatabase open(Path file, TransactionObserver observer) {
    return open(file, DiskRoom.Disk.of(file), observer);
  }

  static SqliteDatabase open(Path file, DiskRoom.Disk disk, TransactionObserver observer) {
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
      DiskRoom room = new DiskRoom(file, disk);
      Connection first = migrated(file, connections, room);
      return new SqliteDatabase(file, lock, connections, first, room, observer);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** A connection to the file as this version has it; a full disk costs the reserve. */
  private static Connection migrated(Path file, SqliteConnections connections, DiskRoom room) {
    try {
      Connection first = migrated(file, connections);
      room.takeReserve();
      return first;
    } catch (StoreOpenException e) {
      SQLException sql = SqlFailures.sqlException(e);
      if (sql == null || !SqlFailures.isFull(sql) || !room.giveBack()) {
        throw e;
      }
      // Taken again when somebody has made room.
      return migrated(file, connections);
    }
  }

  private static Connection migrated(Path file, SqliteConnections connections) {
    Connection first = checkedConnection(file, connections);
    migrate(file, connections, first);
    return first;
  }

  private static void migrate(Path file, SqliteConnections connections, Connection first) {
    try {
      Migrations.apply(connections.migrations(), Dialect.SQLITE);
    } catch (FlywayException e) {
      StoreOpenException refused = Migrations.refused(file.toString(), e);
      closeQuietly(first, refused);
      throw refused;
    }
  }

  private static Connection checkedConnection(Path file, SqliteConnections connections) {
    Connection connection = null;
    try {
      connection = connections.writer();
      String verdict = Files.size(file) > CHECKED_WHOLE_BYTES ? "ok" : check(connection);
      if (!verdict.equals("ok")) {
        connection.close();
        throw refused(file, "damaged: " + verdict, WRITTEN_BY_SERIN, null);
      }
      return connection;
    } catch (SQLException | IOException e) {
      closeQuietly(connection, e);
      throw e instanceof SQLException sql && SqlFailures.isFull(sql)
          ? refused(file, "no room: " + e.getMessage(), Migrations.ROOM, e)
          : refused(file, String.valueOf(e.getMessage()), WRITTEN_BY_SERIN, e);
    }
  }

  private static void closeQuietly(@Nullable Connection connection, Exception reason) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        reason.addSuppressed(e);
      }
    }
  }

  private static String check(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
      return rows.next() ? rows.getString(1) : "no answer";
    }
  }

  private static StoreOpenException refused(
      Path file, String problem, String expected, @Nullable Exception e) {
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
