package dev.serin.server.rollout.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.planning.SampleSizes;
import dev.serin.server.rollout.plan.FeatureFit;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.FoundAction;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricForecast;
import dev.serin.v1.MetricKind;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.StageForecast;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Forecasts of whole plans. */
class RolloutForecastTest {
  private static final Baseline ERRORS = new Baseline.Event(0.005);
  private static final Baseline LATENCY = new Baseline.Mean(120, 100);

  private static PlanRolloutResponse forecast(String lines, Map<String, Baseline> baselines) {
    return forecast(Plans.with(lines), List.of(), baselines);
  }

  private static PlanRolloutResponse forecast(
      RolloutPlan plan, List<JudgedMetric> known, Map<String, Baseline> baselines) {
    return RolloutForecast.of(plan, known, 200, baselines, List.of());
  }

  private static List<JudgedMetric> known(RolloutPlan plan, Metric... documents) {
    return ((FeatureFit.Result.Fits) FeatureFit.ofMetrics(plan, List.of(documents))).metrics();
  }

  private static Metric document(String key, MetricKind kind, BetterDirection better) {
    return Metric.newBuilder().setKey(key).setKind(kind).setBetter(better).build();
  }

  private static double seconds(Duration time) {
    return Durations.toMillis(time) / 1e3;
  }

  private static String stages(String ofTest) {
    return """
    stages:
    - {name: test, kind: ab_test, share: 25, dwell: 1h%s}
    - {name: most, kind: ab_test, share: 80, dwell: 1h}
    - {name: full, kind: full, share: 100}
    """
        .formatted(ofTest);
  }

  @Test
  void stages_ofAnyShare_countTheirUsers() {
    List<StageForecast> stages =
        forecast(stages("") + "guardrails: [{metric: errors}]", Map.of("errors", ERRORS))
            .getStagesList();

    assertThat(stages.get(0).getTreatmentUsers()).isCloseTo(180_000, within(1.));
    assertThat(stages.get(0).getControlUsers()).isCloseTo(180_000, within(1.));
    assertThat(stages.get(1).getTreatmentUsers()).isCloseTo(576_000, within(1.));
    assertThat(stages.get(1).getControlUsers()).as("all the others").isCloseTo(144_000, within(1.));
    assertThat(stages.get(2).getControlUsers()).isZero();
    assertThat(stages.get(2).getMetricsList()).isEmpty();
    assertThat(stages.get(2).getPromotedMedian()).isEqualTo(Durations.fromMinutes(10));
  }

  /** Four times the treatment beside a control that is a fifth: found sooner than at a quarter. */
  @Test
  void event_aboveOneHalf_isOfTheTrueShare() {
    List<StageForecast> stages =
        forecast(stages("") + "guardrails: [{metric: errors}]", Map.of("errors", ERRORS))
            .getStagesList();
    MetricForecast quarter = stages.get(0).getMetrics(0);
    MetricForecast most = stages.get(1).getMetrics(0);

    assertThat(seconds(quarter.getPassesMedian())).isBetween(900., 3_000.);
    assertThat(seconds(most.getPassesMedian())).isLessThan(seconds(quarter.getPassesMedian()));
    assertThat(seconds(most.getFoundMedian())).isLessThan(seconds(quarter.getFoundMedian()));
  }

  @Test
  void mean_inEveryRole_hasItsOwnQuestion() {
    List<MetricForecast> metrics =
        forecast(
                stages("")
                    + """
                    guardrails: [{metric: latency, margin: 0.1}]
                    success_metrics: [{metric: revenue, improvement: 0.05}]
                    signals: [{metric: bytes, margin: 0.1}]
                    """,
                Map.of("latency", LATENCY, "revenue", LATENCY, "bytes", LATENCY))
            .getStages(0)
            .getMetricsList();
    MetricForecast guardrail = metrics.get(0);
    MetricForecast success = metrics.get(1);
    MetricForecast signal = metrics.get(2);

    assertThat(guardrail.getMustPass()).isTrue();
    assertThat(guardrail.getRegression()).isCloseTo(1.2, within(1e-9));
    assertThat(guardrail.getFoundAction()).isEqualTo(FoundAction.FOUND_ACTION_ROLL_BACK);
    assertThat(guardrail.getSmallest()).isBetween(1.1, 1.2);
    assertThat(success.getMustPass()).as("not superior").isFalse();
    assertThat(success.hasRegression()).isFalse();
    assertThat(success.getFoundAction()).isEqualTo(FoundAction.FOUND_ACTION_UNSPECIFIED);
    assertThat(success.hasPassesMedian()).isTrue();
    assertThat(signal.getFoundAction()).isEqualTo(FoundAction.FOUND_ACTION_HOLD);
    assertThat(signal.getMustPass()).isFalse();
    assertThat(signal.hasFoundMedian()).isTrue();
  }

  @Test
  void dryRun_isShownAndWaitedForByNobody() {
    StageForecast stage =
        forecast(
                stages("") + "guardrails: [{metric: errors}, {metric: other, dry_run: true}]",
                Map.of("errors", ERRORS))
            .getStages(0);

    assertThat(stage.getMetrics(1).getFoundAction()).isEqualTo(FoundAction.FOUND_ACTION_SHOW);
    assertThat(stage.getMetrics(1).getMissing()).isEqualTo("no baseline");
    assertThat(stage.getMissing()).isEmpty();
    assertThat(stage.hasPromotedMedian()).isTrue();
  }

  /** Twice as many is what a margin of 1 allows. */
  @Test
  void example_ofALargeMargin_isBeyondIt() {
    MetricForecast wide =
        forecast(stages("") + "guardrails: [{metric: errors, margin: 1}]", Map.of("errors", ERRORS))
            .getStages(0)
            .getMetrics(0);

    assertThat(wide.getRegression()).isEqualTo(3);
    assertThat(wide.hasFoundMedian()).isTrue();
    assertThat(
            forecast(stages("") + "guardrails: [{metric: errors}]", Map.of("errors", ERRORS))
                .getStages(0)
                .getMetrics(0)
                .getRegression())
        .isEqualTo(2);
  }

  /** All have to pass: later than the slowest, and by the product of what has passed. */
  @Test
  void promotion_ofThreeGuardrails_isLaterThanOfEach() {
    String lines = stages("") + "guardrails: [{metric: a}, {metric: b}, {metric: c}]";
    Map<String, Baseline> alike = Map.of("a", ERRORS, "b", ERRORS, "c", ERRORS);
    StageForecast stage =
        RolloutForecast.of(Plans.with(lines), List.of(), 100, alike, List.of()).getStages(0);
    double each = seconds(stage.getMetrics(0).getPassesMedian());

    assertThat(each).isGreaterThan(3_600);
    assertThat(seconds(stage.getPromotedMedian())).isGreaterThan(1.1 * each);
    assertThat(seconds(stage.getPromotedMedian()))
        .isLessThan(seconds(stage.getMetrics(0).getPassesP90()));
  }

  @Test
  void maximum_beforeTheEvidence_endsTheStage() {
    String guardrail = "guardrails: [{metric: errors, margin: 0.1, absolute_margin: 0}]";
    Map<String, Baseline> baselines = Map.of("errors", ERRORS);
    StageForecast held = forecast(stages(", maximum: 2h") + guardrail, baselines).getStages(0);
    assertThat(held.hasPromotedMedian()).isFalse();
    assertThat(held.getMissing()).isEmpty();
    assertThat(held.getMaximum()).isEqualTo(Durations.fromHours(2));
    assertThat(held.getAtMaximum()).isEqualTo(AtMaximum.AT_MAXIMUM_HOLD);
    assertThat(held.getShownByMaximum()).isBetween(0.001, 0.5);

    StageForecast shipped =
        forecast(stages(", maximum: 2h, at_maximum: ship") + guardrail, baselines).getStages(0);
    assertThat(shipped.getPromotedMedian()).isEqualTo(Durations.fromHours(2));
    assertThat(shipped.getPromotedP90()).isEqualTo(Durations.fromHours(2));

    StageForecast long30 = forecast(stages(", maximum: 30d") + guardrail, baselines).getStages(0);
    assertThat(seconds(long30.getPromotedMedian())).isGreaterThan(7_200);
    assertThat(long30.getShownByMaximum()).isGreaterThan(0.99);
  }

  @Test
  void metric_ofWhichNothingIsKnown_leavesThePromotionOpen() {
    StageForecast stage =
        forecast(
                stages("") + "guardrails: [{metric: errors}, {metric: other}]",
                Map.of("errors", ERRORS))
            .getStages(0);

    assertThat(stage.hasPromotedMedian()).isFalse();
    assertThat(stage.getMissing()).isEqualTo("other: no baseline");
    assertThat(stage.hasShownByMaximum()).isFalse();
  }

  @Test
  void gates_areToldBeforeTheirStage() {
    PlanRolloutResponse answer =
        forecast(
            """
            template: gate-canary-ab-expand
            guardrails: [{metric: errors}]
            stages: [{name: expand, gates: [{bake: 90s}, {rollout: other}]}]
            """,
            Map.of("errors", ERRORS));

    assertThat(answer.getStages(0).getWaitsForList())
        .containsExactly("an approval by whoever validated it in staging");
    assertThat(answer.getStages(1).getWaitsForList()).isEmpty();
    assertThat(answer.getStages(2).getWaitsForList())
        .containsExactly("a bake time of 1 min 30 s", "rollout other to be completed");
  }

  /** Above 2 % of users the rate by request has to pass too. */
  @Test
  void event_thatIsCommon_waitsForItsRateByRequest() {
    String lines = stages("") + "guardrails: [{metric: errors}]";
    PlanRolloutResponse common = forecast(lines, Map.of("errors", new Baseline.Event(0.021)));
    PlanRolloutResponse rare = forecast(lines, Map.of("errors", new Baseline.Event(0.0199)));

    assertThat(common.getNotesList())
        .containsExactly(
            "errors: of more than 2 % of users, so that its rate by request has to be within the"
                + " margin too; taken as if each user made one request");
    assertThat(rare.getNotesList()).isEmpty();
    assertThat(seconds(common.getStages(0).getMetrics(0).getPassesMedian()))
        .isGreaterThan(seconds(rare.getStages(0).getMetrics(0).getPassesMedian()));
  }

  @Test
  void mean_withAnAbsoluteMargin_passesByEither() {
    Map<String, Baseline> baselines = Map.of("latency", LATENCY);
    MetricForecast relative =
        forecast(stages("") + "guardrails: [{metric: latency, margin: 0.02}]", baselines)
            .getStages(0)
            .getMetrics(0);
    MetricForecast both =
        forecast(
                stages("") + "guardrails: [{metric: latency, margin: 0.02, absolute_margin: 24}]",
                baselines)
            .getStages(0)
            .getMetrics(0);

    assertThat(seconds(both.getPassesMedian()))
        .isLessThan(seconds(relative.getPassesMedian()) / 10);
    assertThat(both.getFoundMedian()).as("only promotion").isEqualTo(relative.getFoundMedian());
  }

  /** Where higher is better a control that has it more often is the regression. */
  @Test
  void event_thatIsBetterHigher_isMirrored() {
    RolloutPlan plan = Plans.with(stages("") + "guardrails: [{metric: sales, margin: 0.25}]");
    Map<String, Baseline> baselines = Map.of("sales", ERRORS);
    MetricForecast lower = forecast(plan, List.of(), baselines).getStages(0).getMetrics(0);
    Metric document =
        document("sales", MetricKind.METRIC_KIND_EVENT, BetterDirection.BETTER_DIRECTION_HIGHER);
    MetricForecast higher =
        forecast(plan, known(plan, document), baselines).getStages(0).getMetrics(0);

    // Alike without an effect, in arms of equal size; but half as many events are less to see.
    assertThat(seconds(higher.getPassesMedian()))
        .isCloseTo(seconds(lower.getPassesMedian()), within(1.));
    assertThat(seconds(higher.getFoundMedian())).isGreaterThan(seconds(lower.getFoundMedian()));
  }

  @Test
  void kind_ofTheDocuments_holds() {
    RolloutPlan plan =
        Plans.with(stages("") + "guardrails: [{metric: p99}, {metric: errors}, {metric: latency}]");
    List<JudgedMetric> known =
        known(
            plan,
            document(
                "p99", MetricKind.METRIC_KIND_QUANTILE, BetterDirection.BETTER_DIRECTION_LOWER),
            document(
                "errors", MetricKind.METRIC_KIND_EVENT, BetterDirection.BETTER_DIRECTION_LOWER),
            document(
                "latency", MetricKind.METRIC_KIND_MEAN, BetterDirection.BETTER_DIRECTION_LOWER));
    assertThat(known).extracting(JudgedMetric::better).containsOnly(Direction.LOWER);

    StageForecast stage =
        forecast(plan, known, Map.of("p99", ERRORS, "errors", LATENCY, "latency", ERRORS))
            .getStages(0);

    assertThat(stage.getMetricsList())
        .extracting(MetricForecast::getMissing)
        .containsExactly(
            "no event, and its baseline a share of users",
            "an event, and its baseline a mean's",
            "no event, and its baseline a share of users");
  }

  /** A p99 needs many more values than a p90, and a shorter tail fewer. */
  @Test
  void quantile_ofTheDocumentsOrThePlan_isForecastAsLognormal() {
    RolloutPlan plan = Plans.with(stages("") + "guardrails: [{metric: tail, margin: 0.1}]");
    Metric document =
        document("tail", MetricKind.METRIC_KIND_QUANTILE, BetterDirection.BETTER_DIRECTION_LOWER);
    MetricForecast p99 =
        forecast(plan, known(plan, document), Map.of("tail", LATENCY)).getStages(0).getMetrics(0);
    String p90 = "guardrails: [{metric: tail, margin: 0.1, quantile: 0.9}]";
    MetricForecast ninety =
        forecast(stages("") + p90, Map.of("tail", LATENCY)).getStages(0).getMetrics(0);
    MetricForecast narrow =
        forecast(stages("") + p90, Map.of("tail", new Baseline.Mean(120, 50)))
            .getStages(0)
            .getMetrics(0);

    assertThat(p99.getMissing()).isEmpty();
    assertThat(seconds(p99.getFoundMedian())).isGreaterThan(3 * seconds(ninety.getFoundMedian()));
    assertThat(seconds(narrow.getFoundMedian())).isLessThan(seconds(ninety.getFoundMedian()) / 2);
    assertThat(p99.hasSingleLook()).isFalse();
  }

  /** An event that nearly all users have cannot be twice as frequent. */
  @Test
  void example_ofACommonEvent_isAtMostAllUsers() {
    MetricForecast common =
        forecast(
                stages("") + "guardrails: [{metric: errors, margin: 0.1}]",
                Map.of("errors", new Baseline.Event(0.8)))
            .getStages(0)
            .getMetrics(0);
    assertThat(common.getRegression()).isEqualTo(1.25);
    assertThat(common.hasFoundMedian()).isTrue();
  }

  /** Means are not looked at before 100 users are in each arm. */
  @Test
  void mean_ofAHugeRegression_waitsForItsUsers() {
    MetricForecast latency =
        RolloutForecast.of(
                Plans.with(stages("") + "guardrails: [{metric: latency, margin: 5}]"),
                List.of(),
                10,
                Map.of("latency", LATENCY),
                List.of())
            .getStages(0)
            .getMetrics(0);
    assertThat(seconds(latency.getFoundMedian())).isGreaterThanOrEqualTo(39.9);
  }

  /** Always being able to look takes longer than one look. */
  @Test
  void singleLook_isBesideWhatIsAlwaysLookedAt() {
    MetricForecast errors =
        forecast(stages("") + "guardrails: [{metric: errors}]", Map.of("errors", ERRORS))
            .getStages(0)
            .getMetrics(0);
    double users = 2 * new SampleSizes(.05, .8).ofSharesByArcsine(.005, .01, 1);
    assertThat(seconds(errors.getSingleLook())).isCloseTo(users / 100, within(1e-3));
    assertThat(seconds(errors.getFoundMedian())).isGreaterThan(seconds(errors.getSingleLook()));
  }

  @Test
  void success_underAFixedHorizon_hasNoForecast() {
    StageForecast stage =
        forecast(
                """
                policy: fixed_horizon
                stages:
                - {name: test, kind: ab_test, share: 25, dwell: 1h, promote: superior}
                - {name: full, kind: full, share: 100}
                guardrails: [{metric: errors}]
                success_metrics: [{metric: sales}]
                """,
                Map.of("errors", ERRORS, "sales", ERRORS))
            .getStages(0);

    assertThat(stage.getMissing())
        .isEqualTo("sales: judged once, at the end of the dwell, by a classical test");
  }

  @Test
  void superiority_ofAnEvent_isShownEitherWay() {
    String lines =
        """
        stages:
        - {name: test, kind: ab_test, share: 50, dwell: 1h, promote: superior}
        - {name: full, kind: full, share: 100}
        guardrails: [{metric: errors}]
        success_metrics: [{metric: rate, improvement: 0.1, better: WAY}]
        """;
    Map<String, Baseline> baselines = Map.of("errors", ERRORS, "rate", new Baseline.Event(0.05));
    for (String better : List.of("higher", "lower")) {
      MetricForecast rate =
          forecast(lines.replace("WAY", better), baselines).getStages(0).getMetrics(1);
      assertThat(rate.getMustPass()).isTrue();
      assertThat(seconds(rate.getPassesMedian())).as(better).isBetween(100., 7_200.);
    }
  }

  @Test
  void traffic_outOfRange_isRefused() {
    RolloutPlan plan = Plans.with("template: gradual");
    for (double users : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> RolloutForecast.of(plan, List.of(), users, Map.of(), List.of()))
          .hasMessageContaining("(expected: above 0, finite)");
    }
  }
}
