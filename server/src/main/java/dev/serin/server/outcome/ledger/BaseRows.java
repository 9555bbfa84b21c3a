package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Dialect;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The rows of bases and of their parts. */
final class BaseRows {
  /** Bytes of a part: written in a few milliseconds. */
  static final int PART_BYTES = 256 * 1024;

  private static final RowMapper<BaseRow> ROW =
      (row, context) ->
          new BaseRow(
              row.getLong("base"),
              row.getInt("level"),
              row.getInt("parts"),
              row.getLong("size_bytes"),
              row.getInt("is_current") == 1);

  private final String clock;

  BaseRows(Dialect dialect) {
    clock = dialect.clockMillis();
  }

  /** Makes a base that nobody reads yet. */
  void insert(Handle handle, long base, long owner, int level, byte[] body) {
    handle
        .createUpdate(
            """
            INSERT INTO outcome_base (base, owner, level, parts, size_bytes, is_current, created)
            VALUES (:base, :owner, :level, :parts, :size, 0, %s)
            """
                .formatted(clock))
        .bind("base", base)
        .bind("owner", owner)
        .bind("level", level)
        .bind("parts", parts(body))
        .bind("size", body.length)
        .execute();
  }

  static int parts(byte[] body) {
    return (body.length + PART_BYTES - 1) / PART_BYTES;
  }

  void insertPart(Handle handle, long base, int part, byte[] body) {
    int from = part * PART_BYTES;
    handle
        .createUpdate(
            "INSERT INTO outcome_base_part (base, part, body) VALUES (:base, :part, :body)")
        .bind("base", base)
        .bind("part", part)
        .bind("body", Arrays.copyOfRange(body, from, Math.min(body.length, from + PART_BYTES)))
        .execute();
  }

  /** Has a base read from now on, or no more; false: somebody else owns it by now. */
  boolean setCurrent(Handle handle, long base, long owner, boolean current) {
    return handle
            .createUpdate(
                """
                UPDATE outcome_base SET is_current = :current
                WHERE base = :base AND owner = :owner AND is_current = :before
                """)
            .bind("current", current ? 1 : 0)
            .bind("before", current ? 0 : 1)
            .bind("base", base)
            .bind("owner", owner)
            .execute()
        == 1;
  }

  void takeOver(Handle handle, long from, long to) {
    handle
        .createUpdate("UPDATE outcome_base SET owner = :to WHERE owner = :from")
        .bind("to", to)
        .bind("from", from)
        .execute();
  }

  List<BaseRow> ownedBy(Handle handle, long owner) {
    return handle
        .createQuery(
            """
            SELECT base, level, parts, size_bytes, is_current FROM outcome_base
            WHERE owner = :owner ORDER BY level, created, base
            """)
        .bind("owner", owner)
        .map(ROW)
        .list();
  }

  /** All that are to be read. */
  List<BaseRow> current(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT base, level, parts, size_bytes, is_current FROM outcome_base
            WHERE is_current = 1 ORDER BY base
            """)
        .map(ROW)
        .list();
  }

  /** The bytes of a base. */
  byte[] body(Handle handle, BaseRow base) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int part = 0; part < base.parts(); part++) {
      body.writeBytes(
          handle
              .createQuery("SELECT body FROM outcome_base_part WHERE base = :base AND part = :part")
              .bind("base", base.base())
              .bind("part", part)
              .mapTo(byte[].class)
              .one());
    }
    return body.toByteArray();
  }

  /** Removes some parts of a base that nobody reads; true: and then the base itself. */
  boolean remove(Handle handle, long base, long owner, int partsMax) {
    int removed =
        handle
            .createUpdate(
                """
                DELETE FROM outcome_base_part WHERE base = :base AND part IN
                  (SELECT p.part FROM outcome_base_part p
                   JOIN outcome_base b ON b.base = p.base
                   WHERE p.base = :base AND b.owner = :owner AND b.is_current = 0
                   ORDER BY p.part LIMIT :max)
                """)
            .bind("base", base)
            .bind("owner", owner)
            .bind("max", partsMax)
            .execute();
    if (removed == partsMax) {
      return false;
    }
    handle
        .createUpdate(
            """
            DELETE FROM outcome_base WHERE base = :base AND owner = :owner AND is_current = 0
            """)
        .bind("base", base)
        .bind("owner", owner)
        .execute();
    return true;
  }
}
