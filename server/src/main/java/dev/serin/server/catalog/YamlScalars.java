package dev.serin.server.catalog;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an unquoted scalar stands for: the core schema of YAML 1.2.2 (section 10.3.2), in which
 * {@code no} and {@code on} are texts.
 */
final class YamlScalars {
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE");

  private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern OCTAL_OR_HEX = Pattern.compile("0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?(\\.inf|\\.Inf|\\.INF)|\\.nan|\\.NaN|\\.NAN");

  /** Characters of a value that an error shows. */
  private static final int MAX_SHOWN_CHARS = 60;

  private YamlScalars() {}

  static boolean isNull(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar
        && !scalar.quoted()
        && NULLS.contains(scalar.text());
  }

  static boolean isNull(String plain) {
    return NULLS.contains(plain);
  }

  static boolean isTrue(String plain) {
    return TRUE.contains(plain);
  }

  static boolean isFalse(String plain) {
    return FALSE.contains(plain);
  }

  /** A whole number in decimal digits. */
  static boolean isDecimal(String plain) {
    return DECIMAL.matcher(plain).matches();
  }

  /** {@code 0o17} or {@code 0x1F}. */
  static boolean isOctalOrHex(String plain) {
    return OCTAL_OR_HEX.matcher(plain).matches();
  }

  /** A number with or without fraction and exponent. */
  static boolean isFloat(String plain) {
    return FLOAT.matcher(plain).matches();
  }

  /** {@code .inf}, {@code -.inf} or {@code .nan}. */
  static boolean isNotFinite(String plain) {
    return NOT_FINITE.matcher(plain).matches();
  }

  /** Anything that is a number, finite or not. */
  static boolean isNumber(String plain) {
    return isFloat(plain) || isOctalOrHex(plain) || isNotFinite(plain);
  }

  /** The scalar as an error shows it: in quotes where it had them, shortened, on one line. */
  static String shown(YamlNode.Scalar scalar) {
    String text = scalar.text();
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < MAX_SHOWN_CHARS; i++) {
      char c = text.charAt(i);
      shown.append(c == '\n' ? "\\n" : c < ' ' || c == 0x7F ? "\\" + (int) c : String.valueOf(c));
    }
    if (text.length() > MAX_SHOWN_CHARS) {
      shown.append('…');
    }
    return scalar.quoted() || shown.isEmpty() ? "\"" + shown + "\"" : shown.toString();
  }
}
