package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** The pooled two-sided test of two proportions, valid for one look. */
final class TwoProportions {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private TwoProportions() {}

  /** The two-sided p-value where the treatment's share of users with the event is worse; else 1. */
  static double pOfWorse(Look look, int event, Direction better) {
    double difference = difference(look, event);
    boolean worse = better == Direction.HIGHER ? difference < 0 : difference > 0;
    return worse ? pValue(look, event) : 1;
  }

  /** The two-sided p-value of users with the event; 1 where nobody or everybody had it. */
  static double pValue(Look look, int event) {
    double treated = look.treatment().users();
    double controls = look.control().users();
    double pooled =
        (look.treatment().eventUsers(event) + look.control().eventUsers(event))
            / (treated + controls);
    double error = Math.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / controls));
    double z = Math.abs(difference(look, event)) / error;
    return error > 0 ? 2 * NORMAL.survivalProbability(z) : 1;
  }

  private static double difference(Look look, int event) {
    return (double) look.treatment().eventUsers(event) / look.treatment().users()
        - (double) look.control().eventUsers(event) / look.control().users();
  }
}
