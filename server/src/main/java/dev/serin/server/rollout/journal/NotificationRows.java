package dev.serin.server.rollout.journal;

import dev.serin.server.store.Dialect;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** The rows of notifications that wait. */
final class NotificationRows {
  private final String clock;

  NotificationRows(Dialect dialect) {
    clock = dialect.clockMillis();
  }

  /** Adds those of a move; due at once. */
  void insert(Handle handle, Move move) {
    if (move.targets().isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO rollout_notification (run, number, target, attempts, made, due)
            VALUES (:run, :number, :target, 0, %1$s, %1$s)
            """
                .formatted(clock))) {
      for (int target : move.targets()) {
        batch.bind("run", move.run()).bind("number", move.version()).bind("target", target).add();
      }
      batch.execute();
    }
  }

  List<WaitingNotification> due(Handle handle, int limit) {
    return handle
        .createQuery(
            """
            SELECT run, number, target, attempts, %1$s - made AS age
            FROM rollout_notification AS waiting
            WHERE due <= %1$s AND NOT EXISTS (
              SELECT 1 FROM rollout_notification AS before
              WHERE before.run = waiting.run AND before.target = waiting.target
                AND before.number < waiting.number)
            ORDER BY due, run, number, target LIMIT :limit
            """
                .formatted(clock))
        .bind("limit", limit)
        .map(
            (row, context) ->
                new WaitingNotification(
                    row.getString("run"),
                    row.getLong("number"),
                    row.getInt("target"),
                    row.getInt("attempts"),
                    row.getLong("age")))
        .list();
  }

  Outbox.Waiting waiting(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT count(*) AS number, coalesce(%s - min(made), 0) AS age
            FROM rollout_notification
            """
                .formatted(clock))
        .map((row, context) -> new Outbox.Waiting(row.getLong("number"), row.getLong("age")))
        .one();
  }

  static void remove(Handle handle, WaitingNotification notification) {
    named(
            handle.createUpdate(
                """
                DELETE FROM rollout_notification
                WHERE run = :run AND number = :number AND target = :target
                """),
            notification)
        .execute();
  }

  /** Nothing where another attempt was counted meanwhile. */
  void postpone(Handle handle, WaitingNotification notification, Duration delay) {
    named(
            handle.createUpdate(
                """
                UPDATE rollout_notification SET attempts = attempts + 1, due = %s + :delay
                WHERE run = :run AND number = :number AND target = :target
                  AND attempts = :attempts
                """
                    .formatted(clock)),
            notification)
        .bind("attempts", notification.attempts())
        .bind("delay", delay.toMillis())
        .execute();
  }

  static void remove(Handle handle, List<WaitingNotification> notifications) {
    batch(
        handle,
        """
        DELETE FROM rollout_notification
        WHERE run = :run AND number = :number AND target = :target
        """,
        notifications);
  }

  void putOff(Handle handle, List<WaitingNotification> notifications, Duration delay) {
    batch(
        handle,
        """
        UPDATE rollout_notification SET due = %s + %d
        WHERE run = :run AND number = :number AND target = :target
        """
            .formatted(clock, delay.toMillis()),
        notifications);
  }

  private static void batch(
      Handle handle, String statement, List<WaitingNotification> notifications) {
    try (PreparedBatch batch = handle.prepareBatch(statement)) {
      for (WaitingNotification row : notifications) {
        batch
            .bind("run", row.run())
            .bind("number", row.number())
            .bind("target", row.target())
            .add();
      }
      batch.execute();
    }
  }

  private static Update named(Update update, WaitingNotification notification) {
    return update
        .bind("run", notification.run())
        .bind("number", notification.number())
        .bind("target", notification.target());
  }
}
