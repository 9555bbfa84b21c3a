package dev.serin.engine;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What random documents and random calls are made of. Both take from the same few values, so that
 * conditions hold about as often as not, and the values are those that are easily taken for
 * another.
 */
final class Vocabulary {
  /** Attributes that documents name; each is mostly given values of one kind. */
  static final List<String> ATTRIBUTES =
      List.of(
          "country",
          "plan",
          "version",
          "since",
          "age",
          "internal",
          "tags",
          "account",
          "größe-日本",
          "a-name-that-is-longer-than-sixty-three-bytes-and-so-takes-another-way-through",
          "user_key");

  static final List<String> USERS =
      List.of(
          "u-1",
          "u-2",
          "u-3",
          "u-4",
          "u-5",
          "u-6",
          "u-7",
          "u-8",
          "42",
          "ユーザー",
          "\uD83D\uDE00",
          "u".repeat(64),
          "u".repeat(63),
          "ü".repeat(512));

  private static final String LONG =
      "a text that is longer than the sixty-three bytes of one block ";

  private static final List<String> WORDS =
      List.of(
          "DE",
          "de",
          "FR",
          "D",
          "Österreich",
          "O\u0308sterreich",
          "日本",
          "日本語",
          "\uD83D\uDE00",
          "\uD83D\uDE01",
          "vip",
          "vip customer",
          "",
          " ",
          "1",
          "42",
          "true",
          LONG + "a",
          LONG + "b",
          "x".repeat(200),
          "x".repeat(63),
          "x".repeat(64));

  static final List<String> VERSIONS =
      List.of(
          "1.2.3",
          "v1.2.3",
          "1.2",
          "1.2.0",
          "2",
          "2.0.0",
          "2.3.0-rc.1",
          "2.3.0-rc.2",
          "2.3.0-rc.10",
          "2.3.0-rc.x",
          "2.3.0-rc",
          "2.3.0-rc.1.1",
          "2.3.0",
          "2.3.0+build.7",
          "2.3.0-rc.1+build.7",
          "0.0.0",
          "0.0.0-0",
          "1048575.1048575.1048575",
          "1048576.0.0",
          "99999999999999999999.0.0",
          "99999999999999999999.0.0-1",
          "2.3.0-99999999999999999998",
          "2.3.0-99999999999999999999");

  private static final List<String> NO_VERSIONS =
      List.of(
          "1.02.3", "1.2.3.4", "2.3.0-", "2.3.0-rc..1", "2.3.0-01", "1.x", "V2", "v", "2.", "-1");

  private static final List<String> TIMES =
      List.of(
          "2026-11-20T14:00:00Z",
          "2026-11-20T15:00:00+01:00",
          "2026-11-20T13:59:59.999999999Z",
          "2026-11-20T14:00:00.0000000001Z",
          "2026-11-20T14:00:00.5Z",
          "2026-11-20t14:00:00.500z",
          "2024-02-29T23:59:59-00:30",
          "0001-01-01T00:00:00Z",
          "9999-12-31T23:59:59.999Z",
          "1969-12-31T23:59:59.5Z",
          "2026-02-29T00:00:00Z",
          "2026-11-20 14:00:00Z",
          "2026-11-20T14:00:00",
          "2026-11-20T24:00:00Z",
          "2026-11-20T14:00:00.Z",
          "2026-13-20T14:00:00Z",
          "2026-11-20");

  /** A moment that documents and calls are about, in seconds. */
  static final long NOON = Instant.parse("2026-11-20T14:00:00Z").getEpochSecond();

  private static final List<Double> NUMBERS =
      List.of(
          0.0,
          -0.0,
          1.0,
          42.0,
          42.5,
          -3.0,
          -1.0,
          1e-30,
          17.0,
          18.0,
          Math.nextDown(18.0),
          1e300,
          9_007_199_254_740_992.0,
          (double) NOON,
          NOON - .5,
          NOON + .000_001);

  private static final List<Double> NO_NUMBERS =
      List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  private static final List<String> EXPRESSIONS =
      List.of("^v?[0-9]+[.]", "(?i)^de$", "日本|FR", "^$", "[^a-z]", "^.$", "x{64}", "^[uv]", "ü+$");

  /** More texts than the engine gives ids to in one list. */
  private static final int MANY = 600;

  private final Random random;

  Vocabulary(Random random) {
    this.random = random;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Returns true once in n times. */
  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /** A list so long that the engine makes a table of it. */
  static List<String> many() {
    return IntStream.range(0, MANY).mapToObj(number -> "u-" + number).toList();
  }

  String attribute() {
    return pick(ATTRIBUTES);
  }

  /** A text such as an attribute mostly has. */
  String text(String attribute) {
    if (oneIn(10)) {
      return pick(pick(List.of(WORDS, VERSIONS, NO_VERSIONS, TIMES, USERS)));
    }
    return switch (attribute) {
      case "user_key", "account" -> pick(USERS);
      case "version" -> oneIn(5) ? pick(NO_VERSIONS) : pick(VERSIONS);
      case "since" -> pick(TIMES);
      default -> pick(WORDS);
    };
  }

  /** A part of a text, cut between characters; not empty. */
  String needle(String attribute) {
    int[] characters = text(attribute).codePoints().toArray();
    if (characters.length == 0) {
      return "D";
    }
    int from = oneIn(2) ? 0 : random.nextInt(characters.length);
    int until = oneIn(2) ? characters.length : from + 1 + random.nextInt(characters.length - from);
    return new String(characters, from, until - from);
  }

  String expression() {
    return pick(EXPRESSIONS);
  }

  double finite() {
    return oneIn(10) ? random.nextGaussian() * 100 : pick(NUMBERS);
  }

  /** A text, number or bool such as an attribute mostly has, fit for a document. */
  Value literal(String attribute) {
    String likely = oneIn(8) ? "" : attribute;
    return switch (likely) {
      case "age" -> number(finite());
      case "internal" -> bool();
      case "since", "account", "tags", "" ->
          oneIn(3) ? number(finite()) : oneIn(6) ? bool() : string(text(attribute));
      default -> string(text(attribute));
    };
  }

  /** What a caller sends for an attribute: also null, objects, lists and numbers that are none. */
  Value sent(String attribute) {
    if (attribute.equals("tags") ? !oneIn(4) : oneIn(12)) {
      ListValue.Builder list = ListValue.newBuilder();
      for (int n = random.nextInt(5); n > 0; n--) {
        list.addValues(oneIn(10) ? strange(true) : literal(attribute));
      }
      return Value.newBuilder().setListValue(list).build();
    }
    return oneIn(12) ? strange(false) : literal(attribute);
  }

  private Value strange(boolean lists) {
    Value.Builder value = Value.newBuilder();
    return switch (random.nextInt(lists ? 5 : 4)) {
      case 0 -> value.setNullValue(NullValue.NULL_VALUE).build();
      case 1 -> value.build();
      case 2 -> number(pick(NO_NUMBERS));
      case 3 -> {
        value.getStructValueBuilder().putFields("in", bool());
        yield value.build();
      }
      default -> {
        value.getListValueBuilder().addValues(string("DE"));
        yield value.build();
      }
    };
  }

  /** A moment near noon, with nanoseconds. */
  Timestamp moment() {
    long seconds = NOON + pick(List.of(0L, 0L, 1L, -1L, 3_600L, -86_400L));
    int nanos = pick(List.of(0, 0, 1, 500_000_000, 500_000_001, 999_999_999));
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private Value bool() {
    return Value.newBuilder().setBoolValue(random.nextBoolean()).build();
  }
}
