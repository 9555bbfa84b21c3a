package dev.serin.server.rollout.evidence;

import static dev.serin.server.analysis.Figures.known;
import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static dev.serin.server.rollout.evidence.CountedRun.place;
import static dev.serin.server.rollout.evidence.CountedRun.reader;
import static dev.serin.server.rollout.evidence.CountedRun.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
  private static final double SHARE = .001;
  private static final int USERS = 8_000;

  private final CountedRun counted = new CountedRun();
  private final Random random = new Random(20_261_122);

  private static RolloutPlan plan(String promote, String metrics) {
    return Plans.with(
        """
        stages:
        - {name: canary, kind: canary, share: 20}
        - {name: half, kind: ab_test, share: 50, promote: %s}
        - {name: full, kind: full, share: 100}
        %s
        """
            .formatted(promote, metrics));
  }

  private static List<JudgedMetric> metrics(RolloutPlan plan, Kind kind, double absoluteMargin) {
    return plan.metrics().stream().map(metric -> judged(metric, kind, absoluteMargin)).toList();
  }

  /** Each user of a stage's arms reports one to three values around his own. */
  private void values(
      int stage, double share, JudgedMetric metric, double control, double treatment) {
    values(stage, share, metric, control, treatment, size -> size);
  }

  private void values(
      int stage,
      double share,
      JudgedMetric metric,
      double control,
      double treatment,
      DoubleUnaryOperator of) {
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            double own = (draw < share ? treatment : control) * (.5 + random.nextDouble());
            for (int i = random.nextInt(3); i >= 0; i--) {
              double value = of.applyAsDouble(own * (.9 + .2 * random.nextDouble()));
              report(builder, place(stage, draw, share), metric, user, value);
            }
          }
        });
  }

  private MetricEvidence look(RolloutPlan plan, List<JudgedMetric> metrics, int stage) {
    Map<String, MetricCounts> counts = reader(plan, metrics).read(counted.view(), stage).metrics();
    return look(plan, metrics, stage, counts);
  }

  private static MetricEvidence look(
      RolloutPlan plan, List<JudgedMetric> metrics, int stage, Map<String, MetricCounts> counts) {
    return of(
        RunMetrics.of(plan, metrics, metric -> SHARE).look(stage, counts),
        metrics.getFirst().plan().metric());
  }

  private static <T> T of(Map<String, T> all, String metric) {
    return Objects.requireNonNull(all.get(metric), metric);
  }

  private Measured measured(RolloutPlan plan, List<JudgedMetric> metrics, int stage) {
    return (Measured) look(plan, metrics, stage);
  }

  /** The evidence is that of the test, made with the share it was given and the run's users. */
  @Test
  void mean_ofARun_isTestedOverItsStagesAtItsShare() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency, margin: 0.1}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    values(1, .2, metrics.getFirst(), 100, 130);
    values(2, .5, metrics.getFirst(), 50, 65);

    Measured seen = measured(plan, metrics, 2);

    MetricCounts counts = of(reader(plan, metrics).read(counted.view(), 2).metrics(), "latency");
    Claim claim = Claim.regression(Direction.LOWER, new Margin.Relative(.1));
    RunMeans run =
        new RunMeans(
            counts.stages().stream().map(MetricCounts.Stage::arms).toList(),
            counts.users().control(),
            counts.users().treatment());
    assertThat(run.controlUsers()).isEqualTo(USERS / 2);
    assertThat(seen.logRegression())
        .isEqualTo(known(MeanTest.of(claim, 20_000, SHARE).of(run)).logE())
        .isGreaterThan(-Math.log(SHARE));
    assertThat(seen.nonInferior()).isFalse();
    assertThat(seen.superior()).isFalse();
    assertThat(seen.classical()).isEmpty();
    Estimate estimate = seen.estimate().orElseThrow();
    assertThat(estimate.treatment() / estimate.control()).isCloseTo(1.3, within(.03));
    assertThat(estimate.interval().orElseThrow().lower()).isPositive();
    assertThat(seen.words())
        .matches(
            "[\\d.]+ ms of the treatment against [\\d.]+ ms, difference [\\d.]+ to [\\d.]+ ms");
  }

  /** No effect, but a base that falls while the treatment's share grows. */
  @Test
  void mean_withAFallingBase_isNoRegression() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency, margin: 0}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    values(1, .2, metrics.getFirst(), 100, 100);
    values(2, .5, metrics.getFirst(), 20, 20);
    assertThat(measured(plan, metrics, 2).logRegression()).isLessThan(3);
  }

  @Test
  void mean_withinItsMargin_isShownOfTheStageAlone() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency, margin: 0.25}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    // The canary was bad; the stage that asks is good.
    values(1, .2, metrics.getFirst(), 100, 200);
    values(2, .5, metrics.getFirst(), 100, 100);
    assertThat(measured(plan, metrics, 2).nonInferior()).isTrue();
    // A stage that promotes without asking shows nothing.
    assertThat(measured(plan, metrics, 1).nonInferior()).isFalse();
  }

  @Test
  void mean_withinItsAbsoluteMargin_passesToo() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency, margin: 0.01}]");
    List<JudgedMetric> relative = metrics(plan, Kind.MEAN, 0);
    values(2, .5, relative.getFirst(), 100, 103);
    assertThat(measured(plan, relative, 2).nonInferior()).isFalse();
    assertThat(measured(plan, metrics(plan, Kind.MEAN, 8), 2).nonInferior()).isTrue();
    assertThat(measured(plan, metrics(plan, Kind.MEAN, 1), 2).nonInferior()).isFalse();
  }

  @Test
  void mean_whereHigherIsBetter_isWorseWhenItFalls() {
    RolloutPlan plan =
        plan("non_inferior", "guardrails: [{metric: spend, margin: 1.5, better: higher}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    // Below 1 / 2.5 of the control's.
    values(2, .5, metrics.getFirst(), 100, 35);
    Measured seen = measured(plan, metrics, 2);
    assertThat(seen.logRegression()).isGreaterThan(-Math.log(SHARE));
    assertThat(seen.nonInferior()).isFalse();
  }

  @Test
  void success_better_isSuperiorOnlyWhereTheStageAsks() {
    String success = "success_metrics: [{metric: latency, better: lower, improvement: 0.1}]";
    RolloutPlan superior = plan("superior", success);
    List<JudgedMetric> metrics = metrics(superior, Kind.MEAN, 0);
    values(2, .5, metrics.getFirst(), 100, 80);
    assertThat(measured(superior, metrics, 2).superior()).isTrue();
    RolloutPlan inferior = plan("no_regression", success);
    assertThat(measured(inferior, metrics, 2).superior()).isFalse();
    RolloutPlan more = plan("superior", success.replace("0.1", "0.4"));
    assertThat(measured(more, metrics(more, Kind.MEAN, 0), 2).superior()).isFalse();
  }

  @Test
  void quantile_ofAStage_isTestedOnItsHistograms() {
    RolloutPlan plan =
        plan("non_inferior", "guardrails: [{metric: latency, margin: 0.2, quantile: 0.9}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.QUANTILE, 0);
    values(1, .2, metrics.getFirst(), 100, 200);
    values(2, .5, metrics.getFirst(), 100, 100);

    Measured canary = measured(plan, metrics, 1);
    assertThat(canary.logRegression()).isGreaterThan(-Math.log(SHARE));
    assertThat(canary.words()).matches("p90 of [\\d.]+ ms of the treatment against [\\d.]+ ms");
    Measured half = measured(plan, metrics, 2);
    assertThat(half.logRegression()).isLessThan(0);
    assertThat(half.nonInferior()).isTrue();
    Estimate estimate = half.estimate().orElseThrow();
    assertThat(estimate.treatment()).isCloseTo(estimate.control(), within(6.));
    assertThat(estimate.interval()).isEmpty();
    // Nine of ten users' values are below 1.4 times the usual, times at most 1.1.
    assertThat(estimate.control()).isBetween(130., 155.);
  }

  @Test
  void figures_ofFewUsers_areAbsentWithTheReason() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency}]");
    for (Kind kind : List.of(Kind.MEAN, Kind.QUANTILE)) {
      List<JudgedMetric> metrics = metrics(plan, kind, 0);
      CountedRun few = new CountedRun();
      few.count(
          builder -> {
            for (int user = 0; user < 99; user++) {
              report(builder, place(1, 0, .2), metrics.getFirst(), user, 900);
              report(builder, place(1, .99, .2), metrics.getFirst(), 1_000 + user, 1);
            }
          });
      Map<String, MetricCounts> counts = reader(plan, metrics).read(few.view(), 1).metrics();
      Measured seen = (Measured) look(plan, metrics, 1, counts);
      assertThat(seen.logRegression()).isZero();
      assertThat(seen.words()).contains("no figure yet", "99, 99 (expected: 100 or more)");
      assertThat(seen.estimate()).isEmpty();
    }
  }

  /** As many users err in both arms, but those of the treatment far more often. */
  @Test
  void event_ofUsersWhoErrMoreOften_isWorseByRequest() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: errors}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.EVENT, .001);
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            int errors = user % 10 == 0 ? draw < .5 ? 6 : 2 : 0;
            for (int i = 0; i < 10; i++) {
              report(builder, place(2, draw, .5), metrics.getFirst(), user, i < errors ? 1 : 0);
            }
          }
        });
    Events seen = (Events) look(plan, metrics, 2);
    assertThat(seen.stage().treatment()).isEqualTo(USERS / 20);
    assertThat(seen.stage().control()).isEqualTo(USERS / 20);
    // Three times as many errors by request.
    assertThat(seen.requestsWorse().orElseThrow()).isGreaterThan(2);

    assertThat(
            ((Events) look(plan("no_regression", "guardrails: [{metric: errors}]"), metrics, 2))
                .requestsWorse())
        .isEmpty();
  }

  @Test
  void event_equallyFrequentByRequest_isBoundedBelowItsMargin() {
    RolloutPlan lower = plan("non_inferior", "guardrails: [{metric: errors}]");
    RolloutPlan higher = plan("non_inferior", "guardrails: [{metric: errors, better: higher}]");
    values(2, .5, metrics(lower, Kind.EVENT, 0).getFirst(), 1, 1, size -> size > 1.2 ? 1 : 0);
    for (RolloutPlan plan : List.of(lower, higher)) {
      Events seen = (Events) look(plan, metrics(plan, Kind.EVENT, 0), 2);
      assertThat(seen.requestsWorse().orElseThrow()).isBetween(.02, .25);
    }
  }

  @Test
  void evidence_ofWhatHasNotChanged_isTheLast() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency}, {metric: size}]");
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    values(2, .5, metrics.get(0), 100, 100);
    values(2, .5, metrics.get(1), 100, 100);
    RunReader reader = reader(plan, metrics);
    RunMetrics run = RunMetrics.of(plan, metrics, metric -> SHARE);
    Map<String, MetricEvidence> first = run.look(2, reader.read(counted.view(), 2).metrics());
    counted.count(builder -> report(builder, place(2, 0, .5), metrics.get(1), 0, 100));
    Map<String, MetricEvidence> second = run.look(2, reader.read(counted.view(), 2).metrics());
    assertThat(second.get("latency")).isSameAs(first.get("latency"));
    assertThat(second.get("size")).isNotEqualTo(first.get("size"));
    // Kept looks change nothing: a controller that starts anew sees the same.
    assertThat(
            RunMetrics.of(plan, metrics, metric -> SHARE)
                .look(2, reader(plan, metrics).read(counted.view(), 2).metrics()))
        .isEqualTo(second);
  }

  @Test
  void classical_underFixedHorizon_isOfUsers() {
    String metrics =
        """
        success_metrics: [{metric: latency, better: lower}]
        policy: fixed_horizon
        """;
    RolloutPlan plan = plan("superior", metrics);
    List<JudgedMetric> means = metrics(plan, Kind.MEAN, 0);
    values(2, .5, means.getFirst(), 100, 80);
    Classical mean = measured(plan, means, 2).classical().orElseThrow();
    assertThat(mean.samples()).isEqualTo(USERS / 2);
    assertThat(mean.pValue()).isLessThan(1e-6);
    assertThat(mean.improvement()).isCloseTo(.2, within(.02));

    List<JudgedMetric> events = metrics(plan, Kind.EVENT, 0);
    CountedRun users = new CountedRun();
    users.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            int each = draw < .5 ? 10 : 8;
            report(builder, place(2, draw, .5), events.getFirst(), user, user % each == 0 ? 1 : 0);
          }
        });
    Map<String, MetricCounts> counts = reader(plan, events).read(users.view(), 2).metrics();
    Classical event = look(plan, events, 2, counts).classical().orElseThrow();
    assertThat(event.improvement()).isCloseTo(.2, within(1e-9));
    // Two proportions, 400 and 500 of 4 000: z = 3.54.
    assertThat(event.pValue()).isBetween(3e-4, 5e-4);
  }

  @Test
  void shares_ofEachMetric_areAsked() {
    RolloutPlan plan =
        plan(
            "superior",
            """
            guardrails: [{metric: latency}, {metric: errors}]
            success_metrics: [{metric: spend}]
            """);
    Map<String, Kind> kinds =
        Map.of("latency", Kind.QUANTILE, "errors", Kind.EVENT, "spend", Kind.MEAN);
    List<JudgedMetric> metrics =
        plan.metrics().stream().map(it -> judged(it, of(kinds, it.metric()))).toList();
    List<String> asked = new ArrayList<>();
    RunMetrics.of(
        plan,
        metrics,
        metric -> {
          asked.add(metric.plan().metric());
          return SHARE;
        });
    // An event is tested by the judge, and what rolls nothing back has a share of its own.
    assertThat(asked).containsExactly("latency", "spend");
  }

  /** A balance may be below 0: a share of it is no margin, and that is said. */
  @Test
  void mean_ofAControlAtOrBelowZero_saysThatItsMarginIsNone() {
    RolloutPlan plan = plan("non_inferior", "guardrails: [{metric: latency, margin: 0.1}]");
    List<JudgedMetric> relative = metrics(plan, Kind.MEAN, 0);
    values(2, .5, relative.getFirst(), -100, -100);

    Measured seen = measured(plan, relative, 2);
    assertThat(seen.logRegression()).isZero();
    assertThat(seen.nonInferior()).isFalse();
    assertThat(seen.words())
        .endsWith(
            "no margin of 10 % can be formed of a control at or below 0: it neither alarms nor"
                + " passes");

    Measured absolute = measured(plan, metrics(plan, Kind.MEAN, 20), 2);
    assertThat(absolute.nonInferior()).isTrue();
    assertThat(absolute.words()).endsWith("at or below 0: only its absolute margin is asked");

    RolloutPlan without = plan("non_inferior", "guardrails: [{metric: latency, margin: 0}]");
    assertThat(measured(without, metrics(without, Kind.MEAN, 20), 2).words())
        .doesNotContain("no margin");
  }

  /** As a guardrail it may be a tenth worse, as a success it has to be a fifth better. */
  @Test
  void evidence_ofAMetricInTwoRoles_isThatOfEachWithItsOwnMargin() {
    RolloutPlan plan =
        plan(
            "superior",
            """
            guardrails: [{metric: latency, margin: 0.1}]
            success_metrics: [{metric: latency, improvement: 0.2}]
            """);
    List<JudgedMetric> metrics = metrics(plan, Kind.MEAN, 0);
    values(2, .5, metrics.getFirst(), 100, 90);
    Map<String, MetricCounts> counts = reader(plan, metrics).read(counted.view(), 2).metrics();

    Map<String, MetricEvidence> both =
        RunMetrics.of(plan, metrics, metric -> SHARE).look(2, counts);

    assertThat(both).containsOnlyKeys("GUARDRAIL/latency", "SUCCESS/latency");
    assertThat(((Measured) of(both, "GUARDRAIL/latency")).nonInferior()).isTrue();
    assertThat(((Measured) of(both, "GUARDRAIL/latency")).superior()).isFalse();
    assertThat(((Measured) of(both, "SUCCESS/latency")).superior()).isFalse();

    values(2, .5, metrics.getFirst(), 100, 50);
    assertThat(
            ((Measured)
                    of(
                        RunMetrics.of(plan, metrics, metric -> SHARE)
                            .look(2, reader(plan, metrics).read(counted.view(), 2).metrics()),
                        "SUCCESS/latency"))
                .superior())
        .isTrue();
  }
}
