package dev.serin.server.cli;

import dev.serin.v1.MetricKind;
import dev.serin.v1.MetricRole;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import dev.serin.v1.VerdictWithin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A verdict for people: what to do and why, what was seen, what is waited for. */
final class VerdictText {
  private static final String NONE = "-";

  private VerdictText() {}

  static List<String> lines(Verdict verdict, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    lines.add(action(verdict.getAction(), terminal) + ": " + sentence(verdict.getSentence()));
    lines.add(heading(verdict));
    if (verdict.getMetricsCount() > 0) {
      lines.add("");
      lines.addAll(table(verdict).lines(terminal));
    }
    List<String> notes = new ArrayList<>();
    verdict.getMetricsList().forEach(metric -> addNotes(metric, notes));
    if (verdict.getRatioLogE() > 0) {
      notes.add(
          "odds %s against the promised ratio of arms (holds at %s)"
              .formatted(
                  Odds.text(verdict.getRatioLogE()), Odds.text(verdict.getRatioThreshold())));
    }
    add(lines, "seen:", notes);
    add(
        lines,
        "unfit data:",
        verdict.getProblemsList().stream().map(problem -> problem.getSentence()).toList());
    add(lines, "promotion waits for:", verdict.getWaitsForList());
    if (verdict.hasPromotedMedian()) {
      lines.add("");
      lines.add(
          "forecast: if the arms are alike from now on, half of such runs may leave the stage in "
              + ForecastText.time(verdict.getPromotedMedian())
              + (verdict.hasPromotedP90()
                  ? ", nine in ten in " + ForecastText.time(verdict.getPromotedP90())
                  : ""));
    }
    return lines;
  }

  private static void add(List<String> lines, String heading, List<String> items) {
    if (!items.isEmpty()) {
      lines.add("");
      lines.add(heading);
      items.forEach(item -> lines.add("- " + Texts.printable(item)));
    }
  }

  private static String action(VerdictAction action, Terminal terminal) {
    return switch (action) {
      case VERDICT_ACTION_ROLL_BACK -> terminal.red("roll back");
      case VERDICT_ACTION_HOLD -> terminal.yellow("hold");
      case VERDICT_ACTION_PROMOTE -> terminal.green("promote");
      case VERDICT_ACTION_GO_ON -> "go on";
      case VERDICT_ACTION_UNSPECIFIED, UNRECOGNIZED -> "no action stated";
    };
  }

  private static String sentence(String sentence) {
    return sentence.isEmpty() ? "no sentence stated" : Texts.printable(sentence);
  }

  private static String heading(Verdict verdict) {
    List<String> parts = new ArrayList<>();
    if (!verdict.getRollout().isEmpty()) {
      parts.add("rollout " + verdict.getRollout());
    }
    if (!verdict.getRunId().isEmpty()) {
      parts.add("run " + verdict.getRunId());
    }
    parts.add(
        "stage "
            + Integer.toUnsignedString(verdict.getStage())
            + (verdict.getStageName().isEmpty() ? "" : " (" + verdict.getStageName() + ")"));
    String about = verdict.getThinned() ? "~" : "";
    parts.add(
        about
            + Texts.number(verdict.getTreatmentUsers())
            + " treatment and "
            + about
            + Texts.number(verdict.getControlUsers())
            + " control users"
            + (verdict.getThinned() ? " (estimated: sets are thinned)" : ""));
    if (verdict.hasTime()) {
      parts.add("at " + Texts.time(verdict.getTime()));
    }
    return Texts.printable(String.join(", ", parts));
  }

  private static Table table(Verdict verdict) {
    Table table =
        new Table(
            "METRIC",
            "ROLE",
            ">TREATMENT",
            ">CONTROL",
            ">ODDS",
            ">ALARM AT",
            "OF",
            ">MARGIN",
            "STATE");
    for (VerdictMetric metric : verdict.getMetricsList()) {
      List<String> row = evidence(metric);
      row.add(
          metric.hasLimit()
              ? "at most " + percent(metric.getLimit())
              : percent(metric.getMargin()));
      row.add(state(metric));
      table.row(row.toArray());
    }
    return table;
  }

  /** Metric, role, treatment, control, odds, where they alarm, and what they are of. */
  static List<String> evidence(VerdictMetric metric) {
    boolean byRun = isByRun(metric);
    boolean isThere = byRun ? metric.hasRunLogE() : metric.hasStageLogE();
    List<String> cells = new ArrayList<>();
    cells.add(metric.getMetric());
    cells.add(role(metric));
    cells.add(shown(metric, metric.hasTreatmentValue(), metric.getTreatmentValue()));
    cells.add(shown(metric, metric.hasControlValue(), metric.getControlValue()));
    cells.add(isThere ? Odds.text(byRun ? metric.getRunLogE() : metric.getStageLogE()) : NONE);
    cells.add(
        isThere ? Odds.text(byRun ? metric.getRunThreshold() : metric.getStageThreshold()) : NONE);
    cells.add(isThere ? byRun ? "run" : "stage" : NONE);
    return cells;
  }

  /** Whether the run is nearer to its alarm than the stage, or further beyond it. */
  private static boolean isByRun(VerdictMetric metric) {
    return !metric.hasStageLogE()
        || (metric.hasRunLogE()
            && metric.getRunLogE() - metric.getRunThreshold()
                >= metric.getStageLogE() - metric.getStageThreshold());
  }

  private static String role(VerdictMetric metric) {
    String role =
        metric
            .getRole()
            .name()
            .toLowerCase(Locale.ROOT)
            .replace("metric_role_", "")
            .replace('_', ' ');
    return metric.getDryRun() ? role + " (dry run)" : role;
  }

  private static String shown(VerdictMetric metric, boolean isThere, double value) {
    if (!isThere) {
      return NONE;
    }
    if (metric.getKind() == MetricKind.METRIC_KIND_EVENT) {
      return percent(value);
    }
    return withUnit(
        ComparisonText.shown(value),
        metric.getMeasure().isEmpty() ? "" : " " + metric.getMeasure());
  }

  private static String state(VerdictMetric metric) {
    if (metric.getControlBroken()) {
      return "control broken too";
    }
    if (metric.getWorse()) {
      return "alarm";
    }
    if (metric.getAlarm()) {
      return "has alarmed";
    }
    if (metric.getWithin().getPasses()) {
      return "within its margin";
    }
    if (metric.hasShown()) {
      return shownState(metric);
    }
    return metric.hasWithin() ? "not shown to be within" : "no alarm";
  }

  private static String shownState(VerdictMetric metric) {
    boolean success = metric.getRole() == MetricRole.METRIC_ROLE_SUCCESS;
    return (metric.getShown() ? "" : "not shown to be ")
        + (success ? "better" : metric.getShown() ? "within its margin" : "within");
  }

  private static void addNotes(VerdictMetric metric, List<String> notes) {
    if (!metric.getSentence().isEmpty()) {
      notes.add(metric.getSentence());
    }
    if (metric.hasLower() && metric.hasUpper()) {
      notes.add(
          "%s: difference %s to %s%s at any time, with 95 %%"
              .formatted(
                  metric.getMetric(),
                  ComparisonText.shown(metric.getLower()),
                  ComparisonText.shown(metric.getUpper()),
                  metric.getMeasure().isEmpty() ? "" : " " + metric.getMeasure()));
    }
    if (metric.hasRatioLower()) {
      notes.add(
          "%s: %s the control's share of users at any time, with 95 %%"
              .formatted(
                  metric.getMetric(),
                  metric.hasRatioUpper()
                      ? times(metric.getRatioLower()) + " to " + times(metric.getRatioUpper())
                      : "at least " + times(metric.getRatioLower())));
    }
    if (metric.hasControlLogE()) {
      notes.add(
          "%s: odds %s that the treatment is worse than the control (blamed at %s)"
              .formatted(
                  metric.getMetric(),
                  Odds.text(metric.getControlLogE()),
                  Odds.text(metric.getControlThreshold())));
    }
    if (metric.hasWithin()) {
      VerdictWithin within = metric.getWithin();
      notes.add(
          "%s: odds %s for being within its margin (shown at %s), at most %s points worse%s"
              .formatted(
                  metric.getMetric(),
                  Odds.text(within.getLogE()),
                  Odds.text(within.getThreshold()),
                  ComparisonText.shown(100 * within.getDifference()),
                  within.hasRequestsWorse()
                      ? ", by request at most " + percent(within.getRequestsWorse()) + " worse"
                      : ""));
    }
  }

  /** 1.25 times. */
  private static String times(double ratio) {
    return withUnit(ComparisonText.shown(ratio), " times");
  }

  static String percent(double share) {
    return withUnit(ComparisonText.shown(100 * share), " %");
  }

  /** What is no number has no unit. */
  private static String withUnit(String shown, String unit) {
    return shown.equals(NONE) ? NONE : shown + unit;
  }
}
