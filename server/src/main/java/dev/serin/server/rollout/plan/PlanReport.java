package dev.serin.server.rollout.plan;

import com.google.protobuf.util.Durations;
import dev.serin.server.catalog.NearestName;
import dev.serin.server.error.FieldViolation;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The violations of one rollout document, and the checks that its fields share. Not thread-safe.
 */
final class PlanReport {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  /** Violations told of one document: who sees a hundred has seen enough to begin with. */
  private static final int MAX_VIOLATIONS = 100;

  /** Characters shown of a value. */
  private static final int MAX_SHOWN_CHARS = 80;

  private final String document;
  private final List<FieldViolation> violations = new ArrayList<>();

  /**
   * No violations yet.
   *
   * @param key the rollout's, as it stands in the document
   */
  PlanReport(String key) {
    this.document = "rollout/" + key;
  }

  List<FieldViolation> violations() {
    return List.copyOf(violations);
  }

  /** Adds that a field has a value and what was expected. */
  void add(String field, Object value, String expected) {
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add(new FieldViolation(document, field, value + " (expected: " + expected + ")"));
    }
  }

  /** Adds that a field names something unknown; suggests the nearest of what is known. */
  void unknown(String field, String value, Collection<String> known, String what) {
    String nearest = NearestName.of(value, known);
    String expected =
        nearest != null
            ? nearest
            : known.isEmpty()
                ? "a " + what
                : (known.size() == 1 ? "" : "one of ") + String.join(", ", new TreeSet<>(known));
    add(field, quote(value) + " is no " + what, expected);
  }

  /** As {@link #unknown}, where what is known is too much to be listed. */
  void unknownAmongMany(String field, String value, Collection<String> known, String what) {
    String nearest = NearestName.of(value, known);
    add(field, quote(value), nearest == null ? "an " + what : nearest);
  }

  /** Checks a name of letters, digits and a few signs. */
  void name(String field, String value, int maxChars) {
    if (value.length() > maxChars || !NAME.matcher(value).matches()) {
      add(
          field,
          value.isEmpty() ? "not set" : quote(value),
          "1 to " + maxChars + " characters of A-Z a-z 0-9 . _ -, a letter or digit first");
    }
  }

  /** Checks a name that may be absent. */
  void optionalName(String field, String value, int maxChars) {
    if (!value.isEmpty()) {
      name(field, value, maxChars);
    }
  }

  /** Refuses a number of an enum that this version does not know: what was meant is not known. */
  void enumNumber(String field, int number, boolean known) {
    if (!known) {
      add(field, number, "a number that this version knows");
    }
  }

  void text(String field, String value, int maxChars) {
    int chars = value.codePointCount(0, value.length());
    if (chars > maxChars) {
      add(field, chars + " characters", "at most " + maxChars);
    }
  }

  void count(String field, int found, int max) {
    if (found > max) {
      add(field, found + " elements", "at most " + max);
    }
  }

  void url(String field, String value) {
    String expected = "http:// or https:// and a host of letters, digits, . and -";
    if (value.isEmpty()) {
      add(field, "not set", expected);
      return;
    }
    text(field, value, PlanLimits.MAX_URL_CHARS);
    try {
      URI uri = new URI(value);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!web || uri.getHost() == null) {
        add(field, quote(value), expected);
      } else if (uri.getUserInfo() != null) {
        add(field, "a URL with a name or password in it", "none: documents are shown to everybody");
      }
    } catch (URISyntaxException malformed) {
      add(field, quote(value), expected);
    }
  }

  /** A time of a document within its bounds; where it is not, it is told and the bound is given. */
  Duration time(String field, com.google.protobuf.Duration written, Duration min, Duration max) {
    Duration time =
        Durations.isValid(written)
            ? Duration.ofSeconds(written.getSeconds(), written.getNanos())
            : Duration.ofSeconds(-1);
    if (time.compareTo(min) < 0 || time.compareTo(max) > 0) {
      add(
          field,
          Durations.isValid(written) ? Durations.toString(written) : "no duration",
          PlanText.time(min) + " to " + PlanText.time(max));
      return time.compareTo(min) < 0 ? min : max;
    }
    return time;
  }

  /** A number within its bounds, or its default; what is out of bounds is told. */
  double number(String field, Optional<Double> written, Range range, double absent) {
    double value = written.orElse(absent);
    if (written.isPresent() && !range.contains(value)) {
      add(field, value, range.text());
      return absent;
    }
    return value;
  }

  /** Bounds of a number. */
  record Range(double min, boolean minIncluded, double max, boolean maxIncluded) {
    static Range above0To(double max) {
      return new Range(0, false, max, true);
    }

    /** Of a probability, or a part of one, which is divided among tests: not to nothing. */
    static Range probabilityTo(double max) {
      return new Range(PlanLimits.MIN_PROBABILITY, true, max, true);
    }

    static Range from0To(double max) {
      return new Range(0, true, max, true);
    }

    static Range inside0And1() {
      return new Range(0, false, 1, false);
    }

    boolean contains(double value) {
      return (minIncluded ? value >= min : value > min)
          && (maxIncluded ? value <= max : value < max);
    }

    String text() {
      return (minIncluded ? shown(min) + " or more" : "above " + shown(min))
          + (maxIncluded
              ? max == Double.MAX_VALUE ? "" : " and at most " + shown(max)
              : " and below " + shown(max));
    }

    private static String shown(double bound) {
      return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
  }

  static String quote(String text) {
    return text.length() <= MAX_SHOWN_CHARS
        ? "'" + text + "'"
        : "'" + text.substring(0, MAX_SHOWN_CHARS) + "…'";
  }
}
