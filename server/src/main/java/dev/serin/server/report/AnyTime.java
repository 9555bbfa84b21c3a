package dev.serin.server.report;

import dev.serin.server.analysis.EventCounts;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.EventRatio;
import dev.serin.server.analysis.mean.AlwaysValidDifference;
import dev.serin.v1.AnyTimeFigures;
import dev.serin.v1.Validity;
import java.util.OptionalDouble;

/** Figures of two variants that may be looked at any time. For one thread. */
final class AnyTime {
  /**
   * Users of both arms at which intervals are narrowest. It has to be fixed before there are
   * outcomes, and nothing says how many users an A/B test will see.
   */
  static final long PLANNED_USERS = 10_000;

  private final AnyTimeFigures.Builder figures = AnyTimeFigures.newBuilder();
  private final Missing missing = new Missing();

  private AnyTime() {}

  /** Of means, ratios or shares of users. */
  static AnyTimeFigures of(Figure<AlwaysValidDifference> difference) {
    AnyTime row = new AnyTime();
    row.take(difference);
    row.missing.take(
        difference,
        shown -> {
          row.missing.take(shown.percent(), row::setPercent);
          row.figures.setLogE(shown.logE()).setP(shown.p());
        });
    return row.build();
  }

  /**
   * Of an event's users.
   *
   * @param difference of the shares of users
   * @param share the treatment's of the users of both arms, by their weights; empty: not known
   */
  static AnyTimeFigures ofEvent(
      Figure<AlwaysValidDifference> difference,
      OptionalDouble share,
      EventCounts control,
      EventCounts treatment) {
    AnyTime row = new AnyTime();
    row.take(difference);
    if (control.exposed() == 0 || treatment.exposed() == 0) {
      // Users of one variant alone say nothing of the other, however many have the event.
      row.missing.add(
          "odds: users of control, treatment: %d, %d (expected: 1 or more)"
              .formatted(control.exposed(), treatment.exposed()));
      return row.build();
    }
    if (share.isEmpty()) {
      row.missing.add("odds: shares of the arms not known (expected: weights above 0, as now)");
      return row.build();
    }
    EventRatio ratio =
        EventRatio.of(
            share.getAsDouble(), new ArmCounts(treatment.withEvent(), control.withEvent()));
    row.judged(ratio).setExact(true).setLogE(ratio.logE()).setP(ratio.p());
    row.figures.setLowerPercent(percent(ratio.interval().lower()));
    if (Double.isFinite(ratio.interval().upper())) {
      row.figures.setUpperPercent(percent(ratio.interval().upper()));
    } else {
      row.missing.add("upper end in percent: nobody of the control (expected: 1 or more)");
    }
    return row.build();
  }

  private static double percent(double ratio) {
    return 100 * (ratio - 1);
  }

  private void take(Figure<AlwaysValidDifference> difference) {
    missing.take(
        difference,
        shown ->
            judged(shown).setLower(shown.interval().lower()).setUpper(shown.interval().upper()));
  }

  private void setPercent(Interval interval) {
    figures.setLowerPercent(interval.lower()).setUpperPercent(interval.upper());
  }

  /** The figures, to which nothing is added that may be looked at once only. */
  private AnyTimeFigures.Builder judged(Inference inference) {
    return switch (inference.validity()) {
      case ALWAYS -> figures;
      case SINGLE_LOOK ->
          throw new IllegalArgumentException(
              "validity: " + inference.validity() + " (expected: ALWAYS)");
    };
  }

  private AnyTimeFigures build() {
    return figures.setValidity(Validity.VALIDITY_ANY_TIME).addAllMissing(missing.reasons()).build();
  }
}
