package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Which test of a run may spend which part of alpha: a complete union bound, so that the
 * probability of rolling back a run in which nothing is worse is at most alpha.
 *
 * <p>Of a metric's w alpha an event's run process gets .6 and its stages .4, each planned stage and
 * all repeats and extensions together the same; a mean, ratio or quantile is one process over the
 * run and gets all; a circuit breaker is one process a stage, so that its stages get all. Metrics
 * that never roll back (success metrics, signals, dry runs) spend nothing of it.
 *
 * @param alpha of the run
 * @param shares of its tests
 */
public record AlphaPlan(double alpha, List<Share> shares) {
  /** Rounding of a sum of parts. */
  private static final double ROUNDING = 1e-12;

  /** What is tested. */
  public enum Test {
    /** An event over the run, each user once. */
    RUN,
    /** An event in one planned stage. */
    STAGE,
    /** An event in all repeats and extensions of stages. */
    REPEATS,
    /** A mean, ratio or quantile over the run. */
    MEASURED,
    /** An event against its limit in one planned stage. */
    BREAKER,
    /** An event against its limit in all repeats and extensions of stages. */
    BREAKER_REPEATS
  }

  /**
   * One test's part.
   *
   * @param metric its key
   * @param test what is tested
   * @param stage of it, from 1; 0: not of one stage
   * @param part of probability, above 0
   */
  public record Share(String metric, Test test, int stage, double part) {}

  /**
   * Checks that the parts are no more than alpha.
   *
   * @throws IllegalArgumentException where they are
   */
  public AlphaPlan {
    shares = List.copyOf(shares);
    double sum = shares.stream().mapToDouble(Share::part).sum();
    if (!(sum <= alpha * (1 + ROUNDING))) {
      throw new IllegalArgumentException(
          "parts of alpha: " + sum + " in sum (expected: at most " + alpha + ")");
    }
  }

  /**
   * The parts of a plan.
   *
   * @param stages planned, 1 or more
   * @throws IllegalArgumentException where the weights of what rolls back sum to more than 1
   */
  public static AlphaPlan of(double alpha, int stages, List<JudgedMetric> metrics) {
    AlphaShares parts = new AlphaShares(alpha, stages);
    List<Share> shares = new ArrayList<>();
    for (JudgedMetric metric : metrics) {
      if (metric.plan().rollsBack()) {
        add(shares, parts, metric);
      }
    }
    return new AlphaPlan(alpha, shares);
  }

  private static void add(List<Share> shares, AlphaShares parts, JudgedMetric metric) {
    String key = metric.plan().metric();
    double weight = metric.plan().weight();
    if (metric.plan().role() == MetricPlan.Role.CIRCUIT_BREAKER) {
      double each = breaker(parts, weight);
      for (int stage = 1; stage <= parts.stages(); stage++) {
        shares.add(new Share(key, Test.BREAKER, stage, each));
      }
      shares.add(new Share(key, Test.BREAKER_REPEATS, 0, each));
    } else if (metric.kind() == JudgedMetric.Kind.EVENT) {
      shares.add(new Share(key, Test.RUN, 0, parts.run(weight)));
      for (int stage = 1; stage <= parts.stages(); stage++) {
        shares.add(new Share(key, Test.STAGE, stage, parts.stage(weight)));
      }
      shares.add(new Share(key, Test.REPEATS, 0, parts.stage(weight)));
    } else {
      shares.add(new Share(key, Test.MEASURED, 0, measured(parts, weight)));
    }
  }

  /** What a breaker gets in one stage. */
  static double breaker(AlphaShares parts, double weight) {
    return weight * parts.stagePart() * parts.alpha();
  }

  /** What a mean, ratio or quantile gets: the share its test has to be made with. */
  public static double measured(AlphaShares parts, double weight) {
    return weight * parts.alpha();
  }
}
