package dev.serin.server.rollout.journal;

import dev.serin.server.store.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The row of the lease. */
final class LeaseRows {
  private final boolean shared;
  private final String clock;

  LeaseRows(Dialect dialect) {
    shared = dialect == Dialect.POSTGRESQL;
    clock = dialect.clockMillis();
  }

  /** Takes the lease; its number, or empty where it may not be taken now. */
  Optional<Long> take(
      Handle handle, long me, String name, Duration silence, Optional<Instant> now) {
    // A holder in the middle of a transaction lives, or is ended by the limits of that transaction:
    // no use waiting for it. A renewal that lies ahead is of a clock that was set back since.
    String row = shared ? "(SELECT id FROM rollout_lease FOR UPDATE SKIP LOCKED)" : "1";
    return handle
        .createQuery(
            """
            UPDATE rollout_lease
            SET number = number + 1, holder = :me, name = :name, renewed = %1$s,
              ahead = CAST(:now AS BIGINT) - %1$s
            WHERE id = %2$s AND (holder = 0 OR holder = :me
              OR renewed < %1$s - :silence OR renewed > %1$s + :silence)
            RETURNING number
            """
                .formatted(clock, row))
        .bind("me", me)
        .bind("name", name)
        .bind("silence", silence.toMillis())
        .bind("now", now.map(Instant::toEpochMilli).orElse(null))
        .mapTo(Long.class)
        .findOne();
  }

  /**
   * Proves that a lease holds, and says that its holder lives; nobody takes it from here to the end
   * of the transaction. False: it is another's.
   */
  boolean renew(Handle handle, Fence fence) {
    return handle
            .createUpdate(
                """
                UPDATE rollout_lease SET renewed = %s
                WHERE id = 1 AND holder = :holder AND number = :number
                """
                    .formatted(clock))
            .bind("holder", fence.holder())
            .bind("number", fence.number())
            .execute()
        == 1;
  }

  /** Whether a lease holds, without a word that its holder lives. */
  boolean isHeld(Handle handle, Fence fence) {
    return handle
            .createQuery(
                """
                SELECT count(*) FROM rollout_lease
                WHERE id = 1 AND holder = :holder AND number = :number
                """)
            .bind("holder", fence.holder())
            .bind("number", fence.number())
            .mapTo(Long.class)
            .one()
        == 1;
  }

  /** As {@link #renew(Handle, Fence)}; notes by which clock the holder times logs. */
  boolean renew(Handle handle, Fence fence, Instant now, Instant looked) {
    return handle
            .createUpdate(
                """
                UPDATE rollout_lease SET renewed = %1$s, ahead = :now - %1$s, looked = :looked
                WHERE id = 1 AND holder = :holder AND number = :number
                """
                    .formatted(clock))
            .bind("now", now.toEpochMilli())
            .bind("looked", looked.toEpochMilli())
            .bind("holder", fence.holder())
            .bind("number", fence.number())
            .execute()
        == 1;
  }

  /** The last renewal, the last turn, and the holder's clock. */
  ControllerLease.Sight sight(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT %1$s - renewed AS silence, %1$s + ahead AS now, looked, holder
            FROM rollout_lease WHERE id = 1
            """
                .formatted(clock))
        .map(
            (row, context) -> {
              Duration silence = Duration.ofMillis(Math.max(0, row.getLong("silence")));
              boolean lives =
                  row.getLong("holder") != 0 && silence.compareTo(ControllerLease.SILENCE) <= 0;
              Optional<Instant> now = instant(row, "now");
              return new ControllerLease.Sight(
                  silence, lives ? now : Optional.empty(), instant(row, "looked"));
            })
        .one();
  }

  /** Milliseconds since 1970 as a time; empty: NULL. */
  static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  void release(Handle handle, Fence fence) {
    handle
        .createUpdate(
            """
            UPDATE rollout_lease SET holder = 0
            WHERE id = 1 AND holder = :holder AND number = :number
            """)
        .bind("holder", fence.holder())
        .bind("number", fence.number())
        .execute();
  }

  void clear(Handle handle) {
    handle.execute("UPDATE rollout_lease SET holder = 0");
  }
}
