package dev.serin.server.catalog;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import dev.serin.server.store.Transaction;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.jdbi.v3.core.Handle;

/**
 * The transactions that make changes current, and the truth about those whose answer was lost.
 *
 * <p>A connection may die between a commit and its answer. The change is then in the store or it is
 * not: its change set, read back by its identity, says which. Safe for all threads.
 */
final class Commits {
  private final Database database;

  Commits(Database database) {
    this.database = database;
  }

  /**
   * Runs a transaction that writes a change set or gives one its revision.
   *
   * @param made what the transaction would have returned, of the revision the change has
   * @throws ApiException {@code CHANGE_UNCERTAIN} if the store is lost for so long that nobody can
   *     say whether the change was made; any other means that it was not
   */
  <T> T run(
      Priority priority,
      String namespace,
      long applyId,
      Transaction<T> work,
      LongFunction<T> made) {
    AtomicBoolean committing = new AtomicBoolean();
    try {
      return database.write(
          priority,
          handle -> {
            limit(priority, handle);
            T result = work.run(handle);
            committing.set(true);
            return result;
          });
    } catch (ApiException lost) {
      if (lost.reason() != ErrorReason.STORE_UNAVAILABLE || !committing.get()) {
        throw lost;
      }
      return made.apply(readBack(priority, namespace, applyId, lost).orElseThrow(() -> lost));
    }
  }

  /** So that a process that freezes here holds nobody up for good. */
  private void limit(Priority priority, Handle handle) {
    if (priority == Priority.ROLLOUT) {
      // A kill switch always works: it waits until whoever froze with the namespace is ended.
      SharedLimits.setToOutwaitWhereShared(database, handle);
    } else {
      SharedLimits.setWhereShared(database, handle);
    }
  }

  private Optional<Long> readBack(
      Priority priority, String namespace, long applyId, ApiException lost) {
    try {
      return database.write(
          priority,
          handle -> {
            SharedLimits.setToOutwaitWhereShared(database, handle);
            if (database.dialect() == Dialect.POSTGRESQL) {
              // The commit may still be on its way there; it holds the namespace's row.
              NamespaceRows.lock(handle, namespace);
            }
            return ChangeSetRows.revision(handle, applyId);
          });
    } catch (ApiException _) {
      throw ApiErrors.changeUncertain(lost);
    }
  }
}
