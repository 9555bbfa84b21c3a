package dev.serin.server.cli;

import com.google.protobuf.Timestamp;
import dev.serin.v1.ChangeNote;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Parts of the API's messages as people read them. */
final class Texts {
  /** Characters of a list in a column. */
  private static final int MAX_LIST = 36;

  private Texts() {}

  /** A time in UTC, to the second; empty where there is none. */
  static String time(Timestamp time) {
    return time.getSeconds() == 0
        ? ""
        : Instant.ofEpochSecond(time.getSeconds()).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** A revision or another unsigned number. */
  static String number(long unsigned) {
    return Long.toUnsignedString(unsigned);
  }

  /** Who and why, on one line. */
  static String note(ChangeNote note) {
    return printable(
        note.getReason().isEmpty()
            ? note.getActor()
            : note.getActor() + " (" + note.getReason() + ")");
  }

  /**
   * A text of somebody else's on one line: control characters, which could move the cursor or
   * pretend to be rows, as JSON escapes them; so those that turn the direction of what follows.
   */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> printable.append("\\n");
        case '\r' -> printable.append("\\r");
        case '\t' -> printable.append("\\t");
        default -> {
          if (Character.isISOControl(c) || isDirection(c)) {
            printable.append(String.format("\\u%04X", (int) c));
          } else {
            printable.append(c);
          }
        }
      }
    }
    return printable.toString();
  }

  private static boolean isDirection(char c) {
    return c == 0x061C
        || (c >= 0x200E && c <= 0x200F)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }

  /** The first elements of a list, as many as a column takes. */
  static String list(List<String> elements) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < elements.size(); i++) {
      String element = (i == 0 ? "" : ", ") + elements.get(i);
      if (i > 0 && text.length() + element.length() > MAX_LIST) {
        return text.append(", … ").append(elements.size()).append(" in all").toString();
      }
      text.append(element);
    }
    return text.toString();
  }

  /** "1 document", "2 documents". */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
