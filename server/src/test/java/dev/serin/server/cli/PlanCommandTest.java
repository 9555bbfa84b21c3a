package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiErrors;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Document;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.StoredDocument;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PlanCommandTest {
  private static final String ROLLOUT =
      """
      rollout:
        key: new-checkout
        feature: new-checkout
        split: half
        treatment: "on"
        control: "off"
        template: gate-canary-ab-expand
        guardrails:
        - {metric: errors}
        - {metric: latency, margin: 0.1}
      """;

  private static Run plan(String rollout, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "plan";
    all[1] = "-f";
    all[2] = "-";
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Run.of(Run.NO_SERVER, rollout, false, all);
  }

  @Test
  void plan_withTraffic_asksNoServer() {
    Run run =
        plan(
            ROLLOUT,
            "--users-per-second=100",
            "--baseline=errors=0.005",
            "--baseline=latency=120:300");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("new-checkout: forecast for 100 new users per second\n")
        .contains("ab-test   25 %  60 min      90000    90000")
        .contains("ab-test  errors *     25 %")
        .contains("canary   ###")
        .doesNotContain("\u001b");
  }

  @Test
  void plan_asJson_isTheMessage() {
    Run run = plan(ROLLOUT, "--users-per-second=100", "--baseline=errors=0.005", "-o", "json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("\"stage\": \"ab-test\"").contains("\"no baseline\"");
  }

  @Test
  void plan_whatIsNotKnown_isNotNever() {
    Run run = plan(ROLLOUT, "--users-per-second=100", "--baseline=errors=0.005");

    assertThat(run.out())
        .containsPattern("ab-test +25 % +60 min +90000 +90000 +not known +not known")
        .contains("canary waits for an approval by whoever validated it in staging")
        .contains("ab-test is not known: latency: no baseline");
  }

  @Test
  void plan_metricDocumentsBeside_sayWhatMetricsAre() {
    String documents =
        """
        ---
        metric: {key: errors, kind: event, measure: "1", better: lower}
        ---
        metric: {key: latency, kind: quantile, measure: ms, better: lower}
        """;
    String[] options = {
      "--users-per-second=100", "--baseline=errors=0.005", "--baseline=latency=120:300"
    };

    assertThat(plan(ROLLOUT + documents, options).out())
        .isNotEqualTo(plan(ROLLOUT, options).out())
        .doesNotContain("no baseline");
    options[2] = "--baseline=latency=0.01";
    assertThat(plan(ROLLOUT, options).out()).doesNotContain("no event");
    assertThat(plan(ROLLOUT + documents, options).out())
        .contains("latency: no event, and its baseline a share of users");
    assertThat(plan(ROLLOUT + documents.replace("lower", "fast"), options).out())
        .contains("better: fast (expected: one of lower, higher)");
    assertThat(
            plan(ROLLOUT + "  circuit_breakers: [{metric: latency}]\n" + documents, options).out())
        .contains("circuit_breakers[0].metric: a quantile (expected: an event)");
  }

  /** Metrics may be the server's, and what the files say of them goes along. */
  @Test
  void plan_withoutTraffic_asksTheServer() throws IOException {
    String documents = "---\nmetric: {key: latency, kind: mean, measure: ms, better: lower}\n";
    try (FakeApi api = new FakeApi()) {
      api.will(
          "ListDocuments",
          ListDocumentsResponse.newBuilder()
              .addDocuments(
                  StoredDocument.newBuilder()
                      .setDocument(
                          Document.newBuilder()
                              .setMetric(
                                  Metric.newBuilder()
                                      .setKey("errors")
                                      .setKind(MetricKind.METRIC_KIND_EVENT)
                                      .setBetter(BetterDirection.BETTER_DIRECTION_LOWER))))
              .build());
      api.will("GetDocument", ApiErrors.documentNotFound("shop", "feature", "new-checkout"));
      api.will("PlanRollout", PlanRolloutResponse.newBuilder().setUsersPerSecond(7).build());
      Run run =
          plan(
              ROLLOUT + documents,
              "--baseline=errors=0.005",
              "--server=" + api.address(),
              "-n",
              "shop");

      assertThat(run.err()).isEmpty();
      assertThat(run.exitCode()).isZero();
      PlanRolloutRequest request = api.request(2, PlanRolloutRequest.class);
      assertThat(request.getNamespace()).isEqualTo("shop");
      assertThat(request.getRollout().getKey()).isEqualTo("new-checkout");
      assertThat(request.getBaselines(0).getValue()).isEqualTo(.005);
      assertThat(request.hasUsersPerSecond()).isFalse();
      assertThat(request.getMetricsList()).extracting(Metric::getKey).containsExactly("latency");
      assertThat(run.out()).startsWith("new-checkout: forecast for 7 new users per second");
    }
  }

  @Test
  void plan_ofWhatIsWrong_saysSo() {
    assertThat(plan(ROLLOUT, "--users-per-second=1", "--baseline=errors=2").err())
        .contains("--baseline errors=2: 2.0 (expected: a share of users, above 0 and below 1)");
    assertThat(plan(ROLLOUT, "--users-per-second=1", "--baseline=errors=x").err())
        .contains("--baseline errors=x: no number (expected: SHARE, or MEAN:DEVIATION)");
    assertThat(plan(ROLLOUT, "--users-per-second=1", "--baseline=eror=0.1").err())
        .contains("--baseline eror: no metric of the rollout (expected: one of errors, latency)");
    assertThat(plan(ROLLOUT, "--users-per-second=0").err())
        .contains("--users-per-second: 0.0 (expected: above 0, finite)");
    assertThat(plan(ROLLOUT, "--users-per-second=1", "--rollout=other").err())
        .contains("rollouts in the files: 0 (expected: one, or --rollout KEY)");
    assertThat(plan(ROLLOUT.replace("split: half", "split: \"\""), "--users-per-second=1").out())
        .contains("split");
  }
}
