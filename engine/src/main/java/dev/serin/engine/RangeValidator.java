package dev.serin.engine;

import dev.serin.v1.NumberRange;
import dev.serin.v1.TimeRange;
import dev.serin.v1.VersionRange;

/** Checks the bounds of numbers, versions and times. */
final class RangeValidator {
  private static final String ONE_LOWER = "at most one lower bound";
  private static final String ONE_UPPER = "at most one upper bound";

  private final Report report;

  RangeValidator(Report report) {
    this.report = report;
  }

  void number(String field, NumberRange range) {
    if (!range.hasAtLeast()
        && !range.hasGreaterThan()
        && !range.hasAtMost()
        && !range.hasLessThan()) {
      report.add(field, "no bound", "one of at_least, greater_than, at_most, less_than");
    }
    if (range.hasAtLeast() && range.hasGreaterThan()) {
      report.add(field, "at_least and greater_than", ONE_LOWER);
    }
    if (range.hasAtMost() && range.hasLessThan()) {
      report.add(field, "at_most and less_than", ONE_UPPER);
    }
    finite(field + ".at_least", range.getAtLeast());
    finite(field + ".greater_than", range.getGreaterThan());
    finite(field + ".at_most", range.getAtMost());
    finite(field + ".less_than", range.getLessThan());
  }

  private void finite(String field, double bound) {
    if (!Double.isFinite(bound)) {
      report.add(field, bound, "a finite number");
    }
  }

  void version(String field, VersionRange range) {
    boolean equal = !range.getEquals().isEmpty();
    boolean atLeast = !range.getAtLeast().isEmpty();
    boolean greater = !range.getGreaterThan().isEmpty();
    boolean atMost = !range.getAtMost().isEmpty();
    boolean less = !range.getLessThan().isEmpty();
    boolean other = atLeast || greater || atMost || less;
    if (!equal && !other) {
      report.add(field, "no bound", "one of equals, at_least, greater_than, at_most, less_than");
    }
    if (equal && other) {
      report.add(field, "equals and another bound", "equals alone");
    }
    if (atLeast && greater) {
      report.add(field, "at_least and greater_than", ONE_LOWER);
    }
    if (atMost && less) {
      report.add(field, "at_most and less_than", ONE_UPPER);
    }
    semantic(field + ".equals", range.getEquals());
    semantic(field + ".at_least", range.getAtLeast());
    semantic(field + ".greater_than", range.getGreaterThan());
    semantic(field + ".at_most", range.getAtMost());
    semantic(field + ".less_than", range.getLessThan());
  }

  private void semantic(String field, String version) {
    if (!version.isEmpty() && !Version.isVersion(version)) {
      report.add(field, Report.quote(version), "a semantic version like 2.3.0 or 2.3.0-rc.1");
    }
  }

  void time(String field, TimeRange range) {
    if (!range.hasFrom() && !range.hasBefore()) {
      report.add(field, "no bound", "one of from, before");
    }
    report.timestamp(field + ".from", range.getFrom());
    report.timestamp(field + ".before", range.getBefore());
  }
}
