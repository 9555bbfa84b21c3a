package dev.serin.server.rollout.journal;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The rows of logs. */
final class EntryRows {
  private static final RowMapper<StoredEntry> ENTRY =
      (row, context) ->
          new StoredEntry(
              row.getLong("number"),
              row.getLong("time"),
              row.getString("actor"),
              row.getString("reason"),
              row.getString("phase"),
              row.getInt("stage"),
              ByteString.copyFrom(row.getBytes("event")),
              ByteString.copyFrom(row.getBytes("evidence")),
              row.getLong("fence"));

  private EntryRows() {}

  static void insert(Handle handle, Move move, long fence) {
    handle
        .createUpdate(
            """
            INSERT INTO rollout_entry
              (run, number, time, actor, reason, phase, stage, event, evidence, fence)
            VALUES
              (:run, :number, :time, :actor, :reason, :phase, :stage, :event, :evidence, :fence)
            """)
        .bind("run", move.run())
        .bind("number", move.version())
        .bind("time", move.timeMillis())
        .bind("actor", move.actor())
        .bind("reason", move.reason())
        .bind("phase", move.after().phase())
        .bind("stage", move.after().stage())
        .bind("event", move.event().toByteArray())
        .bind("evidence", move.evidence().toByteArray())
        .bind("fence", fence)
        .execute();
  }

  /** Entries of a run after one, oldest first. */
  static List<StoredEntry> after(Handle handle, String run, long number, int limit) {
    return handle
        .createQuery(
            """
            SELECT number, time, actor, reason, phase, stage, event, evidence, fence
            FROM rollout_entry WHERE run = :run AND number > :after ORDER BY number LIMIT :limit
            """)
        .bind("run", run)
        .bind("after", number)
        .bind("limit", limit)
        .map(ENTRY)
        .list();
  }

  /** When a run entered a stage: it never goes back to one. */
  static OptionalLong stageBegan(Handle handle, String run, int stage) {
    return handle
        .createQuery(
            """
            SELECT time FROM rollout_entry
            WHERE run = :run AND stage = :stage ORDER BY number LIMIT 1
            """)
        .bind("run", run)
        .bind("stage", stage)
        .mapTo(Long.class)
        .findOne()
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Where a run stood after each of its entries up to a time, oldest first. */
  static List<StoredMoment> moments(Handle handle, String run, long untilMillis) {
    return handle
        .createQuery(
            """
            SELECT time, phase, stage, event FROM rollout_entry
            WHERE run = :run AND time < :until ORDER BY number
            """)
        .bind("run", run)
        .bind("until", untilMillis)
        .map(
            (row, context) ->
                new StoredMoment(
                    row.getLong("time"),
                    row.getString("phase"),
                    row.getInt("stage"),
                    ByteString.copyFrom(row.getBytes("event"))))
        .list();
  }
}
