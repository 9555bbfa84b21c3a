package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Which test of a run may spend which part of alpha: a complete union bound, so that the
 * probability of rolling back a run in which nothing is worse is at most alpha. Every threshold of
 * the judge comes from here.
 *
 * <p>Of a metric's w alpha an event's run process gets .6 and its stages .4, each of S planned
 * stages and all repeats and extensions together 1/(S+1) of that; a mean or ratio is one process
 * over the run and gets all. A quantile and a circuit breaker are one process in each stage, which
 * goes on through its repeats and extensions, and gets w alpha / (S+1). Metrics that never roll
 * back spend nothing: signals and dry runs are judged at their own weight, success metrics as one
 * guardrail more would be.
 */
public final class AlphaPlan {
  /** Weights are decimal fractions: a sum that is above 1 by less is 1. */
  private static final double WEIGHT_ROUNDING = 1e-9;

  /** Rounding of a sum of parts. */
  private static final double ROUNDING = 1e-12;

  private final AlphaShares parts;
  private final double scale;
  private final int acting;
  private final List<Share> shares;

  /** What is tested. */
  public enum Test {
    /** An event over the run, each user once. */
    RUN,
    /** An event in one planned stage. */
    STAGE,
    /** An event in all repeats and extensions of stages. */
    REPEATS,
    /** A mean or ratio over the run. */
    MEAN,
    /** A quantile in one stage. */
    QUANTILE,
    /** An event against its limit in one stage. */
    BREAKER
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

  private AlphaPlan(AlphaShares parts, double weights, List<JudgedMetric> metrics) {
    this.parts = parts;
    this.scale = 1 / Math.max(1, weights);
    this.acting = metrics.size();
    List<Share> all = new ArrayList<>();
    metrics.forEach(metric -> add(all, metric));
    this.shares = List.copyOf(all);
  }

  /**
   * The parts of a plan.
   *
   * @param stages planned, 1 or more
   * @throws IllegalArgumentException where the weights of what rolls back sum to more than 1
   */
  public static AlphaPlan of(double alpha, int stages, List<JudgedMetric> metrics) {
    List<JudgedMetric> acting =
        metrics.stream().filter(metric -> metric.plan().rollsBack()).toList();
    double weights = acting.stream().mapToDouble(metric -> metric.plan().weight()).sum();
    if (!(weights <= 1 + WEIGHT_ROUNDING)) {
      throw new IllegalArgumentException("weights: " + weights + " in sum (expected: at most 1)");
    }
    AlphaPlan plan = new AlphaPlan(new AlphaShares(alpha, stages), weights, acting);
    double sum = plan.shares.stream().mapToDouble(Share::part).sum();
    if (!(sum <= alpha * (1 + ROUNDING))) {
      throw new IllegalStateException(
          "parts of alpha: " + sum + " in sum (expected: at most " + alpha + ")");
    }
    return plan;
  }

  private void add(List<Share> all, JudgedMetric metric) {
    String key = metric.plan().metric();
    boolean event = metric.kind() == JudgedMetric.Kind.EVENT;
    double run = run(metric);
    if (run > 0) {
      all.add(new Share(key, event ? Test.RUN : Test.MEAN, 0, run));
    }
    double stage = stage(metric, 0);
    Test test = isBreaker(metric) ? Test.BREAKER : event ? Test.STAGE : Test.QUANTILE;
    for (int number = 1; stage > 0 && number <= parts.stages(); number++) {
      all.add(new Share(key, test, number, stage));
    }
    if (test == Test.STAGE) {
      all.add(new Share(key, Test.REPEATS, 0, stage));
    }
  }

  /** Largest probability that a run in which nothing is worse is rolled back. */
  public double alpha() {
    return parts.alpha();
  }

  /** Parts of all tests that roll back; no more than alpha in sum. */
  public List<Share> shares() {
    return shares;
  }

  /** The part of a metric's process over the run; 0: it has none. */
  double run(JudgedMetric metric) {
    if (isBreaker(metric)) {
      return 0;
    }
    return switch (metric.kind()) {
      case EVENT -> parts.run(weight(metric));
      case MEAN, RATIO -> weight(metric) * parts.alpha();
      case QUANTILE -> 0;
    };
  }

  /**
   * The part of a metric's process in one stage; 0: it has none.
   *
   * @param extension 0: the stage's planned period; else the number of the repeat or extension
   *     among the run's
   */
  double stage(JudgedMetric metric, int extension) {
    double weight = weight(metric);
    if (isBreaker(metric)) {
      return weight * parts.stagePart() * parts.alpha();
    }
    return switch (metric.kind()) {
      case EVENT -> extension == 0 ? parts.stage(weight) : parts.repeat(weight, extension);
      case MEAN, RATIO -> 0;
      case QUANTILE -> weight * parts.stagePart() * parts.alpha();
    };
  }

  /** The part with which the test of a mean, ratio or quantile has to be made. */
  double measured(JudgedMetric metric) {
    return Math.max(run(metric), stage(metric, 0));
  }

  private double weight(JudgedMetric metric) {
    MetricPlan plan = metric.plan();
    if (plan.rollsBack()) {
      return plan.weight() * scale;
    }
    return plan.weight() > 0 ? plan.weight() : 1.0 / (acting + 1);
  }

  private static boolean isBreaker(JudgedMetric metric) {
    return metric.plan().role() == MetricPlan.Role.CIRCUIT_BREAKER;
  }
}
