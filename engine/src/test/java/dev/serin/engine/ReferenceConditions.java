package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Value;
import dev.serin.v1.Condition;
import dev.serin.v1.NumberRange;
import dev.serin.v1.Segment;
import dev.serin.v1.TimeRange;
import dev.serin.v1.VersionRange;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What document.proto says of conditions and segments, one sentence after the other. */
final class ReferenceConditions {
  private final SnapshotSource source;
  private final Call call;

  ReferenceConditions(SnapshotSource source, Call call) {
    this.source = source;
    this.call = call;
  }

  boolean allHold(List<Condition> conditions) {
    return conditions.stream().allMatch(this::holds);
  }

  boolean holds(Condition condition) {
    if (condition.getAllCount() > 0) {
      return allHold(condition.getAllList());
    }
    if (condition.getAnyCount() > 0) {
      return condition.getAnyList().stream().anyMatch(this::holds);
    }
    if (condition.hasNot()) {
      return !holds(condition.getNot());
    }
    if (!condition.getSegment().isEmpty()) {
      return isIn(requireNonNull(source.segments().get(condition.getSegment())));
    }
    Value value = attribute(condition.getAttribute());
    if (condition.hasPresent()) {
      return condition.getPresent() == (value != null);
    }
    return value != null && values(value).stream().anyMatch(one -> passes(one, condition));
  }

  /** A list passes where one of its elements passes. */
  private static List<Value> values(Value value) {
    return value.hasListValue() ? value.getListValue().getValuesList() : List.of(value);
  }

  boolean isIn(Segment segment) {
    if (names(segment, segment.getExcludedList())) {
      return false;
    }
    return names(segment, segment.getIncludedList())
        || (segment.getWhenCount() > 0 && allHold(segment.getWhenList()));
  }

  /** Whether a segment includes or excludes by name. */
  boolean isNamed(Segment segment) {
    return names(segment, segment.getExcludedList()) || names(segment, segment.getIncludedList());
  }

  private boolean names(Segment segment, List<String> texts) {
    Value value = attribute(segment.getAttribute().isEmpty() ? "user_key" : segment.getAttribute());
    return value != null
        && values(value).stream()
            .anyMatch(one -> one.hasStringValue() && texts.contains(one.getStringValue()));
  }

  /** Returns an attribute; null: it is absent. */
  @Nullable Value attribute(String name) {
    if (name.equals("user_key")) {
      return call.userKey().isEmpty()
          ? null
          : Value.newBuilder().setStringValue(call.userKey()).build();
    }
    Value value = call.attributes().get(name);
    boolean absent =
        value == null || value.hasNullValue() || value.getKindCase() == Value.KindCase.KIND_NOT_SET;
    return absent ? null : value;
  }

  private static boolean passes(Value value, Condition test) {
    if (test.hasEquals()) {
      return equal(value, test.getEquals());
    }
    if (test.getInCount() > 0) {
      return test.getInList().stream().anyMatch(literal -> equal(value, literal));
    }
    if (test.hasNumber()) {
      return value.hasNumberValue() && isWithin(value.getNumberValue(), test.getNumber());
    }
    if (test.hasTime()) {
      return value.hasNumberValue()
          ? isWithin(value.getNumberValue(), numbers(test.getTime()))
          : value.hasStringValue() && isWithin(value.getStringValue(), test.getTime());
    }
    return value.hasStringValue() && passes(value.getStringValue(), test);
  }

  private static boolean passes(String text, Condition test) {
    if (test.hasVersion()) {
      ReferenceValues.Version version = ReferenceValues.Version.parse(text);
      return version != null && isWithin(version, test.getVersion());
    }
    if (!test.getMatches().isEmpty()) {
      return Pattern.compile(test.getMatches()).matcher(text).find();
    }
    return test.getContainsList().stream().anyMatch(text::contains)
        || test.getStartsWithList().stream().anyMatch(text::startsWith)
        || test.getEndsWithList().stream().anyMatch(text::endsWith);
  }

  private static boolean equal(Value value, Value literal) {
    return switch (literal.getKindCase()) {
      case STRING_VALUE ->
          value.hasStringValue() && value.getStringValue().equals(literal.getStringValue());
      case NUMBER_VALUE ->
          value.hasNumberValue() && value.getNumberValue() == literal.getNumberValue();
      case BOOL_VALUE -> value.hasBoolValue() && value.getBoolValue() == literal.getBoolValue();
      default -> throw new IllegalArgumentException(literal.toString());
    };
  }

  private static boolean isWithin(double number, NumberRange range) {
    return !Double.isNaN(number)
        && !(range.hasAtLeast() && number < range.getAtLeast())
        && !(range.hasGreaterThan() && number <= range.getGreaterThan())
        && !(range.hasAtMost() && number > range.getAtMost())
        && !(range.hasLessThan() && number >= range.getLessThan());
  }

  private static boolean isWithin(ReferenceValues.Version version, VersionRange range) {
    return (range.getEquals().isEmpty() || compare(version, range.getEquals()) == 0)
        && (range.getAtLeast().isEmpty() || compare(version, range.getAtLeast()) >= 0)
        && (range.getGreaterThan().isEmpty() || compare(version, range.getGreaterThan()) > 0)
        && (range.getAtMost().isEmpty() || compare(version, range.getAtMost()) <= 0)
        && (range.getLessThan().isEmpty() || compare(version, range.getLessThan()) < 0);
  }

  private static int compare(ReferenceValues.Version version, String bound) {
    return version.compareTo(requireNonNull(ReferenceValues.Version.parse(bound)));
  }

  /** A time given as a number is compared with the doubles nearest to the bounds. */
  private static NumberRange numbers(TimeRange range) {
    NumberRange.Builder numbers = NumberRange.newBuilder();
    if (range.hasFrom()) {
      numbers.setAtLeast(ReferenceValues.seconds(range.getFrom()).doubleValue());
    }
    if (range.hasBefore()) {
      numbers.setLessThan(ReferenceValues.seconds(range.getBefore()).doubleValue());
    }
    return numbers.build();
  }

  private static boolean isWithin(String time, TimeRange range) {
    BigDecimal seconds = ReferenceValues.seconds(time);
    return seconds != null
        && !(range.hasFrom() && seconds.compareTo(ReferenceValues.seconds(range.getFrom())) < 0)
        && !(range.hasBefore()
            && seconds.compareTo(ReferenceValues.seconds(range.getBefore())) >= 0);
  }
}
