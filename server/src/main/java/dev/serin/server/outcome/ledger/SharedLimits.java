package dev.serin.server.outcome.ledger;

import org.jdbi.v3.core.Handle;

/**
 * How long a transaction of the ledger may hold rows of a shared store: a process that freezes
 * inside one holds up those who take its sessions over no longer than this.
 */
final class SharedLimits {
  private static final String LOCK_MILLIS = "3000";
  private static final String STATEMENT_MILLIS = "5000";
  private static final String IDLE_MILLIS = "5000";

  private SharedLimits() {}

  /** Holds until the end of the transaction; one way there for all three. */
  static void set(Handle handle) {
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
