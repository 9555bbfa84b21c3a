package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.Simulation.RunEnd;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.ValueShape;
import dev.serin.v1.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is counted as right and as wrong. */
class SimulationResultTest {
  private static final String STAGES =
      """
      stages:
      - {name: half, kind: expand, share: 50, dwell: 10m, promote: %s%s}
      - {name: full, kind: full, share: 100, dwell: 1m}
      """;

  private static final Truth FROM_TEN = truth(Optional.of(Duration.ofMinutes(10)));
  private static final Truth NOTHING = truth(Optional.empty());

  private static Truth truth(Optional<Duration> from) {
    return new Truth(from, from);
  }

  @Test
  void rollback_beforeTheOnset_isAFalseAlarm() {
    assertThat(of(rolledBack(9), FROM_TEN).falseAlarms()).isOne();
    assertThat(of(rolledBack(11), FROM_TEN).falseAlarms()).isZero();
    assertThat(of(rolledBack(11), FROM_TEN).medianToDetect()).contains(Duration.ofMinutes(1));
    assertThat(of(rolledBack(11), NOTHING).falseAlarms()).isOne();
  }

  @Test
  void rollback_ofARegressionBeforeItWasServed_isTimedFromThen() {
    RunEnd end =
        new RunEnd(
            Phase.ROLLING_BACK,
            false,
            Duration.ofMinutes(30),
            Duration.ofMinutes(32),
            Duration.ofMinutes(32));

    assertThat(of(end, FROM_TEN).medianToDetect()).contains(Duration.ofMinutes(2));
  }

  @Test
  void end_atAMaximum_isNeitherRightNorWrong() {
    RunEnd back = end(Phase.ROLLING_BACK, true, 30);
    assertThat(of(back, NOTHING).falseAlarms()).isZero();
    assertThat(of(back, FROM_TEN).detected()).isZero();
    assertThat(of(back, FROM_TEN).timedOut()).isOne();
    assertThat(of(end(Phase.COMPLETED, true, 30), FROM_TEN).falsePromotions()).isZero();
  }

  @Test
  void completion_withARegressionWhileThereWasAControl_isAFalsePromotion() {
    assertThat(of(end(Phase.COMPLETED, false, 30), FROM_TEN).falsePromotions()).isOne();
    assertThat(of(end(Phase.COMPLETED, false, 9), FROM_TEN).falsePromotions()).isZero();
    assertThat(of(end(Phase.COMPLETED, false, 30), NOTHING).falsePromotions()).isZero();
    assertThat(of(end(Phase.RUNNING, false, 30), FROM_TEN).undecided()).isOne();
  }

  @Test
  void regression_withinItsMargin_isNone() {
    String guardrail = "guardrails: [{metric: errors, margin: 0.25}]";

    assertThat(truth(guardrail, 0.01, 0.012)).isEqualTo(NOTHING);
    assertThat(truth(guardrail, 0.016, 0.02).worse()).as("at the margin").isEmpty();
    assertThat(truth(guardrail, 0.016, 0.02).unfit()).as("at the margin").isPresent();
    assertThat(truth(guardrail, 0.01, 0.02)).isEqualTo(truth(Optional.of(Duration.ZERO)));
    // Twice as many, but within .1 percentage points: it may be promoted.
    assertThat(truth(guardrail, 0.0005, 0.001).worse()).isPresent();
    assertThat(truth(guardrail, 0.0005, 0.001).unfit()).isEmpty();
    assertThat(truth("guardrails: [{metric: errors, dry_run: true}]", 0.01, 0.05))
        .isEqualTo(NOTHING);
  }

  @Test
  void regression_whereHigherIsBetter_isDownwards() {
    String guardrail = "guardrails: [{metric: errors, margin: 0.25, better: higher}]";

    assertThat(truth(guardrail, 0.05, 0.1)).isEqualTo(NOTHING);
    assertThat(truth(guardrail, 0.05, 0.041)).isEqualTo(NOTHING);
    assertThat(truth(guardrail, 0.05, 0.03).worse()).contains(Duration.ZERO);
  }

  @Test
  void breakersSignalsAndSuccess_haveRulesOfTheirOwn() {
    String breaker = "circuit_breakers: [{metric: errors, limit: 0.1}]";
    assertThat(truth(breaker, 0.01, 0.09)).isEqualTo(NOTHING);
    assertThat(truth(breaker, 0.01, 0.2).worse()).isPresent();
    assertThat(truth(breaker, 0.15, 0.2)).as("both arms are beyond it").isEqualTo(NOTHING);

    String signal = "signals: [{metric: errors}]";
    assertThat(truth(signal, 0.01, 0.02).worse()).as("never rolls back").isEmpty();
    assertThat(truth(signal, 0.01, 0.02).unfit()).isPresent();

    String success = "success_metrics: [{metric: errors, improvement: 0.1}]";
    assertThat(truth(success, 0.05, 0.04)).isEqualTo(NOTHING);
    assertThat(superior(success, 0.05, 0.056)).isEqualTo(NOTHING);
    assertThat(superior(success, 0.05, 0.054).unfit()).contains(Duration.ZERO);
  }

  /**
   * Users who come 20 times: of .05 % of the requests almost 1 % of the users have one, so that
   * twice as many are far beyond .1 percentage points of users, and the ratio of shares is below
   * that of rates.
   */
  @Test
  void regression_ofUsersWhoComeAgain_isInSharesOfUsers() {
    String guardrail = "guardrails: [{metric: errors, margin: 0.25}]";

    assertThat(returning(guardrail, 0.0005, 0.001).unfit()).isPresent();
    assertThat(returning(guardrail, 0.0008, 0.001).unfit()).as("at the margin by rate").isEmpty();
    assertThat(returning(guardrail, 0.008, 0.01).unfit()).as("common: by rate too").isPresent();
    String breaker = "circuit_breakers: [{metric: errors, limit: 0.1}]";
    assertThat(returning(breaker, 0.001, 0.02).worse()).as("a third of the users").isPresent();
    assertThat(truth(breaker, 0.001, 0.02)).isEqualTo(NOTHING);
  }

  private static Truth returning(String metrics, double baseline, double regressed) {
    RolloutPlan plan = Plans.with(STAGES.formatted("no_regression", "") + metrics);
    EventRates rates = new EventRates("errors", baseline, regressed, Duration.ZERO);
    World world = new World(100, 3_000, 0, List.of(rates), 0, Optional.empty());
    return Truth.of(SimulatedPlan.of(plan, world), world);
  }

  @Test
  void regression_ofValues_isInTheirMeasure() {
    String guardrail = "guardrails: [{metric: latency, margin: 0.1, absolute_margin: 20}]";

    assertThat(latency(guardrail, 105)).isEqualTo(NOTHING);
    assertThat(latency(guardrail, 115).worse()).isPresent();
    assertThat(latency(guardrail, 115).unfit()).as("within 20 ms").isEmpty();
    assertThat(latency(guardrail, 130)).isEqualTo(truth(Optional.of(Duration.ZERO)));
  }

  private static Truth latency(String metrics, double regressed) {
    RolloutPlan plan = Plans.with(STAGES.formatted("non_inferior", "") + metrics);
    World world =
        new World(
            100,
            0,
            0,
            List.of(),
            List.of(new ValueShape("latency", 100, 100, regressed, Duration.ZERO)),
            0,
            Optional.empty());
    return Truth.of(SimulatedPlan.of(plan, world), world);
  }

  /** Through the machine: who is late at a stage's maximum was not found out by anybody. */
  @Test
  void runs_atAMaximum_areTimedOutOrShipped() {
    SimulatedJudge.Kind silent = silent();
    Simulation back = simulation(", maximum: 20m, at_maximum: roll_back");
    assertThat(back.run(silent, 2, done -> {}).timedOut()).isEqualTo(2);

    SimulationResult shipped =
        simulation(", maximum: 20m, at_maximum: ship").run(silent, 2, done -> {});
    assertThat(shipped.falsePromotions()).isZero();
    // The full stage has no maximum, and this judge promotes nothing.
    assertThat(shipped.undecided()).isEqualTo(2);
  }

  /** What the documents say of a metric holds, where the rollout says nothing. */
  @Test
  void direction_ofTheDocuments_isTaken() {
    RolloutPlan plan = Plans.with("template: gradual\nguardrails: [{metric: errors}]");
    JudgedMetric high =
        new JudgedMetric(
            plan.metrics().getFirst(),
            JudgedMetric.Kind.EVENT,
            Direction.HIGHER,
            0.001,
            Metric.getDefaultInstance());
    World world = World.of(100, new EventRates("errors", 0.05, 0.02, Duration.ZERO));

    assertThat(Truth.of(SimulatedPlan.of(plan, world), world)).isEqualTo(NOTHING);
    assertThat(Truth.of(SimulatedPlan.of(plan, List.of(high), world), world).worse()).isPresent();
    assertThat(
            new Simulation(
                    SimulatedPlan.of(plan, List.of(high), world), world, Duration.ofMinutes(30), 1)
                .run(SimulatedPlan.of(plan, List.of(high), world).policy(world), 3, done -> {})
                .detected())
        .isEqualTo(3);
  }

  private static Simulation simulation(String maximum) {
    RolloutPlan plan =
        Plans.with(STAGES.formatted("no_regression", maximum) + "guardrails: [{metric: errors}]");
    World world = World.of(10, new EventRates("errors", 0.01, 0.05, Duration.ZERO));
    return new Simulation(plan, world, Duration.ofHours(1), 1);
  }

  private static SimulatedJudge.Kind silent() {
    return new SimulatedJudge.Kind() {
      @Override
      public String name() {
        return "silent";
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan plan, World world) {
        return look -> new Verdict(Action.GO_ON, "", "nothing to say", "");
      }
    };
  }

  private static Truth truth(String metrics, double baseline, double regressed) {
    return truth("no_regression", metrics, baseline, regressed);
  }

  private static Truth superior(String metrics, double baseline, double regressed) {
    return truth("superior", metrics, baseline, regressed);
  }

  private static Truth truth(String promote, String metrics, double baseline, double regressed) {
    RolloutPlan plan = Plans.with(STAGES.formatted(promote, "") + metrics);
    EventRates rates = new EventRates("errors", baseline, regressed, Duration.ZERO);
    World world = World.of(100, rates);
    return Truth.of(SimulatedPlan.of(plan, world), world);
  }

  private static SimulationResult of(RunEnd end, Truth truth) {
    return SimulationResult.of("judge", List.of(end), truth);
  }

  private static RunEnd rolledBack(int minute) {
    return end(Phase.ROLLING_BACK, false, minute);
  }

  private static RunEnd end(Phase phase, boolean atMaximum, int minute) {
    Duration time = Duration.ofMinutes(minute);
    return new RunEnd(phase, atMaximum, Duration.ZERO, time, time);
  }
}
