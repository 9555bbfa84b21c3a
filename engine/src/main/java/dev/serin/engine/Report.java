package dev.serin.engine;

import com.google.protobuf.Timestamp;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Share;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The violations of one document, and the checks that many fields share. For one thread. */
final class Report {
  /** Violations told of one document: who sees a hundred has seen enough to begin with. */
  private static final int MAX_VIOLATIONS = 100;

  /** Characters shown of a value. */
  private static final int MAX_SHOWN_CHARS = 80;

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  // What google.protobuf.Timestamp allows.
  private static final long MIN_SECONDS = -62_135_596_800L;
  private static final long MAX_SECONDS = 253_402_300_799L;
  private static final int MAX_NANOS = 999_999_999;

  private final DocumentKind kind;
  private final String key;
  private final List<Violation> violations;
  private int count;

  /** Makes a report that adds to a list. */
  Report(DocumentKind kind, String key, List<Violation> violations) {
    this.kind = kind;
    this.key = key;
    this.violations = violations;
  }

  /** Adds that a field has a value and what was expected. */
  void add(String field, Object value, String expected) {
    String name = field.substring(field.lastIndexOf('.') + 1);
    write(field, name + ": " + value + " (expected: " + expected + ")");
  }

  /** Adds that a field is not set. */
  void missing(String field, String expected) {
    add(field, "not set", expected);
  }

  private void write(String field, String description) {
    count++;
    if (count <= MAX_VIOLATIONS) {
      violations.add(new Violation(kind, key, field, description));
    } else if (count == MAX_VIOLATIONS + 1) {
      violations.add(
          new Violation(
              kind, key, "", "more than " + MAX_VIOLATIONS + " violations (expected: 0)"));
    }
  }

  /** Returns a text as it is shown: quoted, and cut where it is long. */
  static String quote(String text) {
    return text.length() <= MAX_SHOWN_CHARS
        ? "'" + text + "'"
        : "'" + text.substring(0, MAX_SHOWN_CHARS) + "…' (" + characters(text) + " characters)";
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  void key(String field, String value, int maxChars) {
    if (value.length() > maxChars || !KEY.matcher(value).matches()) {
      add(
          field,
          value.isEmpty() ? "not set" : quote(value),
          "1 to " + maxChars + " characters of A-Z a-z 0-9 . _ -, a letter or digit first");
    }
  }

  void text(String field, String value, int maxChars) {
    if (value.length() > maxChars && characters(value) > maxChars) {
      add(field, characters(value) + " characters", "at most " + maxChars);
    }
  }

  void count(String field, int found, int max) {
    if (found > max) {
      add(field, found + " elements", "at most " + max);
    }
  }

  /** Checks the whole that parts are counted of; 0 stands for its default. */
  void total(String field, int total) {
    if (Integer.toUnsignedLong(total) > Limits.MAX_TOTAL) {
      add(field, Integer.toUnsignedLong(total), "1 to " + Limits.MAX_TOTAL);
    }
  }

  void share(String field, Share share) {
    total(field + ".of", share.getOf());
    long parts = Integer.toUnsignedLong(share.getParts());
    if (parts > Totals.of(share)) {
      add(field + ".parts", parts, "0 to " + Totals.of(share) + ", the whole");
    }
  }

  void timestamp(String field, Timestamp timestamp) {
    long seconds = timestamp.getSeconds();
    int nanos = timestamp.getNanos();
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      add(field, seconds + " s", "the years 0001 to 9999");
    }
    if (nanos < 0 || nanos > MAX_NANOS) {
      add(field, nanos + " ns", "0 to " + MAX_NANOS);
    }
  }

  /** Tells values that occur twice, by their place in a list. */
  static final class Unique {
    private final Set<String> seen = new HashSet<>();

    /** Returns whether a value was there before. */
    boolean repeats(String value) {
      return !seen.add(value);
    }
  }
}
