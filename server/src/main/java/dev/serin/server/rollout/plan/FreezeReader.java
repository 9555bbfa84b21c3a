package dev.serin.server.rollout.plan;

import dev.serin.v1.FreezeWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The freeze windows of a document. */
final class FreezeReader {
  private static final Pattern WEEKLY =
      Pattern.compile("(?i)(MON|TUE|WED|THU|FRI|SAT|SUN) ([0-9]{2}:[0-9]{2})");

  private static final String FORMS = "2026-12-24T00:00 or FRI 16:00";

  /** A Monday in a week in which hardly anybody's clocks change. */
  private static final Instant SOME_WEEK = Instant.parse("2026-06-01T00:00:00Z");

  /** Steps in which a week is searched for a time without freeze; a window may end any minute. */
  private static final int WEEK_MINUTES = 7 * 24 * 60;

  private final PlanReport report;

  FreezeReader(PlanReport report) {
    this.report = report;
  }

  /** One end of a window. */
  private sealed interface End {
    record Moment(LocalDateTime time) implements End {}

    record Weekday(DayOfWeek day, LocalTime time) implements End {}
  }

  List<FreezePlan> read(List<FreezeWindow> windows) {
    report.count("freezes", windows.size(), PlanLimits.MAX_FREEZES);
    List<FreezePlan> freezes = new ArrayList<>();
    for (int i = 0; i < Math.min(windows.size(), PlanLimits.MAX_FREEZES); i++) {
      FreezePlan freeze = read("freezes[" + i + "]", windows.get(i));
      if (freeze != null) {
        freezes.add(freeze);
      }
    }
    if (freezesEveryWeekWhole(freezes)) {
      report.add("freezes", "the whole of every week", "some time in which traffic may rise");
    }
    return freezes;
  }

  private @Nullable FreezePlan read(String path, FreezeWindow window) {
    ZoneId zone = zone(path + ".zone", window.getZone());
    End from = end(path + ".from", window.getFrom());
    End until = end(path + ".until", window.getUntil());
    if (zone == null || from == null || until == null) {
      return null;
    }
    if (from instanceof End.Moment begin && until instanceof End.Moment end) {
      return dated(
          path, FreezePlan.moment(begin.time(), zone), FreezePlan.moment(end.time(), zone));
    }
    if (from instanceof End.Weekday begin && until instanceof End.Weekday end) {
      if (begin.equals(end)) {
        report.add(path + ".until", window.getUntil(), "another time than from");
        return null;
      }
      return new FreezePlan.Weekly(begin.day(), begin.time(), end.day(), end.time(), zone);
    }
    report.add(path + ".until", window.getUntil(), "the form of from: both dates or both weekdays");
    return null;
  }

  private @Nullable FreezePlan dated(String path, Instant from, Instant until) {
    Duration length = Duration.between(from, until);
    if (length.compareTo(Duration.ZERO) <= 0 || length.compareTo(PlanLimits.MAX_FREEZE) > 0) {
      report.add(
          path + ".until",
          length.isNegative() || length.isZero()
              ? "not after from"
              : PlanText.time(length) + " after from",
          "later, by at most " + PlanText.time(PlanLimits.MAX_FREEZE));
      return null;
    }
    return new FreezePlan.Dated(from, until);
  }

  private @Nullable ZoneId zone(String field, String name) {
    Set<String> known = ZoneId.getAvailableZoneIds();
    if (known.contains(name)) {
      return ZoneId.of(name);
    }
    if (name.isEmpty()) {
      report.add(field, "not set", "an IANA time zone, such as Asia/Shanghai");
      return null;
    }
    report.unknownAmongMany(field, name, known, "IANA time zone, such as Asia/Shanghai");
    return null;
  }

  private @Nullable End end(String field, String text) {
    try {
      Matcher weekly = WEEKLY.matcher(text);
      if (weekly.matches()) {
        return new End.Weekday(day(weekly.group(1)), LocalTime.parse(weekly.group(2)));
      }
      return new End.Moment(LocalDateTime.parse(text));
    } catch (DateTimeException malformed) {
      report.add(field, text.isEmpty() ? "not set" : PlanReport.quote(text), FORMS);
      return null;
    }
  }

  private static DayOfWeek day(String name) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().startsWith(name.toUpperCase(Locale.ROOT))) {
        return day;
      }
    }
    throw new IllegalStateException("day: " + name + " (expected: one of the pattern's)");
  }

  /** True: the weekly windows together leave no minute of a week. */
  private static boolean freezesEveryWeekWhole(List<FreezePlan> freezes) {
    List<FreezePlan> weekly =
        freezes.stream().filter(freeze -> freeze instanceof FreezePlan.Weekly).toList();
    for (int minute = 0; !weekly.isEmpty() && minute < WEEK_MINUTES; minute++) {
      Instant moment = SOME_WEEK.plusSeconds(60L * minute);
      if (weekly.stream().allMatch(freeze -> freeze.until(moment).isEmpty())) {
        return false;
      }
    }
    return !weekly.isEmpty();
  }
}
