package dev.serin.server.rollout.journal;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The rows of what was seen of runs by minute. */
final class SlotRows {
  private SlotRows() {}

  /** Writes slots as they are now, whether they were written under this lease before or not. */
  static void keep(Handle handle, List<KeptSlot> slots, long lease) {
    try (PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO rollout_slot (run, minute, lease, looks, verdict)
            VALUES (:run, :minute, :lease, :looks, :verdict)
            ON CONFLICT (run, minute, lease) DO UPDATE
              SET looks = excluded.looks, verdict = excluded.verdict
            """)) {
      for (KeptSlot slot : slots) {
        batch
            .bind("run", slot.run())
            .bind("minute", slot.minute())
            .bind("lease", lease)
            .bind("looks", slot.looks())
            .bind("verdict", slot.verdict().toByteArray())
            .add();
      }
      batch.execute();
    }
  }

  /** Slots of a run, by time; of what several leases saw of one the looks of all, the last word. */
  static List<KeptSlot> of(Handle handle, String run, long fromMinute, long untilMinute) {
    List<KeptSlot> slots = new ArrayList<>();
    handle
        .createQuery(
            """
            SELECT run, minute, looks, verdict FROM rollout_slot
            WHERE run = :run AND minute >= :from AND minute < :until ORDER BY minute, lease
            """)
        .bind("run", run)
        .bind("from", fromMinute)
        .bind("until", untilMinute)
        .map(
            (row, context) ->
                new KeptSlot(
                    row.getString("run"),
                    row.getLong("minute"),
                    row.getInt("looks"),
                    ByteString.copyFrom(row.getBytes("verdict"))))
        .forEach(slot -> add(slots, slot));
    return slots;
  }

  private static void add(List<KeptSlot> slots, KeptSlot slot) {
    if (!slots.isEmpty() && slots.getLast().minute() == slot.minute()) {
      int before = slots.removeLast().looks();
      slots.add(new KeptSlot(slot.run(), slot.minute(), before + slot.looks(), slot.verdict()));
    } else {
      slots.add(slot);
    }
  }

  /** Forgets some of those before a minute, of the oldest; returns how many. */
  static int forget(Handle handle, long minute, int limit) {
    return handle
        .createUpdate(
            """
            DELETE FROM rollout_slot WHERE (run, minute, lease) IN
              (SELECT run, minute, lease FROM rollout_slot
               WHERE minute < :minute ORDER BY minute LIMIT :limit)
            """)
        .bind("minute", minute)
        .bind("limit", limit)
        .execute();
  }
}
