package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Dialect;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The rows of thinning. */
final class ThinningRows {
  private static final RowMapper<ThinningRow> ROW =
      (row, context) ->
          new ThinningRow(row.getInt("generation"), row.getInt("level"), row.getBytes("body"));

  private final String clock;

  ThinningRows(Dialect dialect) {
    clock = dialect.clockMillis();
  }

  /** The generation that holds, if it is a later one than that. */
  static Optional<ThinningRow> newest(Handle handle, int above) {
    return handle
        .createQuery(
            """
            SELECT generation, level, body FROM outcome_thinning
            WHERE generation > :above ORDER BY generation DESC LIMIT 1
            """)
        .bind("above", above)
        .map(ROW)
        .findOne();
  }

  /** Begins a generation, if it is the next; false: somebody else was first. */
  boolean insert(Handle handle, long incarnation, ThinningRow row) {
    return handle
            .createUpdate(
                """
                INSERT INTO outcome_thinning (generation, level, incarnation, began, body)
                SELECT :generation, :level, :me, %s, :sizes
                WHERE :generation - 1 =
                  (SELECT COALESCE(MAX(generation), 0) FROM outcome_thinning)
                ON CONFLICT (generation) DO NOTHING
                """
                    .formatted(clock))
            .bind("generation", row.generation())
            .bind("level", row.level())
            .bind("me", incarnation)
            .bind("sizes", row.sizes())
            .execute()
        == 1;
  }
}
