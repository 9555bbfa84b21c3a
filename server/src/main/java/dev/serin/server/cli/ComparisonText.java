package dev.serin.server.cli;

import dev.serin.v1.AnyTimeFigures;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.ExposureState;
import dev.serin.v1.StageWeight;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the variants of a split show, as tables and what is to be said of them. */
final class ComparisonText {
  private static final int DIGITS = 4;
  private static final String NONE = "-";
  private static final String EXACT_IN_PERCENT = "exact in %";

  private ComparisonText() {}

  static List<String> lines(CompareVariantsResponse answer, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    lines.add(heading(answer));
    if (answer.getSummariesCount() == 0) {
      lines.add("nothing was counted yet");
      return lines;
    }
    lines.add("");
    lines.addAll(summaries(answer).lines(terminal));
    if (answer.getComparisonsCount() > 0) {
      lines.add("");
      lines.addAll(comparisons(answer).lines(terminal));
      lines.add("");
      lines.add(
          "± is the standard error by users. Figures of this table are valid for a single look.");
    }
    if (answer.getComparisonsList().stream().anyMatch(VariantComparison::hasAnyTime)) {
      lines.add("");
      lines.addAll(anyTime(answer).lines(terminal));
      lines.add("");
      lines.add(
          "Valid at any time, as often as one looks: intervals with 95 %, odds and P together.");
      if (answer.getComparisonsList().stream()
          .map(VariantComparison::getAnyTime)
          .anyMatch(ComparisonText::isExactInPercent)) {
        lines.add(EXACT_IN_PERCENT + ": odds and P too; FROM and TO are right for many users.");
      }
    }
    if (answer.hasVerdict()) {
      lines.add("");
      lines.addAll(VerdictText.lines(answer.getVerdict(), terminal));
    }
    lines.addAll(remarks(answer));
    return lines;
  }

  private static String heading(CompareVariantsResponse answer) {
    StringBuilder heading = new StringBuilder("split ").append(Texts.printable(answer.getSplit()));
    if (!answer.getRunId().isEmpty()) {
      heading.append(", run ").append(Texts.printable(answer.getRunId()));
    } else if (answer.getPeriod() != 0) {
      heading.append(", since revision ").append(Texts.number(answer.getPeriod()));
    }
    heading.append(", against ").append(Texts.printable(answer.getControl()));
    if (answer.hasDataUntil()) {
      heading.append(", until ").append(Texts.time(answer.getDataUntil()));
    }
    return heading.toString();
  }

  private static Table summaries(CompareVariantsResponse answer) {
    Table table =
        new Table(
            "METRIC",
            "VARIANT",
            "ARM",
            ">COUNT",
            ">USERS",
            ">MEAN",
            ">±",
            ">P50",
            ">P95",
            ">P99",
            ">OF USERS",
            "IN");
    for (VariantSummary row : answer.getSummariesList()) {
      table.row(
          row.getMetric(),
          row.getVariant(),
          arm(row),
          Texts.number(row.getCount()),
          (answer.getThinned() ? "~" : "") + Texts.number(row.getUsers()),
          number(row.hasMean(), row.getMean()),
          number(row.hasStandardError(), row.getStandardError()),
          number(row.hasMedian(), row.getMedian()),
          number(row.hasP95(), row.getP95()),
          number(row.hasP99(), row.getP99()),
          row.hasUserShare() ? number(true, 100 * row.getUserShare()) + " %" : NONE,
          row.getMeasure() + (row.getAfterEnd() ? " (after the end)" : ""));
    }
    return table;
  }

  private static String arm(VariantSummary row) {
    return arm(row.getArm()) + (row.getStage() > 0 ? " " + row.getStage() : "");
  }

  private static String arm(Arm arm) {
    String name = arm.name().toLowerCase(Locale.ROOT);
    return name.startsWith("arm_") ? name.substring(4) : name;
  }

  private static Table comparisons(CompareVariantsResponse answer) {
    Table table =
        new Table(
            "METRIC",
            "VARIANT",
            ">DIFF",
            ">±",
            ">95 % FROM",
            ">TO",
            ">DIFF %",
            ">T",
            ">P",
            ">D",
            "EFFECT",
            "BETTER");
    for (VariantComparison row : answer.getComparisonsList()) {
      table.row(
          metric(row),
          row.getTreatment(),
          number(row.hasDifference(), row.getDifference()),
          number(row.hasUserStandardError(), row.getUserStandardError()),
          number(row.hasUserLower(), row.getUserLower()),
          number(row.hasUserUpper(), row.getUserUpper()),
          number(row.hasDifferencePercent(), row.getDifferencePercent()),
          number(row.hasT(), row.getT()),
          number(row.hasP(), row.getP()),
          number(row.hasCohensD(), row.getCohensD()),
          row.getEffect().isEmpty() ? NONE : row.getEffect(),
          row.getBetter().isEmpty() ? NONE : row.getBetter());
    }
    return table;
  }

  private static Table anyTime(CompareVariantsResponse answer) {
    Table table =
        new Table(
            "METRIC", "VARIANT", ">DIFF", ">FROM", ">TO", ">FROM %", ">TO %", ">ODDS", ">P",
            "TEST");
    for (VariantComparison row : answer.getComparisonsList()) {
      if (row.hasAnyTime()) {
        AnyTimeFigures figures = row.getAnyTime();
        table.row(
            metric(row),
            row.getTreatment(),
            number(row.hasDifference(), row.getDifference()),
            number(figures.hasLower(), figures.getLower()),
            number(figures.hasUpper(), figures.getUpper()),
            number(figures.hasLowerPercent(), figures.getLowerPercent()),
            number(figures.hasUpperPercent(), figures.getUpperPercent()),
            figures.hasLogE() ? Odds.text(figures.getLogE()) : NONE,
            number(figures.hasP(), figures.getP()),
            test(figures));
      }
    }
    return table;
  }

  private static String test(AnyTimeFigures figures) {
    if (figures.getExact()) {
      return isExactInPercent(figures) ? EXACT_IN_PERCENT : "exact";
    }
    return figures.hasLower() || figures.hasLogE() ? "many users" : NONE;
  }

  /** Whether an interval that is right for many users stands in a row that is exact else. */
  private static boolean isExactInPercent(AnyTimeFigures figures) {
    return figures.getExact() && figures.hasLower();
  }

  private static String metric(VariantComparison row) {
    String of = row.getBasis() == ComparisonBasis.COMPARISON_BASIS_USERS ? " (share of users)" : "";
    String where = "";
    if (row.getStage() > 0) {
      where = " in stage " + row.getStage();
    } else if (row.getStagesCount() > 0) {
      where = " over " + row.getStagesList().stream().filter(ComparisonText::counts).count();
      where += " stages";
    }
    return row.getMetric() + of + where;
  }

  private static boolean counts(StageWeight stage) {
    return stage.getMissing().isEmpty();
  }

  private static String number(boolean isThere, double number) {
    return isThere ? shown(number) : NONE;
  }

  /** A number in four digits; very large and very small ones with an exponent; - of no number. */
  static String shown(double number) {
    return Numbers.digits(number, DIGITS);
  }

  /** The same in each row of a place: said once. */
  private static String drops(VariantSummary row) {
    return Texts.number(row.getDroppedOutcomes())
        + " outcomes of "
        + Texts.printable(row.getVariant())
        + " ("
        + arm(row)
        + (row.getAfterEnd() ? ", after the end" : "")
        + ") were dropped by their reporters or refused: in no figure";
  }

  private static List<String> remarks(CompareVariantsResponse answer) {
    List<String> remarks = new ArrayList<>();
    if (answer.getExposures() == ExposureState.EXPOSURE_STATE_NONE) {
      remarks.add("no exposures: users are those that outcomes name");
    }
    if (answer.getThinned()) {
      remarks.add("~ estimated: sets of users were thinned");
    }
    if (answer.getLeakedUsers() > 0) {
      remarks.add(
          Texts.number(answer.getLeakedUsers()) + " users were given two variants: in neither");
    }
    answer.getSummariesList().stream()
        .filter(row -> row.getDroppedOutcomes() > 0)
        .map(ComparisonText::drops)
        .distinct()
        .forEach(remarks::add);
    Set<String> missing = new LinkedHashSet<>();
    for (VariantComparison row : answer.getComparisonsList()) {
      row.getMissingList().forEach(reason -> missing.add(metric(row) + ": " + reason));
      row.getAnyTime()
          .getMissingList()
          .forEach(reason -> missing.add(metric(row) + ", at any time: " + reason));
    }
    missing.forEach(reason -> remarks.add("- " + Texts.printable(reason)));
    return remarks;
  }
}
