package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import java.math.BigDecimal;
import java.math.MathContext;

/** What was seen of a mean, ratio or quantile, for people. */
final class MeasuredWords {
  private static final MathContext DIGITS = new MathContext(4);

  private MeasuredWords() {}

  /** 131.2 ms of the treatment against 120.4 ms, difference 2.113 to 19.49 ms. */
  static String of(JudgedMetric metric, Figure<Estimate> estimate) {
    return switch (estimate) {
      case Figure.Absent<Estimate>(var absence, String detail) -> "no figure yet: " + detail;
      case Figure.Known<Estimate>(Estimate shown) -> {
        String measure = metric.document().getMeasure();
        String unit = measure.isEmpty() ? "" : " " + measure;
        String name =
            metric.kind() == Kind.QUANTILE
                ? "p" + number(100 * metric.plan().quantile()) + " of "
                : "";
        String difference =
            shown
                .interval()
                .map(MeasuredWords::range)
                .map(range -> ", difference " + range + unit)
                .orElse("");
        yield name
            + number(shown.treatment())
            + unit
            + " of the treatment against "
            + number(shown.control())
            + unit
            + difference;
      }
    };
  }

  /**
   * The same, and whether a margin in percent says nothing, as where the control is at or below 0:
   * then the metric neither alarms nor is it within that margin or better by it.
   */
  static String of(JudgedMetric metric, Figure<Estimate> estimate, Figure<MeanEvidence> worse) {
    String seen = of(metric, estimate);
    if (!(worse instanceof Figure.Absent<MeanEvidence>(var absence, String detail))
        || absence != Absence.CONTROL_NOT_POSITIVE) {
      return seen;
    }
    return seen
        + ", and no margin of "
        + number(100 * metric.plan().margin())
        + " % can be formed of a control at or below 0"
        + (metric.absoluteMargin() > 0
            ? ": only its absolute margin is asked"
            : ": it neither alarms nor passes");
  }

  private static String range(Interval interval) {
    return number(interval.lower()) + " to " + number(interval.upper());
  }

  /** A number in four digits; - of none, as of a sum beyond the largest double. */
  private static String number(double number) {
    if (!Double.isFinite(number)) {
      return "-";
    }
    return number == 0
        ? "0"
        : new BigDecimal(number).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
