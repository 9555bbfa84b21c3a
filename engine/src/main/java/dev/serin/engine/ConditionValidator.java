package dev.serin.engine;

import com.google.protobuf.Value;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.serin.v1.Condition;
import java.util.ArrayList;
import java.util.List;

/** Checks conditions by themselves. */
final class ConditionValidator {
  private static final String SCALAR = "a text, a finite number or a bool";

  private final Report report;

  ConditionValidator(Report report) {
    this.report = report;
  }

  /** Checks a list of conditions and all below it. */
  void validate(String field, List<Condition> conditions) {
    validate(field, conditions, 1);
  }

  private void validate(String field, List<Condition> conditions, int depth) {
    report.count(field, conditions.size(), Limits.MAX_CONDITIONS);
    for (int i = 0; i < conditions.size(); i++) {
      validate(field + "[" + i + "]", conditions.get(i), depth);
    }
  }

  private void validate(String field, Condition condition, int depth) {
    if (depth > Limits.MAX_CONDITION_DEPTH) {
      report.add(
          field, "nested " + depth + " deep", "at most " + Limits.MAX_CONDITION_DEPTH + " deep");
      return;
    }
    List<String> kinds = kinds(condition);
    if (kinds.size() != 1) {
      report.add(
          field,
          kinds.isEmpty() ? "empty" : String.join(" and ", kinds),
          "exactly one of all, any, not, segment, attribute");
    }
    List<String> tests = tests(condition);
    if (condition.getAttribute().isEmpty()) {
      if (!tests.isEmpty()) {
        report.add(
            field, String.join(" and ", tests) + " without attribute", "an attribute to test");
      }
    } else if (tests.size() != 1) {
      report.add(
          field,
          tests.isEmpty() ? "attribute without a test" : String.join(" and ", tests),
          "exactly one of equals, in, contains, starts_with, ends_with, matches, number, version,"
              + " time, present");
    }
    report.text(field + ".attribute", condition.getAttribute(), Limits.MAX_ATTRIBUTE_CHARS);
    validate(field + ".all", condition.getAllList(), depth + 1);
    validate(field + ".any", condition.getAnyList(), depth + 1);
    if (condition.hasNot()) {
      validate(field + ".not", condition.getNot(), depth + 1);
    }
    validateTests(field, condition);
  }

  private static List<String> kinds(Condition condition) {
    List<String> kinds = new ArrayList<>();
    addIf(kinds, condition.getAllCount() > 0, "all");
    addIf(kinds, condition.getAnyCount() > 0, "any");
    addIf(kinds, condition.hasNot(), "not");
    addIf(kinds, !condition.getSegment().isEmpty(), "segment");
    addIf(kinds, !condition.getAttribute().isEmpty(), "attribute");
    return kinds;
  }

  private static List<String> tests(Condition condition) {
    List<String> tests = new ArrayList<>();
    addIf(tests, condition.hasEquals(), "equals");
    addIf(tests, condition.getInCount() > 0, "in");
    addIf(tests, condition.getContainsCount() > 0, "contains");
    addIf(tests, condition.getStartsWithCount() > 0, "starts_with");
    addIf(tests, condition.getEndsWithCount() > 0, "ends_with");
    addIf(tests, !condition.getMatches().isEmpty(), "matches");
    addIf(tests, condition.hasNumber(), "number");
    addIf(tests, condition.hasVersion(), "version");
    addIf(tests, condition.hasTime(), "time");
    addIf(tests, condition.hasPresent(), "present");
    return tests;
  }

  private static void addIf(List<String> names, boolean set, String name) {
    if (set) {
      names.add(name);
    }
  }

  private void validateTests(String field, Condition condition) {
    RangeValidator ranges = new RangeValidator(report);
    if (condition.hasEquals()) {
      scalar(field + ".equals", condition.getEquals());
    }
    report.count(field + ".in", condition.getInCount(), Limits.MAX_IN_VALUES);
    for (int i = 0; i < condition.getInCount(); i++) {
      if (!isScalar(condition.getIn(i))) {
        scalar(field + ".in[" + i + "]", condition.getIn(i));
      }
    }
    needles(field + ".contains", condition.getContainsList());
    needles(field + ".starts_with", condition.getStartsWithList());
    needles(field + ".ends_with", condition.getEndsWithList());
    regex(field + ".matches", condition.getMatches());
    if (condition.hasNumber()) {
      ranges.number(field + ".number", condition.getNumber());
    }
    if (condition.hasVersion()) {
      ranges.version(field + ".version", condition.getVersion());
    }
    if (condition.hasTime()) {
      ranges.time(field + ".time", condition.getTime());
    }
  }

  private void scalar(String field, Value value) {
    if (!isScalar(value)) {
      String shown =
          switch (value.getKindCase()) {
            case NUMBER_VALUE -> Double.toString(value.getNumberValue());
            case NULL_VALUE, KIND_NOT_SET -> "null";
            case STRUCT_VALUE -> "an object";
            case LIST_VALUE -> "a list";
            case STRING_VALUE, BOOL_VALUE -> value.getKindCase().name();
          };
      report.add(field, shown, SCALAR);
    }
  }

  private static boolean isScalar(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE, BOOL_VALUE -> true;
      case NUMBER_VALUE -> Double.isFinite(value.getNumberValue());
      case NULL_VALUE, STRUCT_VALUE, LIST_VALUE, KIND_NOT_SET -> false;
    };
  }

  private void needles(String field, List<String> needles) {
    report.count(field, needles.size(), Limits.MAX_NEEDLES);
    for (int i = 0; i < needles.size(); i++) {
      if (needles.get(i).isEmpty()) {
        report.add(field + "[" + i + "]", "''", "a text that is not empty");
      }
    }
  }

  private void regex(String field, String regex) {
    report.text(field, regex, Limits.MAX_REGEX_CHARS);
    if (regex.isEmpty() || regex.length() > Limits.MAX_REGEX_CHARS) {
      return;
    }
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      report.add(field, Report.quote(regex), "an RE2 expression; " + e.getDescription());
    }
  }
}
