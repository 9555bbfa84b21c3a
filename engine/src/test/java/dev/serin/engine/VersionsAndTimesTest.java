package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.serin.v1.Condition;
import dev.serin.v1.Feature;
import dev.serin.v1.Rule;
import dev.serin.v1.Serve;
import dev.serin.v1.TimeRange;
import dev.serin.v1.VersionRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Versions and times are read and ordered as semver.org and RFC 3339 say, or not read at all. */
class VersionsAndTimesTest {
  private static final int BOUNDS = 60;
  private static final int TEXTS = 2_000;

  /** Bounds are a second off their text's time and stay in the years that documents may name. */
  private static final BigDecimal YEAR_2 = BigDecimal.valueOf(-62_104_060_800L);

  private final EvaluationContext context = new EvaluationContext();
  private final Random random = new Random(9);
  private final Vocabulary words = new Vocabulary(random);

  @Test
  void version_randomTexts_areOrderedByPrecedence() {
    List<Condition> conditions = new ArrayList<>();
    while (conditions.size() < BOUNDS) {
      String bound = version();
      VersionRange range =
          switch (conditions.size() % 5) {
            case 0 -> VersionRange.newBuilder().setEquals(bound).build();
            case 1 -> VersionRange.newBuilder().setAtLeast(bound).build();
            case 2 -> VersionRange.newBuilder().setGreaterThan(bound).build();
            case 3 -> VersionRange.newBuilder().setAtMost(bound).build();
            default -> VersionRange.newBuilder().setLessThan(bound).build();
          };
      conditions.add(Condition.newBuilder().setAttribute("value").setVersion(range).build());
    }
    Snapshot snapshot = snapshot(conditions);
    int versions = 0;
    for (int i = 0; i < TEXTS; i++) {
      String text = words.oneIn(3) ? damaged(version()) : version();
      versions += ReferenceValues.Version.parse(text) == null ? 0 : 1;
      assertHold(text, snapshot, conditions);
    }
    assertThat(versions).isBetween(TEXTS / 2, TEXTS * 9 / 10);
  }

  @Test
  void time_randomTexts_areOrderedByTime() {
    List<Condition> conditions = new ArrayList<>();
    while (conditions.size() < BOUNDS) {
      BigDecimal seconds = ReferenceValues.seconds(time());
      if (seconds != null && seconds.compareTo(YEAR_2) > 0) {
        Timestamp bound =
            Timestamp.newBuilder()
                .setSeconds(seconds.longValue() - random.nextInt(2))
                .setNanos(random.nextInt(3) * 250_000_000)
                .build();
        TimeRange.Builder range = TimeRange.newBuilder();
        range = words.oneIn(2) ? range.setFrom(bound) : range.setBefore(bound);
        conditions.add(Condition.newBuilder().setAttribute("value").setTime(range).build());
      }
    }
    Snapshot snapshot = snapshot(conditions);
    int times = 0;
    for (int i = 0; i < TEXTS; i++) {
      String text = words.oneIn(3) ? damaged(time()) : time();
      times += ReferenceValues.seconds(text) == null ? 0 : 1;
      assertHold(text, snapshot, conditions);
    }
    assertThat(times).isBetween(TEXTS / 2, TEXTS * 9 / 10);
  }

  private void assertHold(String text, Snapshot snapshot, List<Condition> conditions) {
    context.begin(snapshot, 0, 0, 0);
    context.attribute("value", text);
    Call call = Call.of("").with("value", text);
    for (int i = 0; i < conditions.size(); i++) {
      Condition condition = conditions.get(i);
      boolean holds = snapshot.features().get(i).evaluate(context).variant().equals("on");
      boolean expected = new ReferenceConditions(snapshot.source(), call).holds(condition);
      if (holds != expected) {
        throw new AssertionError("'" + text + "' " + condition + "expected " + expected);
      }
    }
  }

  private static Snapshot snapshot(List<Condition> conditions) {
    Sources sources = Sources.of();
    Serve on = Serve.newBuilder().setVariant("on").build();
    for (int i = 0; i < conditions.size(); i++) {
      // Features are ordered by key, as the conditions are by number.
      Feature feature = Sources.onOffFeature(String.format(Locale.ROOT, "f-%04d", i), "");
      Rule rule = Rule.newBuilder().addWhen(conditions.get(i)).setServe(on).build();
      sources.feature(feature.toBuilder().addRules(rule).build());
    }
    return sources.snapshot();
  }

  private String version() {
    List<String> numbers =
        List.of("0", "0", "1", "2", "10", "1048575", "1048576", "99999999999999999999");
    List<String> names =
        List.of("a", "rc", "A", "-", "0", "1", "2", "10", "a1", "1a", "99999999999999999999");
    StringBuilder version =
        new StringBuilder(words.oneIn(6) ? "v" : "").append(words.pick(numbers));
    for (int n = random.nextInt(4); n > 0 && n != 3; n--) {
      version.append('.').append(words.pick(numbers));
    }
    for (int n = random.nextInt(4), i = 0; i < n; i++) {
      version.append(i == 0 ? '-' : '.').append(words.pick(names));
    }
    return words.oneIn(6) ? version + "+" + words.pick(names) + ".01" : version.toString();
  }

  private String time() {
    String fraction = words.pick(List.of("", "", ".5", ".25", ".000000001", ".9999999999", ".0"));
    String offset = words.pick(List.of("Z", "Z", "z", "+00:00", "-00:30", "+14:00", "-23:59"));
    return String.format(
        Locale.ROOT,
        "%04d-%02d-%02d%s%02d:%02d:%02d%s%s",
        words.pick(List.of(0, 1, 1900, 1969, 1970, 2000, 2024, 2026, 9999)),
        1 + random.nextInt(12),
        1 + random.nextInt(30),
        words.oneIn(5) ? "t" : "T",
        random.nextInt(24),
        random.nextInt(60),
        random.nextInt(61),
        fraction,
        offset);
  }

  /** The text with one character added, removed or replaced. */
  private String damaged(String text) {
    int at = random.nextInt(text.length());
    String added =
        words.oneIn(2) ? words.pick(List.of("0", ".", "-", "+", ":", "v", "é", " ")) : "";
    return text.substring(0, at) + added + text.substring(at + (words.oneIn(2) ? 1 : 0));
  }
}
