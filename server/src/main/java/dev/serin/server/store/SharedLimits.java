package dev.serin.server.store;

import org.jdbi.v3.core.Handle;

/**
 * How long a transaction may hold rows of a shared store that others wait for: a process that
 * freezes inside one holds up those who take over from it no longer than this.
 */
public final class SharedLimits {
  private static final String LOCK_MILLIS = "3000";
  private static final String STATEMENT_MILLIS = "5000";
  private static final String IDLE_MILLIS = "5000";

  private SharedLimits() {}

  /** Holds until the end of this transaction of PostgreSQL; one way there for all three. */
  public static void set(Handle handle) {
    handle
        .createQuery(
            """
            SELECT set_config('lock_timeout', :lock, true),
              set_config('statement_timeout', :statement, true),
              set_config('idle_in_transaction_session_timeout', :idle, true)
            """)
        .bind("lock", LOCK_MILLIS)
        .bind("statement", STATEMENT_MILLIS)
        .bind("idle", IDLE_MILLIS)
        .mapTo(String.class)
        .list();
  }
}
