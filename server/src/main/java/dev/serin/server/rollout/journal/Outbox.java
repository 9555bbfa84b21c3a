package dev.serin.server.rollout.journal;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/**
 * Notifications that were written with their transitions and are not delivered yet. Each is
 * delivered at least once: it stays until its delivery is noted. Times are the database's. Safe for
 * all threads; every call is a transaction.
 */
public final class Outbox {
  /** Rows of a transaction that changes many. */
  private static final int PART = 500;

  private final Database database;
  private final NotificationRows rows;

  /** The outbox of a store. */
  public Outbox(Database database) {
    this.database = database;
    rows = new NotificationRows(database.dialect());
  }

  /**
   * Those that are due, the longest due first. Of a run and a target only the first that waits, due
   * or not: the others come when it is done, so that each target hears of a run in its order.
   *
   * @param limit at most so many, 1 or more
   */
  public List<WaitingNotification> due(int limit) {
    return database.read(handle -> rows.due(handle, limit));
  }

  /** How many wait, due or not, and for how long. */
  public Waiting waiting() {
    return database.read(rows::waiting);
  }

  /**
   * What waits.
   *
   * @param count of notifications
   * @param oldestMillis time since the oldest was made, by the database's clock; 0: none waits
   */
  public record Waiting(long count, long oldestMillis) {}

  /** Notes that one was delivered, or that nobody tries any more. */
  public void done(WaitingNotification notification) {
    database.execute(
        Priority.CATALOG,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          NotificationRows.remove(handle, notification);
        });
  }

  /** Notes that one failed, and is due again later; nothing where that was noted already. */
  public void failed(WaitingNotification notification, Duration delay) {
    database.execute(
        Priority.CATALOG,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          rows.postpone(handle, notification, delay);
        });
  }

  /** Likewise of many, in transactions that others need not wait for. */
  public void done(List<WaitingNotification> notifications) {
    inParts(notifications, NotificationRows::remove);
  }

  /** Puts some off without counting an attempt, so that those behind them come to be due. */
  public void putOff(List<WaitingNotification> notifications, Duration delay) {
    inParts(notifications, (handle, part) -> rows.putOff(handle, part, delay));
  }

  private void inParts(
      List<WaitingNotification> notifications, BiConsumer<Handle, List<WaitingNotification>> work) {
    for (int begin = 0; begin < notifications.size(); begin += PART) {
      List<WaitingNotification> part =
          notifications.subList(begin, Math.min(begin + PART, notifications.size()));
      database.execute(
          Priority.CATALOG,
          handle -> {
            SharedLimits.setWhereShared(database, handle);
            work.accept(handle, part);
          });
    }
  }
}
