package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One flush as one transaction: the replica's number moves, the sessions' sequences move, the delta
 * is written. All of it happens, or nothing.
 */
final class FlushTransaction {
  private final Database database;
  private final Incarnation me;
  private final ReplicaRows replicas;
  private final SessionRows sessions;

  FlushTransaction(Database database, Incarnation me) {
    this.database = database;
    this.me = me;
    replicas = new ReplicaRows(database.dialect());
    sessions = new SessionRows(database.dialect());
  }

  /** Rolls back: some openings hold no more. */
  private static final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Set<OpenSession> sessions;

    FencedException(Set<OpenSession> sessions) {
      super("fenced", null, false, false);
      this.sessions = sessions;
    }
  }

  /** Rolls back: the replica's number is not the one before. */
  private static final class NumberException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NumberException(long number) {
      super("flush " + number + ": the replica is not live, or at another number");
    }
  }

  /**
   * Tries once.
   *
   * @param number which flush of this replica it is
   */
  FlushResult run(long number, PreparedFlush flush, @Nullable Long watermark) {
    AtomicBoolean committing = new AtomicBoolean();
    try {
      database.execute(
          Priority.FLUSH,
          handle -> {
            committing.set(false);
            write(handle, number, flush, watermark);
            committing.set(true);
          });
      return new FlushResult.Committed();
    } catch (FencedException e) {
      return new FlushResult.Fenced(e.sessions);
    } catch (NumberException e) {
      // Retired, or a store that forgot: reading the number back says which.
      return new FlushResult.Unknown(e);
    } catch (RuntimeException e) {
      return committing.get() ? new FlushResult.Unknown(e) : new FlushResult.Failed(e);
    }
  }

  private void write(Handle handle, long number, PreparedFlush flush, @Nullable Long watermark) {
    if (database.dialect() == Dialect.POSTGRESQL) {
      SharedLimits.set(handle);
    }
    if (!replicas.advance(handle, me.id(), number, watermark)) {
      throw new NumberException(number);
    }
    Set<OpenSession> fenced = sessions.advance(handle, flush.sessions());
    if (!fenced.isEmpty()) {
      throw new FencedException(fenced);
    }
    DeltaRows.insert(handle, me.id(), number, flush.body());
  }
}
