package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence;

/** The tests of one metric of a plan. */
sealed interface MetricTests permits EventTests, MeanTests, QuantileTests {
  /**
   * Users of an arm at which tests are sharpest where a stage does not ask for more. It is no guess
   * of the traffic, which is not known when a plan is read: with a tenth as many a bound is a
   * quarter wider than the best, with ten times as many hardly.
   */
  long USUAL_USERS = 10_000;

  /**
   * Tests what was counted.
   *
   * @param stage the run is in, from 1
   */
  MetricEvidence look(int stage, MetricCounts counts);

  /** Users of an arm that tests of a plan are made for: fixed beforehand, never by the outcomes. */
  static long plannedUsers(RolloutPlan plan) {
    return plan.stages().stream().mapToLong(StagePlan::minimumUsers).reduce(USUAL_USERS, Math::max);
  }

  /** The relative margin of a metric; without one no share of the control has to be formed. */
  static Margin relative(JudgedMetric metric) {
    double margin = metric.plan().margin();
    return margin > 0 ? new Margin.Relative(margin) : Margin.NONE;
  }

  /** Whether a guardrail has to be shown to be within its margin to leave a stage. */
  static boolean mustBeWithin(StagePlan stage) {
    return !stage.share().isAll() && stage.promotion() != Promotion.NO_REGRESSION;
  }

  /** Whether a success metric has to be shown to be better to leave a stage. */
  static boolean mustBeBetter(StagePlan stage) {
    return !stage.share().isAll() && stage.promotion() == Promotion.SUPERIOR;
  }
}
