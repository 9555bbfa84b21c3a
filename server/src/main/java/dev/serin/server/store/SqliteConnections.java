package dev.serin.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/** How connections to a SQLite file are set up. */
final class SqliteConnections {
  /** How long one connection waits for another's lock, longer than any truncating checkpoint. */
  static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

  /** Readers at once: they never wait for the writer, and more would only share the disk. */
  static final int READERS = 4;

  /** How long a read waits for a free connection before the store counts as unavailable. */
  static final Duration READER_WAIT = Duration.ofSeconds(5);

  private final Path file;

  SqliteConnections(Path file) {
    this.file = file;
  }

  /** A connection that writes: every commit is on disk, checkpoints are somebody else's. */
  Connection writer() throws SQLException {
    return source(TransactionMode.IMMEDIATE).getConnection();
  }

  /** Connections for migrations. */
  DataSource migrations() {
    return source(TransactionMode.IMMEDIATE);
  }

  /** A pool of connections that cannot write. */
  HikariDataSource readers() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("serin-store-readers");
    config.setDataSource(source(TransactionMode.DEFERRED));
    config.setConnectionInitSql("PRAGMA query_only = ON");
    config.setMaximumPoolSize(READERS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(READER_WAIT.toMillis());
    // A reader that is given back keeps no old state of the file: nothing to gain from replacing.
    config.setMaxLifetime(0);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  private SQLiteDataSource source(TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(Math.toIntExact(BUSY_TIMEOUT.toMillis()));
    config.setWalAutocheckpoint(0);
    config.setTransactionMode(mode);
    // Generated keys cost a statement for each insert and are not used.
    config.setGetGeneratedKeys(false);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }
}
