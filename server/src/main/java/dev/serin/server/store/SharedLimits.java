package dev.serin.server.store;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * How long a transaction may hold rows of a shared store that others wait for: a process that
 * freezes inside one holds up those who take over from it no longer than this.
 */
public final class SharedLimits {
  private static final String LOCK_MILLIS = "3000";
  private static final String STATEMENT_MILLIS = "5000";
  private static final String IDLE_MILLIS = "5000";

  /** Above the time after which a frozen holder is ended; below the silence of a dead socket. */
  private static final String PATIENT_LOCK_MILLIS = "7000";

  private static final String PATIENT_STATEMENT_MILLIS = "8000";

  /** PostgreSQL: rows held by others for too long; a statement that took too long. */
  private static final Set<String> EXCEEDED = Set.of("55P03", "57014");

  private SharedLimits() {}

  /** Holds until the end of this transaction of PostgreSQL; one way there for all three. */
  public static void set(Handle handle) {
    set(handle, LOCK_MILLIS, STATEMENT_MILLIS);
  }

  /** As {@link #set} on PostgreSQL; nothing on the embedded store, which nobody shares. */
  public static void setWhereShared(Database database, Handle handle) {
    if (database.dialect() == Dialect.POSTGRESQL) {
      set(handle);
    }
  }

  /**
   * As {@link #setWhereShared}, but waits for rows until whoever froze while holding them is ended:
   * of what must not fail for that.
   */
  public static void setToOutwaitWhereShared(Database database, Handle handle) {
    if (database.dialect() == Dialect.POSTGRESQL) {
      set(handle, PATIENT_LOCK_MILLIS, PATIENT_STATEMENT_MILLIS);
    }
  }

  /** Whether a transaction failed by these limits, in a store that is there for all others. */
  public static boolean isExceeded(Throwable failure) {
    SQLException sql = SqlFailures.sqlException(failure);
    String state = sql == null ? null : sql.getSQLState();
    return state != null && EXCEEDED.contains(state);
  }

  private static void set(Handle handle, String lockMillis, String statementMillis) {
    handle
        .createQuery(
            """
            SELECT set_config('lock_timeout', :lock, true),
              set_config('statement_timeout', :statement, true),
              set_config('idle_in_transaction_session_timeout', :idle, true)
            """)
        .bind("lock", lockMillis)
        .bind("statement", statementMillis)
        .bind("idle", IDLE_MILLIS)
        .mapTo(String.class)
        .list();
  }
}
