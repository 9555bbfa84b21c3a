package dev.serin.server.store;

import dev.serin.server.error.ApiErrors;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Says of a failure in a database what it means for the caller. */
final class SqlFailures {
  /**
   * SQLite: room, for the log's index too. Everything else about its file is a store that cannot be
   * used.
   */
  private static final Set<SQLiteErrorCode> SQLITE_FULL =
      Set.of(SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);

  /** SQLite: what is no fault of the statement, by the primary code (the low byte). */
  private static final Set<Integer> SQLITE_UNAVAILABLE =
      Set.of(
          SQLiteErrorCode.SQLITE_BUSY.code,
          SQLiteErrorCode.SQLITE_READONLY.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_CANTOPEN.code,
          SQLiteErrorCode.SQLITE_NOTADB.code);

  /** PostgreSQL: disk full. The rest of class 53 is a server short of memory or connections. */
  private static final String POSTGRES_FULL = "53100";

  /**
   * PostgreSQL: insufficient resources, operator intervention, system error, connections;
   * read-only, idle for too long in a transaction, rows that somebody else holds for too long.
   */
  private static final Set<String> POSTGRES_UNAVAILABLE =
      Set.of("53", "57", "58", "08", "25006", "25P03", "55P03");

  private SqlFailures() {}

  /** The failure as callers may see it; failures that are faults of ours stay what they are. */
  static RuntimeException translate(RuntimeException failure) {
    if (!(failure instanceof JdbiException)) {
      return failure;
    }
    SQLException sql = sqlException(failure);
    if (sql == null) {
      return failure;
    }
    if (isFull(sql)) {
      return ApiErrors.storeFull(failure);
    }
    return isUnavailable(sql) ? ApiErrors.storeUnavailable(failure) : failure;
  }

  static boolean isFull(SQLException failure) {
    return failure instanceof SQLiteException sqlite
        ? SQLITE_FULL.contains(sqlite.getResultCode())
        : POSTGRES_FULL.equals(failure.getSQLState());
  }

  /** Whether the store is away or out of order, so that the same call may succeed later. */
  static boolean isUnavailable(SQLException failure) {
    if (failure instanceof SQLiteException sqlite) {
      return SQLITE_UNAVAILABLE.contains(sqlite.getResultCode().code & 0xff);
    }
    if (failure instanceof SQLTransientConnectionException) {
      return true;
    }
    String state = failure.getSQLState();
    return state != null
        && state.length() == 5
        && (POSTGRES_UNAVAILABLE.contains(state)
            || POSTGRES_UNAVAILABLE.contains(state.substring(0, 2)));
  }

  /** The innermost failure of the database: pools wrap what drivers say. */
  static @org.jspecify.annotations.Nullable SQLException sqlException(Throwable failure) {
    SQLException found = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        found = sql;
      }
    }
    return found;
  }
}
