package dev.serin.engine;

import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Versions and times as semver.org and RFC 3339 define them, read slowly and without doubt. */
final class ReferenceValues {
  private static final String NUMBER = "(0|[1-9][0-9]*)";
  private static final String NAMES = "([0-9A-Za-z-]+(?:[.][0-9A-Za-z-]+)*)";
  private static final Pattern VERSION =
      Pattern.compile(
          "v?"
              + NUMBER
              + "(?:[.]"
              + NUMBER
              + "(?:[.]"
              + NUMBER
              + ")?)?"
              + "(?:-"
              + NAMES
              + ")?(?:[+]"
              + NAMES
              + ")?");
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4})-(\\d{2})-(\\d{2})[Tt](\\d{2}):(\\d{2}):(\\d{2})([.]\\d+)?"
              + "(?:[Zz]|([+-])(\\d{2}):(\\d{2}))");

  private ReferenceValues() {}

  /**
   * A version.
   *
   * @param numbers major, minor and patch
   * @param preRelease its identifiers; none: a release
   */
  record Version(List<BigInteger> numbers, List<String> preRelease) implements Comparable<Version> {
    static @Nullable Version parse(String text) {
      Matcher matcher = VERSION.matcher(text);
      if (!matcher.matches()) {
        return null;
      }
      List<BigInteger> numbers = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        String number = matcher.group(i);
        numbers.add(number == null ? BigInteger.ZERO : new BigInteger(number));
      }
      String names = matcher.group(4);
      List<String> preRelease = names == null ? List.of() : Arrays.asList(names.split("[.]", -1));
      for (String name : preRelease) {
        if (name.matches("0[0-9]+")) {
          return null;
        }
      }
      return new Version(numbers, preRelease);
    }

    @Override
    public int compareTo(Version other) {
      for (int i = 0; i < numbers.size(); i++) {
        int order = numbers.get(i).compareTo(other.numbers.get(i));
        if (order != 0) {
          return order;
        }
      }
      if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
        return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
      }
      for (int i = 0; i < Math.min(preRelease.size(), other.preRelease.size()); i++) {
        int order = compare(preRelease.get(i), other.preRelease.get(i));
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    /** Numbers by value, before names; names by their ASCII codes. */
    private static int compare(String one, String other) {
      boolean number = one.matches("[0-9]+");
      boolean otherNumber = other.matches("[0-9]+");
      return number && otherNumber
          ? new BigInteger(one).compareTo(new BigInteger(other))
          : number != otherNumber ? Boolean.compare(otherNumber, number) : one.compareTo(other);
    }
  }

  /** Returns the seconds since 1970-01-01T00:00:00Z; null: the text is no time. */
  static @Nullable BigDecimal seconds(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long offset = 0;
    if (matcher.group(8) != null) {
      long hours = Long.parseLong(matcher.group(9));
      long minutes = Long.parseLong(matcher.group(10));
      if (hours > 23 || minutes > 59) {
        return null;
      }
      offset = (hours * 60 + minutes) * (matcher.group(8).equals("-") ? -60 : 60);
    }
    // A leap second, like the second 60 of any other minute, is the first of the next.
    int second = Integer.parseInt(matcher.group(6));
    int leap = second == 60 ? 1 : 0;
    try {
      LocalDateTime time =
          LocalDateTime.of(
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Integer.parseInt(matcher.group(3)),
              Integer.parseInt(matcher.group(4)),
              Integer.parseInt(matcher.group(5)),
              second - leap);
      BigDecimal fraction =
          matcher.group(7) == null ? BigDecimal.ZERO : new BigDecimal("0" + matcher.group(7));
      return BigDecimal.valueOf(time.toEpochSecond(ZoneOffset.UTC) + leap - offset).add(fraction);
    } catch (DateTimeException e) {
      return null;
    }
  }

  static BigDecimal seconds(Timestamp timestamp) {
    return BigDecimal.valueOf(timestamp.getSeconds())
        .add(BigDecimal.valueOf(timestamp.getNanos(), 9));
  }
}
