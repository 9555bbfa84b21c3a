package dev.serin.server.rollout.evidence;

import static dev.serin.server.rollout.evidence.CountedRun.expose;
import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static dev.serin.server.rollout.evidence.CountedRun.place;
import static dev.serin.server.rollout.evidence.CountedRun.reader;
import static dev.serin.server.rollout.evidence.CountedRun.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.forecast.LiveForecast;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.RunEvidence;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.DataProblem;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MetricRole;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import dev.serin.v1.VerdictReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** From what a view counts over the judge to the message. */
class VerdictMessagesTest {
  private static final Map<String, Kind> KINDS =
      Map.of("errors", Kind.EVENT, "latency", Kind.MEAN, "p99", Kind.QUANTILE);
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: ab_test, share: 50, dwell: 10m}
          - {name: full, kind: full, share: 100}
          guardrails:
          - {metric: errors}
          - {metric: latency, margin: 0.1}
          - {metric: p99, quantile: 0.9}
          circuit_breakers: [{metric: errors, limit: 0.5}]
          """);
  private static final List<JudgedMetric> METRICS =
      PLAN.metrics().stream().map(VerdictMessagesTest::metric).toList();
  private static final int USERS = 20_000;

  private static JudgedMetric metric(MetricPlan plan) {
    Kind kind = Objects.requireNonNull(KINDS.get(plan.metric()));
    return judged(plan, kind, kind == Kind.EVENT ? .001 : 0);
  }

  private static Verdict verdict(
      double slower, int errorsOfThousand, Duration dwelled, Duration sinceLook) {
    return verdict(slower, errorsOfThousand, 1, dwelled, sinceLook);
  }

  private static Verdict verdict(
      double slower, int errorsOfThousand, int errorsEach, Duration dwelled, Duration sinceLook) {
    Looked looked = looked(slower, errorsOfThousand, errorsEach, dwelled, sinceLook);
    return VerdictMessages.of(PLAN, looked.evidence(), looked.verdict());
  }

  private record Looked(RunEvidence evidence, dev.serin.server.rollout.policy.Verdict verdict) {}

  private static Looked looked(
      double slower, int errorsOfThousand, int errorsEach, Duration dwelled, Duration sinceLook) {
    CountedRun counted = new CountedRun();
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            Place place = place(1, draw, .5);
            boolean isNew = draw < .5;
            expose(builder, place, user);
            int errors = isNew ? errorsOfThousand : 30;
            boolean errs = user % 1_000 < errors;
            for (int i = 0; i < (errs && isNew ? errorsEach : 1); i++) {
              report(builder, place, METRICS.get(0), user, errs ? 1 : 0);
            }
            double time = (100 + user % 17) * (isNew ? slower : 1);
            report(builder, place, METRICS.get(1), user, time);
            report(builder, place, METRICS.get(2), user, time);
          }
        });
    Judge judge = Judge.of(PLAN, METRICS, DataQuality.USUAL);
    RunReader.Reading reading = reader(PLAN, METRICS).read(counted.view(), 1);
    ArmCounts exposed = new ArmCounts(USERS / 2, USERS / 2);
    RunEvidence evidence =
        new RunEvidence(
            1,
            0,
            0,
            dwelled,
            dwelled,
            dwelled,
            new DataQuality.Stage(
                Duration.ZERO,
                Duration.ZERO,
                sinceLook,
                exposed,
                exposed,
                exposed,
                .5,
                0,
                USERS,
                0,
                0),
            reading.firstExposures(),
            RunMetrics.of(PLAN, METRICS, metric -> .001).look(1, reading.metrics()));
    return new Looked(evidence, judge.judge(evidence, JudgeState.begin()).verdict());
  }

  @Test
  void rollback_asAMessage_carriesWhatItRestsOn() {
    Verdict verdict = verdict(1.5, 60, Duration.ofMinutes(5), Duration.ofSeconds(30));

    assertThat(verdict.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_ROLL_BACK);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.VERDICT_REASON_GUARDRAIL);
    assertThat(verdict.getMetric()).isIn("errors", "latency", "p99");
    assertThat(verdict.getSentence()).contains("; rolled back");
    assertThat(verdict.getRollout()).isEqualTo("checkout");
    assertThat(verdict.getStage()).isEqualTo(1);
    assertThat(verdict.getStageName()).isEqualTo("half");
    assertThat(verdict.getTreatmentUsers()).isEqualTo(USERS / 2);
    assertThat(verdict.getRatioLogE()).isNegative();
    assertThat(verdict.getRatioThreshold()).isEqualTo(Math.log(1_000));
    assertThat(verdict.getProblemsList())
        .extracting(problem -> problem.getProblem())
        .containsExactly(DataProblem.DATA_PROBLEM_STALE);
    assertThat(verdict.getMetricsList())
        .extracting(VerdictMetric::getRole)
        .containsExactly(
            MetricRole.METRIC_ROLE_GUARDRAIL,
            MetricRole.METRIC_ROLE_GUARDRAIL,
            MetricRole.METRIC_ROLE_GUARDRAIL,
            MetricRole.METRIC_ROLE_CIRCUIT_BREAKER);

    VerdictMetric errors = verdict.getMetrics(0);
    assertThat(errors.getKind()).isEqualTo(MetricKind.METRIC_KIND_EVENT);
    assertThat(errors.getBetter()).isEqualTo(BetterDirection.BETTER_DIRECTION_LOWER);
    assertThat(errors.getTreatmentWithEvent()).isEqualTo(600);
    assertThat(errors.getControlWithEvent()).isEqualTo(300);
    assertThat(errors.getTreatmentValue()).isEqualTo(.06);
    assertThat(errors.getRunLogE()).isGreaterThan(errors.getRunThreshold());
    assertThat(errors.getStageLogE()).isGreaterThan(errors.getStageThreshold());
    assertThat(errors.getAlarm() && errors.getWorse()).isTrue();
    assertThat(errors.getMargin()).isEqualTo(.25);
    assertThat(errors.getAbsoluteMargin()).isEqualTo(.001);
    assertThat(errors.getRatioLower()).isBetween(1.45, 1.9);
    assertThat(errors.getRatioUpper()).isBetween(2.1, 2.75);
    assertThat(errors.hasShown() || errors.hasControlLogE()).isFalse();

    VerdictMetric latency = verdict.getMetrics(1);
    assertThat(latency.getMeasure()).isEqualTo("ms");
    assertThat(latency.hasStageLogE() || latency.hasTreatmentWithEvent()).isFalse();
    assertThat(latency.getRunLogE()).isGreaterThan(latency.getRunThreshold());
    assertThat(latency.getTreatmentValue()).isBetween(150., 170.);
    assertThat(latency.getLower()).isBetween(40., 54.);
    assertThat(latency.getUpper()).isBetween(latency.getLower(), 60.);
    assertThat(latency.hasShown()).isTrue();
    assertThat(latency.getShown() || latency.hasRatioLower()).isFalse();

    VerdictMetric p99 = verdict.getMetrics(2);
    assertThat(p99.getQuantile()).isEqualTo(.9);
    assertThat(p99.hasRunLogE() || p99.hasLower()).isFalse();
    assertThat(p99.getStageLogE()).isGreaterThan(p99.getStageThreshold());
    assertThat(p99.getTreatmentValue() / p99.getControlValue()).isBetween(1.45, 1.55);

    VerdictMetric breaker = verdict.getMetrics(3);
    assertThat(breaker.getLimit()).isEqualTo(.5);
    assertThat(breaker.hasRunLogE()).isFalse();
    assertThat(breaker.getStageLogE()).isNotPositive();
    assertThat(breaker.getAlarm()).isFalse();
    assertThat(breaker.getControlLogE()).isPositive();
    assertThat(breaker.getControlThreshold()).isPositive();
  }

  /**
   * 3 % of the users err: what a stage that must show something asks of them includes the rate by
   * request, which the evidence carries.
   */
  @Test
  void withinMargins_ofACommonEvent_isShownByRequestsToo() {
    Verdict verdict = verdict(1, 18, Duration.ofMinutes(20), Duration.ZERO);

    VerdictMetric errors = verdict.getMetrics(0);
    assertThat(errors.getWithin().getRelative()).isTrue();
    assertThat(errors.getWithin().getLogE()).isGreaterThan(errors.getWithin().getThreshold());
    assertThat(errors.getWithin().getRequestsWorse()).isBetween(-.5, .25);
    assertThat(errors.getWithin().getPasses()).isTrue();
    assertThat(verdict.getMetricsList().subList(0, 3)).allMatch(VerdictMetric::getShown);
    assertThat(verdict.getWaitsForList()).isEmpty();
    assertThat(verdict.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_PROMOTE);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.VERDICT_REASON_SHOWN);
  }

  /** Fewer users err, but each of them five times: by users alone it would be within. */
  @Test
  void withinMargins_ofRequestsThatAreWorse_isNotShown() {
    Verdict verdict = verdict(1, 18, 5, Duration.ofMinutes(20), Duration.ZERO);

    VerdictMetric errors = verdict.getMetrics(0);
    assertThat(errors.getWithin().getRelative()).isTrue();
    assertThat(errors.getWithin().getRequestsWorse()).isGreaterThan(.25);
    assertThat(errors.getWithin().getPasses()).isFalse();
    assertThat(verdict.getWaitsForList())
        .containsExactly("errors is not shown to be within its margin");
    assertThat(verdict.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_GO_ON);
  }

  /** A forecast is made where somebody asks for it, of what may still be promoted. */
  @Test
  void forecast_isMadeWhereAskedFor_ofWhatMayBePromoted() {
    Duration early = Duration.ofMinutes(4);
    Looked goingOn = looked(1, 18, 1, early, Duration.ZERO);
    Verdict logged = VerdictMessages.of(PLAN, goingOn.evidence(), goingOn.verdict());
    assertThat(logged.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_GO_ON);
    assertThat(logged.hasPromotedMedian() || logged.hasPromotedP90()).isFalse();
    Verdict asked = forecast(goingOn, early);
    assertThat(asked.getPromotedMedian().getSeconds())
        .as("of the dwell")
        .isGreaterThanOrEqualTo(360);
    assertThat(asked.toBuilder().clearPromotedMedian().clearPromotedP90().build())
        .isEqualTo(logged);

    Duration over = Duration.ofMinutes(20);
    Verdict ready = forecast(looked(1, 18, 1, over, Duration.ZERO), over);
    assertThat(ready.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_PROMOTE);
    assertThat(ready.hasPromotedMedian() && ready.hasPromotedP90()).isTrue();
    assertThat(ready.getPromotedP90().getSeconds()).isZero();

    Verdict worse = forecast(looked(1.5, 60, 1, early, Duration.ZERO), early);
    assertThat(worse.getAction()).isEqualTo(VerdictAction.VERDICT_ACTION_ROLL_BACK);
    assertThat(worse.hasPromotedMedian()).isFalse();
  }

  private static Verdict forecast(Looked looked, Duration time) {
    return VerdictMessages.withForecast(
        PLAN, looked.evidence(), looked.verdict(), new LiveForecast.Passed(time, time));
  }
}
