package dev.serin.server.catalog;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a text is written in YAML: plain where every reader takes it for that text, else in quotes.
 *
 * <p>Readers of YAML 1.1 take {@code no}, {@code on} or {@code 12:30} for something else, so these
 * are quoted although YAML 1.2 would not need it.
 */
final class YamlText {
  /** Starts with a letter, then what means nothing to YAML, inside lists too. */
  private static final Pattern PLAIN =
      Pattern.compile("[\\p{L}_/^$(][\\p{L}\\p{N}_./@+()^$;=%'\" -]*");

  /** Versions and the like: at least two dots, so no number of any schema. */
  private static final Pattern DOTTED = Pattern.compile("[0-9]+(\\.[0-9]+){2,}[A-Za-z0-9.+-]*");

  /** What YAML 1.1 or 1.2 resolves to a bool or to null. */
  private static final Set<String> RESERVED =
      Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n");

  private YamlText() {}

  /** The text on one line: plain or in double quotes. */
  static String inline(String text) {
    return isPlain(text) ? text : quoted(text);
  }

  /** True: a literal block ({@code |}) can hold the text so that it is read back unchanged. */
  static boolean isBlock(String text) {
    boolean several = text.indexOf('\n') >= 0 && text.indexOf('\n') < text.length() - 1;
    return several
        && text.charAt(0) != ' '
        && text.charAt(0) != '\n'
        && !text.endsWith("\n\n")
        && text.codePoints().allMatch(c -> c == '\n' || isPrintable(c))
        && text.lines().noneMatch(line -> line.endsWith(" "));
  }

  private static boolean isPlain(String text) {
    return (PLAIN.matcher(text).matches() || DOTTED.matcher(text).matches())
        && !text.endsWith(" ")
        && text.codePoints().allMatch(YamlText::isPrintable)
        && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
  }

  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        default -> {
          if (isPrintable(c)) {
            quoted.appendCodePoint(c);
          } else if (c <= 0xFFFF) {
            quoted.append(String.format("\\u%04X", c));
          } else {
            quoted.append(String.format("\\U%08X", c));
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /** Characters that stand for themselves in every YAML reader and editor. */
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
