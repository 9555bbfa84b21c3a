package dev.serin.server.outcome.ledger;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The rows of deltas. */
final class DeltaRows {
  /** Rows read at a time: few enough for memory, many enough for the way there. */
  private static final int PAGE = 16;

  private DeltaRows() {}

  static void insert(Handle handle, long incarnation, long number, byte[] body) {
    handle
        .createUpdate(
            """
            INSERT INTO outcome_delta (incarnation, number, body)
            VALUES (:incarnation, :number, :body)
            """)
        .bind("incarnation", incarnation)
        .bind("number", number)
        .bind("body", body)
        .execute();
  }

  /**
   * A replica's deltas in order.
   *
   * @param above the number before the first
   * @param through the last number
   * @param bytesMax where they are more, the rest is left for later; one is returned always
   */
  static List<DeltaRow> read(
      Handle handle, long incarnation, long above, long through, long bytesMax) {
    List<DeltaRow> rows = new ArrayList<>();
    long bytes = 0;
    long last = above;
    while (last < through && bytes < bytesMax) {
      List<DeltaRow> page =
          handle
              .createQuery(
                  """
                  SELECT number, body FROM outcome_delta
                  WHERE incarnation = :incarnation AND number > :above AND number <= :through
                  ORDER BY number LIMIT :page
                  """)
              .bind("incarnation", incarnation)
              .bind("above", last)
              .bind("through", through)
              .bind("page", PAGE)
              .map((row, context) -> new DeltaRow(row.getLong("number"), row.getBytes("body")))
              .list();
      if (page.isEmpty()) {
        break;
      }
      for (DeltaRow row : page) {
        if (!rows.isEmpty() && bytes + row.body().length > bytesMax) {
          return rows;
        }
        rows.add(row);
        bytes += row.body().length;
        last = row.number();
      }
    }
    return rows;
  }

  static void remove(Handle handle, long incarnation, long through) {
    handle
        .createUpdate(
            "DELETE FROM outcome_delta WHERE incarnation = :incarnation AND number <= :through")
        .bind("incarnation", incarnation)
        .bind("through", through)
        .execute();
  }
}
