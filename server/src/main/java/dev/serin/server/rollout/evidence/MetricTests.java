package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence;

/** The tests of one metric of a plan. */
sealed interface MetricTests permits EventTests, MeanTests, QuantileTests {
  /**
   * Tests what was counted.
   *
   * @param stage the run is in, from 1
   */
  MetricEvidence look(int stage, MetricCounts counts);

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
