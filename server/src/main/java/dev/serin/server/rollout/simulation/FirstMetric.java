package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Comparison;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Welch;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The metric that other controllers' judges look at: the plan's first, by requests, as their
 * metrics come from systems that know no users.
 *
 * @param kind what is made of it
 * @param index among the world's metrics
 * @param number among the world's events, or among its values
 * @param better which direction is; LOWER where nobody says
 * @param quantile which one, of a quantile
 */
record FirstMetric(Kind kind, int index, int number, Direction better, double quantile) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Half the width of a 95 % interval in standard errors. */
  private static final double HALF_WIDTH = 1.96;

  /** The first metric of a plan; without one, the world's first. */
  static FirstMetric of(SimulatedPlan plan, World world) {
    for (JudgedMetric metric : plan.metrics()) {
      int index = world.indexOf(metric.plan().metric()).orElse(-1);
      if (index >= 0) {
        int events = world.events().size();
        return new FirstMetric(
            metric.kind(),
            index,
            index < events ? index : index - events,
            metric.better(),
            metric.plan().quantile());
      }
    }
    Kind kind = world.events().isEmpty() ? Kind.MEAN : Kind.EVENT;
    return new FirstMetric(kind, 0, 0, Direction.LOWER, 0);
  }

  boolean isEvent() {
    return kind == Kind.EVENT;
  }

  /** Whether a figure is on the bad side of another. */
  boolean isWorse(double figure, double than) {
    return better == Direction.HIGHER ? figure < than : figure > than;
  }

  /**
   * The classical two-sided p-value where the treatment looks worse; else 1. Of an event the pooled
   * test of two proportions of users, of a mean Welch's by requests, of a quantile a normal test
   * with the width of its order statistics' interval.
   */
  double pOfWorse(Look look) {
    return switch (kind) {
      case EVENT -> TwoProportions.pOfWorse(look, number, better);
      case MEAN, RATIO -> {
        Comparison comparison =
            Comparison.of(look.control().moments(number), look.treatment().moments(number), better);
        yield comparison.welch() instanceof Figure.Known<Welch>(Welch welch)
                && isWorse(welch.t(), 0)
            ? welch.p()
            : 1;
      }
      case QUANTILE -> pOfWorseQuantile(look);
    };
  }

  private double pOfWorseQuantile(Look look) {
    BinCounts control = BinCounts.of(look.control().bins(number));
    BinCounts treatment = BinCounts.of(look.treatment().bins(number));
    double difference = value(treatment, quantile) - value(control, quantile);
    double error = Math.hypot(standardError(control), standardError(treatment));
    return error > 0 && isWorse(difference, 0)
        ? 2 * NORMAL.survivalProbability(Math.abs(difference) / error)
        : 1;
  }

  private double standardError(BinCounts values) {
    double width = HALF_WIDTH * Math.sqrt(quantile * (1 - quantile) / values.total());
    double low = Math.max(1e-9, quantile - width);
    double high = Math.min(1 - 1e-9, quantile + width);
    return (value(values, high) - value(values, low)) / (2 * HALF_WIDTH);
  }

  static double value(BinCounts values, double share) {
    return LogBins.middle(values.binOf(share));
  }
}
