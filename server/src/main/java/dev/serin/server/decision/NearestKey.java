package dev.serin.server.decision;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant: the known key with the fewest edits from the one written. */
public final class NearestKey {
  /** Edits beyond this many are no misspelling; a third of the key's length where it is shorter. */
  private static final int EDITS_MAX = 4;

  private NearestKey() {}

  /**
   * The nearest of the known keys, case ignored; empty where none is near.
   *
   * <p>Time grows with the number of keys of a similar length times the square of the length: not
   * for an event loop.
   */
  public static Optional<String> of(String written, Collection<String> known) {
    String wanted = written.toLowerCase(Locale.ROOT);
    int best = Math.clamp(written.length() / 3, 1, EDITS_MAX) + 1;
    String nearest = null;
    for (String key : known) {
      if (Math.abs(key.length() - wanted.length()) >= best) {
        continue;
      }
      int edits = edits(wanted, key.toLowerCase(Locale.ROOT), best);
      if (edits < best) {
        best = edits;
        nearest = key;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /**
   * Insertions, deletions and replacements between two texts (Wagner and Fischer 1974, two rows);
   * {@code limit} where there are as many or more.
   */
  private static int edits(String a, String b, int limit) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
        least = Math.min(least, row[j]);
      }
      if (least >= limit) {
        return limit;
      }
    }
    return Math.min(row[b.length()], limit);
  }
}
