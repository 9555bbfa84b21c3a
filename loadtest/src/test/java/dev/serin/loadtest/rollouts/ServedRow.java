package dev.serin.loadtest.rollouts;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run served of its split from a revision of the namespace on, as the store has it.
 *
 * @param run id of the run
 * @param active whether the run owns its split
 * @param stage from 1; 0: none yet
 * @param share the treatment's, 0 to 1
 */
record ServedRow(String run, boolean active, int stage, double share) {
  private static final String QUERY =
      """
      SELECT served.run, served.active, served.stage, served.share_parts, served.share_of
      FROM served_run served JOIN change_set changes ON changes.apply_id = served.apply_id
      ORDER BY changes.revision
      """;

  /** All rows of a store of which one namespace has rollouts, in the order of its revisions. */
  static List<ServedRow> all(Connection store) throws SQLException {
    List<ServedRow> all = new ArrayList<>();
    try (var statement = store.createStatement();
        var rows = statement.executeQuery(QUERY)) {
      while (rows.next()) {
        all.add(
            new ServedRow(
                rows.getString(1),
                rows.getInt(2) == 1,
                rows.getInt(3),
                (double) rows.getLong(4) / rows.getLong(5)));
      }
    }
    return all;
  }
}
