package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiErrors;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Document;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.StoredDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  private static final String ROLLOUT =
      """
      rollout:
        key: checkout
        feature: new-checkout
        split: half
        treatment: "on"
        control: "off"
        stages:
        - {name: half, kind: expand, share: 50, dwell: 10m}
        - {name: full, kind: full, share: 100, dwell: 1m}
        guardrails: [{metric: errors}]
      """;

  @TempDir Path dir;

  @Test
  void simulate_regressionAgainstPeers_printsTableChartAndCsv() throws IOException {
    Path csv = dir.resolve("out.csv");

    Run run =
        Run.of(
            Run.NO_SERVER,
            ROLLOUT,
            false,
            "simulate",
            "-f-",
            "--runs=40",
            "--regressed=errors=0.05",
            "--against",
            "--csv=" + csv);

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsPattern("serin +40 +0[.]000 +1[.]000 +[0-9]+ s +[0-9]+ s +0[.]000 +0[.]000")
        .containsPattern("argo, limit 0 +40 +0[.]000 +1[.]000 +60 s +60 s")
        .containsPattern("flagger, threshold 5 +40 +0[.]000 +1[.]000 +360 s")
        .contains("MEDIAN TIME TO DETECT")
        .contains("█");
    assertThat(Files.readAllLines(csv))
        .hasSize(9)
        .contains("\"argo, limit 0\",40,0,40,60,60,0,0,0,0");
  }

  @Test
  void simulate_sameSeed_printsTheSame() {
    String[] arguments = {"simulate", "-f-", "--runs=20", "--seed=7", "--horizon=30m"};

    Run run = Run.of(Run.NO_SERVER, ROLLOUT, false, arguments);

    assertThat(run.out()).containsPattern("serin +20 +0[.]000 +0[.]000 +- +- +0[.]000 +1[.]000");
    assertThat(Run.of(Run.NO_SERVER, ROLLOUT, false, arguments)).isEqualTo(run);
  }

  @Test
  void simulate_wrongInput_isRefused() {
    assertThat(run("rollout: {key: r}").out()).contains("stdin:1:1: stages: none");
    assertThat(run("rollout: {key: r}").exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(run("segment: {key: s}").err())
        .contains("rollouts in the files: 0 (expected: one, or --rollout KEY)");
    assertThat(run(ROLLOUT, "--regressed=eror=0.1").err())
        .contains("--regressed eror: no metric of the rollout (expected: one of errors)");
    assertThat(run(ROLLOUT, "--baseline=errors=2").err())
        .contains("baseline: 2.0 (expected: 0 to 1)");
    assertThat(run(ROLLOUT, "--runs=0").exitCode()).isEqualTo(ExitCode.USAGE.code());
  }

  /** Without users who come again there is nobody to differ for good. */
  @Test
  void simulate_variationWithoutAPopulation_isRefused() {
    Run run = run(ROLLOUT, "--runs=5", "--variation=3");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).contains("--variation 3.0: no user comes again (expected: --population");
    assertThat(run(ROLLOUT, "--runs=5", "--variation=3", "--population=1000").exitCode()).isZero();
  }

  @Test
  void simulate_requestsOutOfRange_areRefusedByTheirOption() {
    for (String number : List.of("0.0", "-1.0", "1000000.0", "NaN")) {
      Run run = run(ROLLOUT, "--runs=5", "--requests=" + number);

      assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
      assertThat(run.err()).contains("--requests " + number + " (expected: 0.001 to 100000.0)");
    }
  }

  @Test
  void simulate_csvThatCannotBeWritten_isRefusedBeforehand() {
    Run run = run(ROLLOUT, "--runs=5", "--csv=" + dir.resolve("none").resolve("out.csv"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).contains("out.csv: not writable (expected: a file in a folder");
    assertThat(run.out()).isEmpty();
    assertThat(run(ROLLOUT, "--runs=5", "--csv=" + dir).out()).isEmpty();
  }

  @Test
  void simulate_onATerminal_showsABarMeanwhile() {
    Run run = Run.of(Run.NO_SERVER, ROLLOUT, true, "simulate", "-f-", "--runs=20", "--against");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .contains("\r█", "\r" + "█".repeat(30) + " 100 % serin")
        .contains("argo, limit 0")
        .endsWith("\r\u001b[K");
    assertThat(run.out()).contains("serin").doesNotContain("\r");
  }

  @Test
  void simulate_metricThatIsBetterHigher_isWorseDownwards() {
    String documents = "---\nmetric: {key: errors, kind: event, measure: \"1\", better: higher}\n";
    String[] worse = {"--runs=10", "--baseline=errors=0.2", "--regressed=errors=0.02"};

    assertThat(run(ROLLOUT, worse).out()).containsPattern("serin +10 +0[.]000 +0[.]000");
    assertThat(run(ROLLOUT + documents, worse).out())
        .containsPattern("serin +10 +0[.]000 +1[.]000");
  }

  @Test
  void simulate_mean_isJudgedAsOne() {
    String documents = "---\nmetric: {key: errors, kind: mean, measure: ms, better: lower}\n";
    String[] slower = {"--runs=5", "--baseline=errors=100:80", "--regressed=errors=200"};

    assertThat(run(ROLLOUT + documents, slower).out())
        .containsPattern("serin +5 +0[.]000 +1[.]000");
    assertThat(run(ROLLOUT, slower).out()).containsPattern("serin +5 +0[.]000 +1[.]000");
    assertThat(run(ROLLOUT + documents, "--baseline=errors=0.1").err())
        .contains("--baseline errors=0.1: no event (expected: MEAN:DEVIATION of its values)");
    assertThat(run(ROLLOUT + documents.replace("mean", "event"), slower).err())
        .contains("--baseline errors=100:80: an event (expected: RATE)");
  }

  @Test
  void simulate_withAServer_takesItsDocuments() throws IOException {
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
                                      .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER))))
              .build());
      api.will("GetDocument", ApiErrors.documentNotFound("shop", "feature", "new-checkout"));
      Run run =
          run(
              ROLLOUT,
              "--runs=5",
              "--baseline=errors=0.2",
              "--regressed=errors=0.02",
              "-n=shop",
              "--server=" + api.address());

      assertThat(run.err()).isEmpty();
      assertThat(run.out()).containsPattern("serin +5 +0[.]000 +1[.]000");
      assertThat(api.request(1, GetDocumentRequest.class).getKey()).isEqualTo("new-checkout");
    }
  }

  private static Run run(String text, String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "simulate";
    arguments[1] = "-f-";
    System.arraycopy(more, 0, arguments, 2, more.length);
    return Run.of(Run.NO_SERVER, text, false, arguments);
  }
}
