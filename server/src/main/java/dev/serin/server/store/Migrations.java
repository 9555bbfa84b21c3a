package dev.serin.server.store;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Brings the tables of a database up to this version's, at every start. */
final class Migrations {
  /** One set of files for both databases; what they spell differently are placeholders. */
  static final String LOCATION = "classpath:dev/serin/server/store/migrations";

  /** What mends a disk that is full. */
  static final String ROOM = "room on the disk";

  private Migrations() {}

  /**
   * Applies what is missing.
   *
   * @throws FlywayException also where the database is away: see {@link #isUnavailable}
   */
  static void apply(DataSource source, Dialect dialect) {
    Flyway.configure()
        .dataSource(source)
        .locations(LOCATION)
        .failOnMissingLocations(true)
        .placeholders(dialect.placeholders())
        .loggers("slf4j")
        .load()
        .migrate();
  }

  /** Whether the tables could not be brought up to date only because nobody answered. */
  static boolean isUnavailable(FlywayException failure) {
    SQLException sql = SqlFailures.sqlException(failure);
    return sql != null && SqlFailures.isUnavailable(sql);
  }

  /** The error to end the start with. */
  static StoreOpenException refused(String store, RuntimeException failure) {
    SQLException sql = SqlFailures.sqlException(failure);
    String cause = sql == null ? failure.getMessage() : sql.getMessage();
    return new StoreOpenException(
        "store "
            + store
            + ": cannot be brought up to date: "
            + (cause == null ? failure.toString() : cause.strip())
            + " (expected: "
            + expected(sql)
            + ")",
        failure);
  }

  /** What would mend it: a full disk says so, the rest by the SQL state that PostgreSQL gives. */
  private static String expected(@Nullable SQLException failure) {
    if (failure != null && SqlFailures.isFull(failure)) {
      return ROOM;
    }
    String state = failure == null ? null : failure.getSQLState();
    return switch (state == null || state.length() < 2 ? "" : state.substring(0, 2)) {
      case "28" -> "a user and password the database accepts: --store-user, --store-password";
      case "3D" -> "a database that exists";
      default -> "an empty database, or one of this or an earlier version of Serin";
    };
  }
}
