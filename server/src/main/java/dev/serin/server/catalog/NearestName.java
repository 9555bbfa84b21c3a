package dev.serin.server.catalog;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The known name that somebody most likely meant who wrote an unknown one. */
public final class NearestName {
  /** Longer names are nobody's slip of the pen, and the distance takes time. */
  private static final int MAX_CHARS = 64;

  private NearestName() {}

  /** The nearest of the known names, or null where none is near. */
  public static @Nullable String of(String unknown, Collection<String> known) {
    if (unknown.length() > MAX_CHARS) {
      return null;
    }
    String nearest = null;
    int least = Math.max(1, unknown.length() / 3) + 1;
    for (String name : known) {
      int distance = distance(normal(unknown), normal(name));
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  private static String normal(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Levenshtein's distance: the fewest characters to insert, delete or replace. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
