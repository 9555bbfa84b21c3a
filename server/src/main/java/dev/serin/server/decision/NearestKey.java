package dev.serin.server.decision;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant: the known key with the fewest edits from the one written. */
public final class NearestKey {
  /** Edits beyond this many are no misspelling; a third of the key's length where it is shorter. */
  private static final int EDITS_MAX = 4;

  /** Keys compared at most: what an event loop can do without anybody noticing. */
  private static final int COMPARISONS_MAX = 500;

  private NearestKey() {}

  /**
   * The nearest of the known keys, case ignored; empty where none is near.
   *
   * <p>Keys that differ in too many characters are passed over at the cost of a few instructions;
   * of the others only some hundred are compared, so that asking costs little however many there
   * are.
   */
  public static Optional<String> of(String written, Collection<String> known) {
    String wanted = written.toLowerCase(Locale.ROOT);
    int best = Math.clamp(written.length() / 3, 1, EDITS_MAX) + 1;
    String nearest = null;
    long characters = characters(wanted);
    int comparisons = 0;
    for (String key : known) {
      // An edit takes a character away, adds one, or does both.
      if (Math.abs(key.length() - wanted.length()) >= best
          || Long.bitCount(characters ^ characters(key)) > 2 * (best - 1)) {
        continue;
      }
      if (++comparisons > COMPARISONS_MAX) {
        break;
      }
      int edits = edits(wanted, key.toLowerCase(Locale.ROOT), best);
      if (edits < best) {
        best = edits;
        nearest = key;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** A bit for each character that occurs, by its last six bits with letters in lower case. */
  private static long characters(String text) {
    long characters = 0;
    for (int i = 0; i < text.length(); i++) {
      characters |= 1L << Character.toLowerCase(text.charAt(i));
    }
    return characters;
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
