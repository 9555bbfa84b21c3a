package dev.serin.server.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.MetricForecast;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.StageForecast;
import java.util.ArrayList;
import java.util.List;

/** A forecast as tables and a chart of its stages one after the other. */
final class ForecastText {
  private static final String NONE = "-";
  private static final double PERCENT = 100;
  private static final double SECONDS_OF_MINUTE = 60;
  private static final double SECONDS_OF_HOUR = 3_600;
  private static final double SECONDS_OF_DAY = 86_400;

  /** Columns of the chart. */
  private static final int CHART_COLUMNS = 48;

  private ForecastText() {}

  static List<String> lines(String rollout, PlanRolloutResponse answer, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    lines.add(
        rollout + ": forecast for " + shown(answer.getUsersPerSecond()) + " new users per second");
    lines.add("");
    lines.addAll(stages(answer).lines(terminal));
    lines.addAll(waits(answer));
    lines.add("");
    lines.addAll(metrics(answer).lines(terminal));
    lines.add("");
    lines.addAll(chart(answer, terminal));
    lines.add("");
    lines.add(
        terminal.dim(
            "PASSES: without an effect half (nine in ten) are shown to be within the margin by"
                + " then; * must, before promotion."));
    lines.add(
        terminal.dim(
            "FOUND: so much worse is rolled back by then; (signal) holds, (dry run) is shown. BY"
                + " DWELL: share of cases by the end of the dwell."));
    lines.add(
        terminal.dim(
            "SEES: the smallest regression found by then in eight of ten cases. ONE LOOK: when a"
                + " classical test, looked at once, would find the example in as many."));
    answer.getNotesList().forEach(note -> lines.add(terminal.dim(Texts.printable(note))));
    return lines;
  }

  private static Table stages(PlanRolloutResponse answer) {
    Table table =
        new Table(
            "STAGE", ">SHARE", ">DWELL", ">TREATMENT", ">CONTROL", ">PROMOTED", ">NINE IN TEN");
    for (StageForecast stage : answer.getStagesList()) {
      table.row(
          stage.getStage(),
          shown(PERCENT * stage.getShare()) + " %",
          time(stage.getDwell()),
          users(stage.getTreatmentUsers()),
          users(stage.getControlUsers()),
          promoted(stage, stage.hasPromotedMedian(), stage.getPromotedMedian()),
          promoted(stage, stage.hasPromotedP90(), stage.getPromotedP90()));
    }
    return table;
  }

  private static String promoted(StageForecast stage, boolean known, Duration time) {
    if (known) {
      boolean shipped =
          stage.getAtMaximum() == AtMaximum.AT_MAXIMUM_SHIP && time.equals(stage.getMaximum());
      return (shipped ? "shipped at " : "") + time(time);
    }
    if (!stage.getMissing().isEmpty()) {
      return "not known";
    }
    return switch (stage.getAtMaximum()) {
      case AT_MAXIMUM_ROLL_BACK -> "rolled back at " + time(stage.getMaximum());
      case AT_MAXIMUM_HOLD -> "held at " + time(stage.getMaximum());
      case AT_MAXIMUM_SHIP, AT_MAXIMUM_UNSPECIFIED, UNRECOGNIZED -> "never";
    };
  }

  /** What stages wait for besides evidence, and what is not known of them. */
  private static List<String> waits(PlanRolloutResponse answer) {
    List<String> lines = new ArrayList<>();
    for (StageForecast stage : answer.getStagesList()) {
      if (stage.getWaitsForCount() > 0) {
        lines.add(
            Texts.printable(
                stage.getStage()
                    + " waits for "
                    + String.join(", ", stage.getWaitsForList())
                    + ", which is in no time here"));
      }
      if (!stage.getMissing().isEmpty()) {
        lines.add(Texts.printable(stage.getStage() + " is not known: " + stage.getMissing()));
      }
      if (stage.hasShownByMaximum()) {
        lines.add(
            Texts.printable(
                stage.getStage()
                    + ": "
                    + percent(stage.getShownByMaximum())
                    + " have shown all by its maximum of "
                    + time(stage.getMaximum())));
      }
    }
    if (!lines.isEmpty()) {
      lines.addFirst("");
    }
    return lines;
  }

  private static Table metrics(PlanRolloutResponse answer) {
    Table table =
        new Table(
            "STAGE",
            "METRIC",
            ">MARGIN",
            ">PASSES",
            ">NINE IN TEN",
            ">BY DWELL",
            ">WORSE",
            ">FOUND",
            ">NINE IN TEN",
            ">BY DWELL",
            ">SEES",
            ">ONE LOOK");
    for (StageForecast stage : answer.getStagesList()) {
      for (MetricForecast metric : stage.getMetricsList()) {
        row(table, stage.getStage(), metric);
      }
    }
    return table;
  }

  private static void row(Table table, String stage, MetricForecast metric) {
    table.row(
        stage,
        metric.getMetric() + (metric.getMustPass() ? " *" : "") + action(metric),
        shown(PERCENT * metric.getMargin()) + " %",
        metric.hasPassesMedian() ? time(metric.getPassesMedian()) : missing(metric),
        metric.hasPassesP90() ? time(metric.getPassesP90()) : NONE,
        metric.hasPassesByDwell() ? percent(metric.getPassesByDwell()) : NONE,
        metric.hasRegression() ? worse(metric.getRegression()) : NONE,
        metric.hasFoundMedian() ? time(metric.getFoundMedian()) : NONE,
        metric.hasFoundP90() ? time(metric.getFoundP90()) : NONE,
        metric.hasFoundByDwell() ? percent(metric.getFoundByDwell()) : NONE,
        metric.hasSmallest() ? worse(metric.getSmallest()) : NONE,
        metric.hasSingleLook() ? time(metric.getSingleLook()) : NONE);
  }

  private static String action(MetricForecast metric) {
    return switch (metric.getFoundAction()) {
      case FOUND_ACTION_HOLD -> " (signal)";
      case FOUND_ACTION_SHOW -> " (dry run)";
      case FOUND_ACTION_ROLL_BACK, FOUND_ACTION_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  private static String missing(MetricForecast metric) {
    return metric.getMissing().isEmpty() ? "never" : metric.getMissing();
  }

  /** Bars to the median, and lighter on to nine in ten, each from where the last median ends. */
  private static List<String> chart(PlanRolloutResponse answer, Terminal terminal) {
    double begin = 0;
    double whole = 0;
    int width = 0;
    for (StageForecast stage : answer.getStagesList()) {
      whole = Math.max(whole, begin + latest(stage));
      begin += median(stage);
      width = Math.max(width, stage.getStage().length());
    }
    List<String> lines = new ArrayList<>();
    begin = 0;
    for (StageForecast stage : answer.getStagesList()) {
      double end = begin + median(stage);
      int from = column(begin, whole);
      int to = Math.max(from + 1, column(end, whole));
      int until = Math.max(to, column(begin + latest(stage), whole));
      lines.add(
          Texts.printable(stage.getStage())
              + " ".repeat(width - stage.getStage().length() + 2 + from)
              + (terminal.colour() ? "█" : "#").repeat(to - from)
              + (terminal.colour() ? "░" : ".").repeat(until - to)
              + (stage.hasPromotedMedian()
                  ? ""
                  : " " + promoted(stage, false, stage.getPromotedMedian())));
      begin = end;
    }
    lines.add(" ".repeat(width + 2) + "0" + " ".repeat(CHART_COLUMNS - 8) + time(whole));
    return lines;
  }

  /** A stage that is never decided is drawn for its dwell. */
  private static double median(StageForecast stage) {
    return seconds(stage.hasPromotedMedian() ? stage.getPromotedMedian() : stage.getDwell());
  }

  private static double latest(StageForecast stage) {
    return Math.max(median(stage), stage.hasPromotedP90() ? seconds(stage.getPromotedP90()) : 0);
  }

  private static int column(double seconds, double whole) {
    return whole == 0 ? 0 : (int) Math.round(CHART_COLUMNS * seconds / whole);
  }

  private static double seconds(Duration time) {
    return Durations.toMillis(time) / 1e3;
  }

  /** A time in the unit that suits it. */
  static String time(Duration time) {
    return time(seconds(time));
  }

  private static String time(double seconds) {
    if (seconds < 2 * SECONDS_OF_MINUTE) {
      return shown(seconds) + " s";
    }
    if (seconds < 2 * SECONDS_OF_HOUR) {
      return shown(seconds / SECONDS_OF_MINUTE) + " min";
    }
    return seconds < 2 * SECONDS_OF_DAY
        ? shown(seconds / SECONDS_OF_HOUR) + " h"
        : shown(seconds / SECONDS_OF_DAY) + " d";
  }

  private static String users(double users) {
    return Texts.number(Math.round(users));
  }

  private static String worse(double ratio) {
    return "+" + shown(PERCENT * (ratio - 1)) + " %";
  }

  private static String percent(double share) {
    return shown(PERCENT * share) + " %";
  }

  /** Two digits, and all of a whole number: a forecast knows no more. */
  private static String shown(double number) {
    return number >= 10 || number == Math.rint(number)
        ? Numbers.digits(Math.rint(number), 15)
        : Numbers.digits(number, 2);
  }
}
