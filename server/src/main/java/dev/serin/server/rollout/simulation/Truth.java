package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is right and wrong of a plan in a world, in the units that margins are in: an event's shares
 * of users in a stage, the sizes of values. Dry runs decide nothing and are no part of it.
 *
 * <p>Where users come again, their share with an event grows while a stage runs, and its arms'
 * shares grow alike. Beyond a relative margin is what is so at the stage's beginning, when shares
 * are as rates by request, which is when a regression would be found; promotion is wrong where the
 * shares at the end of a stage's dwell are beyond both margins, or of a common event the rates by
 * request.
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

  /**
   * One metric in a world.
   *
   * @param byRequest the arms' figures by request
   * @param compared by users at the end of the dwell of each stage with a control
   * @param served the same of all stages
   * @param onset of the change
   */
  private record Figures(Arms byRequest, List<Arms> compared, List<Arms> served, Duration onset) {
    /** A metric whose figures do not depend on how often users come. */
    static Figures of(ValueShape shape) {
      Arms arms = new Arms(shape.mean(), shape.regressed());
      return new Figures(arms, List.of(arms), List.of(arms), shape.onset());
    }

    static Figures of(EventRates rates, SimulatedPlan plan, World world) {
      Arms arms = new Arms(rates.baseline(), rates.regressed());
      List<StagePlan> stages = plan.plan().stages();
      return new Figures(
          arms,
          stages.stream()
              .filter(stage -> !stage.share().isAll())
              .map(stage -> arms.ofUsers(world, stage.dwell()))
              .toList(),
          stages.stream().map(stage -> arms.ofUsers(world, stage.dwell())).toList(),
          rates.onset());
    }
  }

  /** Figures of both arms. */
  private record Arms(double control, double treatment) {
    /** Shares of the users seen in a time of whom at least one request has the event. */
    Arms ofUsers(World world, Duration time) {
      double users = world.population();
      double requests = users == 0 ? 0 : world.requestsPerSecond() / users * time.toSeconds();
      return requests == 0
          ? this
          : new Arms(
              share(control, requests, world.variation()),
              share(treatment, requests, world.variation()));
    }

    /**
     * Requests of a user are Poisson, his rate is a gamma factor of mean 1 times the arm's: of the
     * gamma's transform.
     */
    private static double share(double rate, double requests, double variation) {
      double events = rate * requests;
      double spread = variation * variation;
      double without = spread == 0 ? Math.exp(-events) : Math.pow(1 + spread * events, -1 / spread);
      return Math.min(1, (1 - without) / -Math.expm1(-requests));
    }

    double bad(boolean higher) {
      return higher ? control : treatment;
    }

    double good(boolean higher) {
      return higher ? treatment : control;
    }
  }

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
                figures(metric.plan().metric(), plan, world)
                    .map(figures -> of(metric, figures, superior)));
  }

  private static Stream<Figures> figures(String metric, SimulatedPlan plan, World world) {
    return Stream.concat(
        world.events().stream()
            .filter(rates -> rates.metric().equals(metric))
            .map(rates -> Figures.of(rates, plan, world)),
        world.values().stream().filter(shape -> shape.metric().equals(metric)).map(Figures::of));
  }

  private static Truth of(JudgedMetric metric, Figures figures, boolean superior) {
    Optional<Duration> onset = Optional.of(figures.onset());
    // Both ways lower is better now: what is to be high is worse where the control is higher.
    boolean higher = metric.better() == Direction.HIGHER;
    double bad = figures.byRequest().bad(higher);
    double good = figures.byRequest().good(higher);
    double factor = 1 + metric.plan().margin();
    Optional<Duration> beyond = onset.filter(time -> bad > factor * good + ROUNDING);
    return switch (metric.plan().role()) {
      case GUARDRAIL ->
          new Truth(beyond, onset.filter(time -> isUnfit(metric, figures, higher, factor)));
      case SIGNAL -> new Truth(Optional.empty(), beyond);
      case CIRCUIT_BREAKER -> {
        double most = metric.plan().limit();
        Optional<Duration> crossed =
            onset.filter(
                time ->
                    figures.served().stream()
                        .anyMatch(arms -> arms.treatment() > most && arms.control() <= most));
        yield new Truth(crossed, crossed);
      }
      case SUCCESS -> {
        boolean better = good > factor * bad + ROUNDING;
        yield new Truth(
            Optional.empty(), superior && !better ? Optional.of(Duration.ZERO) : Optional.empty());
      }
    };
  }

  /** Whether a guardrail is beyond its margins at the end of a dwell. */
  private static boolean isUnfit(
      JudgedMetric metric, Figures figures, boolean higher, double factor) {
    boolean byRequest = isBeyond(figures.byRequest(), higher, factor);
    return figures.compared().stream()
        .anyMatch(
            arms -> {
              boolean byUsers =
                  isBeyond(arms, higher, factor)
                      && arms.bad(higher) - arms.good(higher) >= metric.absoluteMargin() - ROUNDING;
              boolean common =
                  metric.kind() == JudgedMetric.Kind.EVENT
                      && arms.control() > JudgedMetric.COMMON_EVENT;
              return byUsers || (common && byRequest);
            });
  }

  private static boolean isBeyond(Arms arms, boolean higher, double factor) {
    double bad = arms.bad(higher);
    return bad > arms.good(higher) && bad >= factor * arms.good(higher) - ROUNDING;
  }
}
