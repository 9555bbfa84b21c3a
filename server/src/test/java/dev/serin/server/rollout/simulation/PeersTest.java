package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.rollout.machine.Period;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/** Rules of other controllers, look by look. */
class PeersTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 10m}
          - {name: full, kind: full, share: 100, dwell: 0s}
          guardrails: [{metric: errors}]
          """);

  private static final World WORLD =
      World.of(100, new World.EventRates("errors", 0.005, 0.005, Duration.ZERO));

  private final Tally treatment = new Tally(WORLD);
  private final Tally control = new Tally(WORLD);

  @Test
  void argo_withoutData_retriesEachTenSecondsAndAbortsWithTheFifthError() {
    SimulatedJudge argo = begin(Peers.argo(0.01, 3, 60));

    for (int second = 1; second < 100; second++) {
      assertThat(says(argo, second)).as("second %s", second).isEqualTo(Action.PROMOTE);
    }
    // 60, 70, 80, 90, and the fifth.
    assertThat(says(argo, 100)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void argo_dataBetweenErrors_beginsTheirCountAnew() {
    SimulatedJudge argo = begin(Peers.argo(0.01, 0, 60));
    for (int second = 1; second < 100; second++) {
      says(argo, second);
    }
    count(100, 0);
    assertThat(says(argo, 100)).isEqualTo(Action.PROMOTE);
    for (int second = 101; second < 200; second++) {
      assertThat(says(argo, second)).as("second %s", second).isEqualTo(Action.PROMOTE);
    }
    assertThat(says(argo, 200)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void argo_failuresBeyondItsLimit_abort() {
    SimulatedJudge argo = begin(Peers.argo(0.01, 1, 60));
    count(100, 2);
    assertThat(says(argo, 60)).isEqualTo(Action.PROMOTE);
    count(100, 1);
    assertThat(says(argo, 120)).as("exactly the minimum").isEqualTo(Action.PROMOTE);
    count(100, 2);
    assertThat(says(argo, 180)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void flagger_checkThatFails_advancesNothing() {
    SimulatedJudge flagger = begin(Peers.flagger(0.01, 2, 60));
    assertThat(says(flagger, 59)).isEqualTo(Action.GO_ON);
    count(100, 0);
    assertThat(says(flagger, 60)).isEqualTo(Action.PROMOTE);
    count(100, 5);
    assertThat(says(flagger, 120)).isEqualTo(Action.GO_ON);
    assertThat(says(flagger, 180)).as("no values").isEqualTo(Action.GO_ON);
    count(100, 0);
    assertThat(says(flagger, 240)).as("the check after the last one").isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void fixedHorizon_looksOnce() {
    SimulatedJudge fixed = begin(Peers.fixedHorizon(1_000, 0.05));
    count(2_000, 10);
    controls(2_000, 10);
    assertThat(says(fixed, 599)).isEqualTo(Action.GO_ON);
    assertThat(says(fixed, 600)).isEqualTo(Action.PROMOTE);
    count(2_000, 400);
    assertThat(says(fixed, 900)).as("while it waits at a gate").isEqualTo(Action.PROMOTE);
    assertThat(begin(Peers.fixedHorizon(1_000, 0.05)).judge(look(900)).action())
        .isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void peers_whereHigherIsBetter_takeTheEventForASuccess() {
    RolloutPlan sales =
        Plans.with("template: gradual\nguardrails: [{metric: errors, better: higher}]");
    SimulatedPlan plan = SimulatedPlan.of(sales, WORLD);
    SimulatedJudge argo = Peers.argo(0.3, 0, 60).begin(plan, WORLD);
    SimulatedJudge peeked = Peers.peeked(100, 0.05).begin(plan, WORLD);
    count(1_000, 400);
    controls(1_000, 300);
    assertThat(says(argo, 60)).isEqualTo(Action.PROMOTE);
    assertThat(says(peeked, 60)).isEqualTo(Action.PROMOTE);
    count(1_000, 100);
    controls(1_000, 400);
    assertThat(says(argo, 120)).isEqualTo(Action.ROLL_BACK);
    assertThat(says(peeked, 120)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void multinomial_ofUnequalCounts_alarms() {
    SimulatedJudge multinomial = begin(Peers.multinomial(0.01));
    count(1_000, 30);
    controls(1_000, 30);
    assertThat(says(multinomial, 1)).isEqualTo(Action.PROMOTE);
    count(1_000, 70);
    assertThat(says(multinomial, 2)).isEqualTo(Action.ROLL_BACK);
  }

  /** statistics.md B4: Kayenta's own suite, R's wilcox.test(conf.int, conf.level .95). */
  @Test
  void kayenta_shiftOfItsSuite_isThatOfR() {
    double[] experiment = {10, 20, 30, 40};
    double[] control = {1, 2, 3, 4};
    double z = 1.959963984540054;
    assertThat(KayentaCanary.shift(experiment, control, 0)).isCloseTo(22.5, within(1e-3));
    assertThat(KayentaCanary.shift(experiment, control, z)).isCloseTo(6, within(1e-3));
    assertThat(KayentaCanary.shift(experiment, control, -z)).isCloseTo(39, within(1e-3));
  }

  /** statistics.md B4: scipy's mannwhitneyu, asymptotic with the correction: U = 17 of 20. */
  @Test
  void kayenta_statistic_isThatOfMannAndWhitney() {
    double[] experiment = {19, 22, 16, 29, 24};
    double[] control = {20, 11, 17, 12};
    double z = KayentaCanary.statistic(experiment, control, 0);
    assertThat(2 * NormalDistribution.of(0, 1).survivalProbability(z))
        .isCloseTo(.11134688653314041, within(1e-14));
  }

  @Test
  void kayenta_judgesEachHourOnMinutes() {
    SimulatedJudge kayenta = begin(Peers.kayenta());
    for (int minute = 1; minute < 60; minute++) {
      count(1_000, 20 + minute % 3);
      controls(1_000, 10 + minute % 3);
      assertThat(says(kayenta, 60 * minute)).isEqualTo(Action.GO_ON);
    }
    assertThat(says(kayenta, 3_600)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void oneTestAndInterval_ofManyMoreErrors_alarm() {
    count(10_000, 30);
    controls(10_000, 30);
    assertThat(says(begin(Peers.oneTest(0.01)), 1)).isEqualTo(Action.PROMOTE);
    count(1_000, 70);
    assertThat(says(begin(Peers.oneTest(0.01)), 1)).isEqualTo(Action.ROLL_BACK);
    World worse = World.of(100, new World.EventRates("errors", 0.01, 0.03, Duration.ZERO));
    Traffic traffic = Traffic.of(worse, 1, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    SimulatedJudge interval = begin(Peers.interval(0.01, 20_000));
    for (int second = 0; second < 200; second++) {
      traffic.second(new Draws(1, 0, second), second);
    }
    assertThat(interval.judge(look(200, traffic)).action()).isEqualTo(Action.ROLL_BACK);
  }

  private static SimulatedJudge begin(SimulatedJudge.Kind kind) {
    return kind.begin(SimulatedPlan.of(PLAN, WORLD), WORLD);
  }

  private void count(int requests, int events) {
    treatment.addRequests(requests, requests, requests);
    treatment.addEvents(0, events, events, events);
  }

  private void controls(int requests, int events) {
    control.addRequests(requests, requests, requests);
    control.addEvents(0, events, events, events);
  }

  private Action says(SimulatedJudge judge, int second) {
    return judge.judge(look(second)).action();
  }

  private Look look(int second) {
    return look(second, treatment, control);
  }

  /** A look at what a traffic has counted. */
  static Look look(int second, Traffic traffic) {
    return look(second, traffic.treatment(), traffic.control());
  }

  private static Look look(int second, Tally treatment, Tally control) {
    Period period = new Period(0, Simulation.START, Duration.ZERO, PLAN.stage(1).dwell());
    Duration time = Duration.ofSeconds(second);
    return new Look(second, 1, PLAN.stage(1), time, period, time, treatment, control);
  }
}
