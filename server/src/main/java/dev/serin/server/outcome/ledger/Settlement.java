package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.util.Optional;

/** What became of a flush whose commit was not answered, as the store says. */
enum Settlement {
  /** It is durable. */
  COMMITTED,
  /** Nothing happened: it may be tried again. */
  NOT_COMMITTED,
  /** This replica was retired: it counts nothing more. */
  RETIRED,
  /** The store is behind what it had confirmed: somebody restored or replaced it. */
  FORGOTTEN;

  /**
   * Reads the flush number back, waiting for a commit that is still on its way.
   *
   * @param number of the flush that is in doubt
   */
  static Settlement of(Database database, Incarnation me, long number) {
    ReplicaRows replicas = new ReplicaRows(database.dialect());
    Optional<ReplicaRow> row =
        database.dialect() == Dialect.SQLITE
            // Its one writer has ended the transaction, and a full disk can still be read.
            ? database.read(handle -> replicas.locked(handle, me.id()))
            : database.write(
                Priority.FLUSH,
                handle -> {
                  SharedLimits.set(handle);
                  return replicas.locked(handle, me.id());
                });
    if (row.isEmpty()) {
      return RETIRED;
    }
    if (row.get().flushNumber() == number) {
      return COMMITTED;
    }
    if (!row.get().live()) {
      return RETIRED;
    }
    return row.get().flushNumber() == number - 1 ? NOT_COMMITTED : FORGOTTEN;
  }
}
