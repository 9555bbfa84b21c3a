package dev.serin.engine;

import com.google.protobuf.Value;
import dev.serin.v1.Condition;
import dev.serin.v1.NumberRange;
import dev.serin.v1.TimeRange;
import dev.serin.v1.VersionRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Conditions and values as texts that people read. */
final class Shown {
  /** Elements of a list that are shown. */
  private static final int MAX_ELEMENTS = 5;

  private Shown() {}

  /** Returns a condition in one line, without the conditions inside it. */
  static String condition(Condition condition) {
    if (condition.getAllCount() > 0) {
      return "all of " + condition.getAllCount();
    }
    if (condition.getAnyCount() > 0) {
      return "any of " + condition.getAnyCount();
    }
    if (condition.hasNot()) {
      return "not";
    }
    if (!condition.getSegment().isEmpty()) {
      return "segment " + condition.getSegment();
    }
    return condition.getAttribute() + " " + test(condition);
  }

  private static String test(Condition condition) {
    if (condition.hasEquals()) {
      return "equals " + value(condition.getEquals());
    }
    if (condition.getInCount() > 0) {
      return "in "
          + list(
              condition.getInList().stream().limit(MAX_ELEMENTS).map(Shown::value).toList(),
              condition.getInCount());
    }
    if (condition.getContainsCount() > 0) {
      return "contains " + texts(condition.getContainsList());
    }
    if (condition.getStartsWithCount() > 0) {
      return "starts_with " + texts(condition.getStartsWithList());
    }
    if (condition.getEndsWithCount() > 0) {
      return "ends_with " + texts(condition.getEndsWithList());
    }
    if (!condition.getMatches().isEmpty()) {
      return "matches " + condition.getMatches();
    }
    if (condition.hasNumber()) {
      return "number " + number(condition.getNumber());
    }
    if (condition.hasVersion()) {
      return "version " + version(condition.getVersion());
    }
    if (condition.hasTime()) {
      return "time " + time(condition.getTime());
    }
    return condition.getPresent() ? "present" : "not present";
  }

  private static String texts(List<String> texts) {
    return list(texts.stream().limit(MAX_ELEMENTS).map(Report::quote).toList(), texts.size());
  }

  private static String list(List<String> shown, int size) {
    String rest = size > shown.size() ? ", … " + size + " values" : "";
    return shown.stream().collect(Collectors.joining(", ", "[", rest + "]"));
  }

  private static String number(NumberRange range) {
    List<String> bounds = new ArrayList<>();
    if (range.hasAtLeast()) {
      bounds.add("at_least " + number(range.getAtLeast()));
    }
    if (range.hasGreaterThan()) {
      bounds.add("greater_than " + number(range.getGreaterThan()));
    }
    if (range.hasAtMost()) {
      bounds.add("at_most " + number(range.getAtMost()));
    }
    if (range.hasLessThan()) {
      bounds.add("less_than " + number(range.getLessThan()));
    }
    return String.join(" and ", bounds);
  }

  private static String version(VersionRange range) {
    List<String> bounds = new ArrayList<>();
    addBound(bounds, "equals", range.getEquals());
    addBound(bounds, "at_least", range.getAtLeast());
    addBound(bounds, "greater_than", range.getGreaterThan());
    addBound(bounds, "at_most", range.getAtMost());
    addBound(bounds, "less_than", range.getLessThan());
    return String.join(" and ", bounds);
  }

  private static void addBound(List<String> bounds, String name, String bound) {
    if (!bound.isEmpty()) {
      bounds.add(name + " " + bound);
    }
  }

  private static String time(TimeRange range) {
    List<String> bounds = new ArrayList<>();
    if (range.hasFrom()) {
      long seconds = range.getFrom().getSeconds();
      bounds.add("from " + Instant.ofEpochSecond(seconds, range.getFrom().getNanos()));
    }
    if (range.hasBefore()) {
      long seconds = range.getBefore().getSeconds();
      bounds.add("before " + Instant.ofEpochSecond(seconds, range.getBefore().getNanos()));
    }
    return String.join(" and ", bounds);
  }

  private static String value(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> Report.quote(value.getStringValue());
      case NUMBER_VALUE -> number(value.getNumberValue());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case NULL_VALUE, STRUCT_VALUE, LIST_VALUE, KIND_NOT_SET -> value.getKindCase().name();
    };
  }

  /** Returns a number as people write it: integers without a fraction. */
  private static String number(double number) {
    return number == (long) number ? Long.toString((long) number) : Double.toString(number);
  }

  /** Returns the value of a slot. */
  static String slot(Frame frame, int slot) {
    return switch (frame.kind(slot)) {
      case Frame.TEXT -> Report.quote(frame.text(slot));
      case Frame.NUMBER -> number(frame.number(slot));
      case Frame.BOOL -> Boolean.toString(frame.bool(slot));
      case Frame.LIST -> {
        List<String> elements = new ArrayList<>();
        int count = frame.elementCount(slot);
        for (int i = 0; i < Math.min(count, MAX_ELEMENTS); i++) {
          elements.add(slot(frame, frame.firstElement(slot) + i));
        }
        yield list(elements, count);
      }
      case Frame.OTHER -> "an object";
      default -> "absent";
    };
  }
}
