package dev.serin.server.catalog;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import java.time.Duration;

/** Rows of replicas, as the ledger of outcomes writes them. */
final class Replicas {
  private Replicas() {}

  /** One that lives. */
  static void add(Database database, long incarnation) {
    database.execute(
        Priority.FLUSH,
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO outcome_replica (incarnation, name, owner, state, flush_number,
                      folded_number, removed_number, watermark, started, renewed)
                    VALUES (:me, 'test', :me, 1, 0, 0, 0, NULL, %1$s, %1$s)
                    """
                        .formatted(database.dialect().clockMillis()))
                .bind("me", incarnation)
                .execute());
  }

  /** One that has said nothing for some time. */
  static void silence(Database database, long incarnation, Duration since) {
    set(
        database,
        incarnation,
        "renewed = " + database.dialect().clockMillis() + " - " + since.toMillis());
  }

  /** One that others have taken over, as it was silent. */
  static void retire(Database database, long incarnation) {
    set(
        database,
        incarnation,
        "state = 2, silent_since = renewed, renewed = " + database.dialect().clockMillis());
  }

  /** One whose process ends by itself. */
  static void leave(Database database, long incarnation) {
    set(database, incarnation, "renewed = 0");
  }

  private static void set(Database database, long incarnation, String what) {
    database.execute(
        Priority.FLUSH,
        handle ->
            handle
                .createUpdate("UPDATE outcome_replica SET " + what + " WHERE incarnation = :me")
                .bind("me", incarnation)
                .execute());
  }
}
