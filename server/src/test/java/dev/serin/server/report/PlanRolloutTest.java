package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricBaseline;
import dev.serin.v1.MetricForecast;
import dev.serin.v1.MetricKind;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.Rollout;
import dev.serin.v1.SuccessMetric;
import org.junit.jupiter.api.Test;

class PlanRolloutTest {
  private static final Rollout ROLLOUT =
      Rollout.newBuilder()
          .setKey("ranking")
          .setFeature("ranking")
          .setSplit("main")
          .setTreatment("new")
          .setControl("old")
          .setTemplate("gate-canary-ab-expand")
          .addGuardrails(Guardrail.newBuilder().setMetric("error"))
          .build();

  private static PlanRolloutResponse plan(Counted counted, PlanRolloutRequest.Builder request) {
    try (AnalysisApi api = new AnalysisApi(counted)) {
      return api.stub().planRollout(request.setNamespace("shop").build());
    }
  }

  /** Ten decisions each second for a minute, an error of each twentieth user of the control. */
  private static Counted counted() {
    Counted counted = Counted.ofPeriod();
    Place old = counted.place(0, "old");
    counted.count(
        builder -> {
          for (int user = 0; user < 600; user++) {
            long time = Counted.NOW - 60_000 + user * 100L;
            builder.exposure(old, Counted.unit(user), time);
            Counted.report(builder, old, Counted.ERROR, user, user % 20 == 0 ? 1 : 0, time);
          }
        });
    return counted;
  }

  @Test
  void plan_withoutTrafficAndBaseline_takesWhatWasCounted() {
    PlanRolloutResponse answer =
        plan(counted(), PlanRolloutRequest.newBuilder().setRollout(ROLLOUT));

    assertThat(answer.getUsersPerSecond()).isCloseTo(10, within(2.));
    assertThat(answer.getBaselinesList())
        .containsExactly(MetricBaseline.newBuilder().setMetric("error").setValue(.05).build());
    assertThat(answer.getNotesList()).hasSize(3);
    assertThat(answer.getStagesList()).hasSize(4);
    MetricForecast canary = answer.getStages(0).getMetrics(0);
    MetricForecast test = answer.getStages(1).getMetrics(0);
    assertThat(canary.getMustPass()).isFalse();
    assertThat(test.getMustPass()).isTrue();
    assertThat(test.getPassesMedian().getSeconds()).isBetween(1_000L, 6_000L);
    assertThat(test.getFoundMedian().getSeconds()).isLessThan(canary.getFoundMedian().getSeconds());
    assertThat(answer.getStages(3).getMetricsList()).isEmpty();
  }

  /** Twice the traffic takes half the time. */
  @Test
  void plan_withTrafficAndBaseline_takesThem() {
    PlanRolloutRequest.Builder request =
        PlanRolloutRequest.newBuilder()
            .setRollout(ROLLOUT)
            .addBaselines(MetricBaseline.newBuilder().setMetric("error").setValue(.005));
    MetricForecast hundred =
        plan(Counted.ofPeriod(), request.setUsersPerSecond(100)).getStages(1).getMetrics(0);
    MetricForecast twoHundred =
        plan(Counted.ofPeriod(), request.setUsersPerSecond(200)).getStages(1).getMetrics(0);
    assertThat((double) twoHundred.getPassesMedian().getSeconds())
        .isCloseTo(hundred.getPassesMedian().getSeconds() / 2., within(2.));
    assertThat(twoHundred.getPassesByDwell()).isGreaterThan(hundred.getPassesByDwell());
    assertThat(twoHundred.getSmallest()).isLessThan(hundred.getSmallest());
  }

  /** A control's mean above (1 + margin) times the treatment's is worse: with 150 %, below 40 %. */
  @Test
  void plan_marginsOfOneAndMore_haveAForecastWhereHigherIsBetterToo() {
    PlanRolloutRequest.Builder request =
        PlanRolloutRequest.newBuilder()
            .setUsersPerSecond(100)
            .addBaselines(
                MetricBaseline.newBuilder().setMetric("spend").setValue(20).setDeviation(40));
    MetricForecast wide = spend(request, 1.5);
    MetricForecast narrow = spend(request, .25);
    assertThat(wide.getMissing()).isEmpty();
    assertThat(wide.getPassesMedian().getSeconds()).isPositive();
    assertThat(wide.getPassesMedian().getSeconds())
        .isLessThan(narrow.getPassesMedian().getSeconds());
    // Nothing is found that is not beyond the margin.
    assertThat(wide.getSmallest()).isGreaterThan(2.5);
    assertThat(narrow.getSmallest()).isBetween(1.25, 2.5);
  }

  private static MetricForecast spend(PlanRolloutRequest.Builder request, double margin) {
    Rollout rollout =
        ROLLOUT.toBuilder()
            .setGuardrails(
                0,
                Guardrail.newBuilder()
                    .setMetric("spend")
                    .setMargin(margin)
                    .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER))
            .build();
    return plan(Counted.ofPeriod(), request.setRollout(rollout)).getStages(1).getMetrics(0);
  }

  @Test
  void plan_successMetricsThatAreBetterLower_haveAForecastOfLargeImprovements() {
    Rollout rollout =
        ROLLOUT.toBuilder()
            .addSuccessMetrics(
                SuccessMetric.newBuilder()
                    .setMetric("spend")
                    .setImprovement(1)
                    .setBetter(BetterDirection.BETTER_DIRECTION_LOWER))
            .build();
    MetricForecast forecast =
        plan(
                Counted.ofPeriod(),
                PlanRolloutRequest.newBuilder()
                    .setRollout(rollout)
                    .setUsersPerSecond(100)
                    .addBaselines(
                        MetricBaseline.newBuilder()
                            .setMetric("spend")
                            .setValue(20)
                            .setDeviation(40)))
            .getStages(1)
            .getMetrics(1);
    assertThat(forecast.getMetric()).isEqualTo("spend");
    assertThat(forecast.getPassesMedian().getSeconds()).isPositive();
  }

  /** What other splits draw is no traffic of this one, nor is a time in which nothing came. */
  @Test
  void plan_withoutTraffic_takesTheSplitsTimesWithDecisions() {
    Counted counted = Counted.ofPeriod();
    Place main = counted.place(0, "old");
    Place other =
        new Place("shop", "ranking", "other", "", 7, 0, Arm.ARM_SPLIT, "old", false, "user_key");
    long minute = Counted.NOW / 60_000 * 60_000;
    counted.count(
        builder -> {
          for (int user = 0; user < 600; user++) {
            builder.exposure(main, Counted.unit(user), minute - 3_000_000 + user * 100L);
            builder.exposure(main, Counted.unit(user), minute - 600_000 + user * 100L);
            for (int i = 0; i < 5; i++) {
              builder.exposure(other, Counted.unit(user), minute - 600_000 + user * 100L);
            }
          }
        });
    PlanRolloutRequest.Builder request =
        PlanRolloutRequest.newBuilder()
            .setRollout(ROLLOUT)
            .addBaselines(MetricBaseline.newBuilder().setMetric("error").setValue(.005));

    PlanRolloutResponse answer = plan(counted, request);

    assertThat(answer.getUsersPerSecond()).isCloseTo(10, within(1e-9));
    assertThat(answer.getNotesList())
        .containsExactly(
            "traffic: decisions of the split in the 2 min of the last hour that had any, as if each"
                + " were of a new user: with users who come again all takes longer");
  }

  @Test
  void plan_metricsOfTheServer_areWhatTheirDocumentsSay() {
    Rollout quantile =
        ROLLOUT.toBuilder().addGuardrails(Guardrail.newBuilder().setMetric("latency")).build();
    PlanRolloutRequest.Builder request =
        PlanRolloutRequest.newBuilder()
            .setRollout(quantile)
            .setUsersPerSecond(100)
            .addBaselines(MetricBaseline.newBuilder().setMetric("error").setValue(.005))
            .addBaselines(MetricBaseline.newBuilder().setMetric("latency").setValue(.005));

    PlanRolloutResponse answer = plan(Counted.ofPeriod(), request);

    assertThat(answer.getStages(1).getMissing())
        .isEqualTo("latency: no event, and its baseline a share of users");
    assertThat(answer.getStages(1).hasPromotedMedian()).isFalse();

    // A file brings a document of its own along.
    Metric event =
        Metric.newBuilder()
            .setKey("latency")
            .setKind(MetricKind.METRIC_KIND_EVENT)
            .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
            .build();
    PlanRolloutResponse ofFile = plan(Counted.ofPeriod(), request.addMetrics(event));
    assertThat(ofFile.getStages(1).getMissing()).isEmpty();
    assertThat(ofFile.getStages(1).hasPromotedMedian()).isTrue();
    assertThatThrownBy(
            () -> plan(Counted.ofPeriod(), request.addMetrics(Metric.newBuilder().setKey("x"))))
        .hasMessageContaining("metrics[1].kind: absent");
  }

  @Test
  void plan_baselineOfAnUnknownMetric_isRefused() {
    assertThatThrownBy(
            () ->
                plan(
                    Counted.ofPeriod(),
                    PlanRolloutRequest.newBuilder()
                        .setRollout(ROLLOUT)
                        .addBaselines(MetricBaseline.newBuilder().setMetric("eror").setValue(.1))))
        .hasMessageContaining(
            "baselines[0].metric: \"eror\" is no metric of the rollout (expected: one of"
                + " error)");
  }

  @Test
  void plan_ofNothingKnown_isRefused() {
    Counted nothing = Counted.ofPeriod();
    assertThatThrownBy(() -> plan(nothing, PlanRolloutRequest.newBuilder()))
        .hasMessageContaining("rollout: absent (expected: a rollout)");
    assertThatThrownBy(() -> plan(nothing, PlanRolloutRequest.newBuilder().setRollout(ROLLOUT)))
        .hasMessageContaining(
            "users_per_second: absent, and no decision of split main in the last hour");
    assertThatThrownBy(
            () ->
                plan(
                    nothing,
                    PlanRolloutRequest.newBuilder()
                        .setRollout(ROLLOUT)
                        .addBaselines(MetricBaseline.newBuilder().setMetric("error").setValue(2))))
        .hasMessageContaining("baselines[0].value: 2.0 (expected: a share of users");
    assertThatThrownBy(
            () ->
                plan(
                    nothing,
                    PlanRolloutRequest.newBuilder()
                        .setRollout(ROLLOUT.toBuilder().clearFeature())
                        .setUsersPerSecond(1)))
        .hasMessageContaining("feature");
  }
}
