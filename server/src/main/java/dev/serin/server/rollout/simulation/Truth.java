package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.simulation.World.EventRates;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is right and wrong of a plan in a world; rates are compared by requests. Dry runs decide
 * nothing and are no part of it.
 *
 * @param worse time from the run's start from which rolling back is right: a guardrail is worse by
 *     more than its relative margin, or a circuit breaker's limit is crossed by the treatment
 *     alone; empty: never
 * @param unfit time from which promoting is wrong: a guardrail is at or beyond its margins, the
 *     absolute one included, a signal beyond its own, a breaker's limit crossed by the treatment
 *     alone, or where superiority must be shown a success metric is no better; empty: never
 */
record Truth(Optional<Duration> worse, Optional<Duration> unfit) {
  /** Rates are decimal fractions: a quarter more than .016 is .02. */
  private static final double ROUNDING = 1e-9;

  /** What a plan calls right and wrong in a world. */
  static Truth of(SimulatedPlan plan, World world) {
    return new Truth(
        times(plan, world).flatMap(times -> times.worse.stream()).min(Duration::compareTo),
        times(plan, world).flatMap(times -> times.unfit.stream()).min(Duration::compareTo));
  }

  private static Stream<Truth> times(SimulatedPlan plan, World world) {
    boolean superior =
        plan.plan().stages().stream().anyMatch(stage -> stage.promotion() == Promotion.SUPERIOR);
    return plan.metrics().stream()
        .filter(metric -> !metric.plan().dryRun())
        .flatMap(
            metric ->
                world.events().stream()
                    .filter(rates -> rates.metric().equals(metric.plan().metric()))
                    .map(rates -> of(metric, rates, superior)));
  }

  private static Truth of(JudgedMetric metric, EventRates rates, boolean superior) {
    Optional<Duration> onset = Optional.of(rates.onset());
    double control = rates.baseline();
    double treatment = rates.regressed();
    // Both ways lower is better now: what is to be high is worse where the control is higher.
    boolean higher = metric.better() == Direction.HIGHER;
    double bad = higher ? control : treatment;
    double good = higher ? treatment : control;
    double limit = (1 + metric.plan().margin()) * good;
    return switch (metric.plan().role()) {
      case GUARDRAIL ->
          new Truth(
              onset.filter(time -> bad > limit + ROUNDING),
              onset.filter(
                  time ->
                      bad > good
                          && bad >= limit - ROUNDING
                          && bad - good >= metric.absoluteMargin() - ROUNDING));
      case SIGNAL -> new Truth(Optional.empty(), onset.filter(time -> bad > limit + ROUNDING));
      case CIRCUIT_BREAKER -> {
        double most = metric.plan().limit();
        Optional<Duration> crossed = onset.filter(time -> treatment > most && control <= most);
        yield new Truth(crossed, crossed);
      }
      case SUCCESS -> {
        boolean better = good > (1 + metric.plan().margin()) * bad + ROUNDING;
        yield new Truth(
            Optional.empty(), superior && !better ? Optional.of(Duration.ZERO) : Optional.empty());
      }
    };
  }
}
