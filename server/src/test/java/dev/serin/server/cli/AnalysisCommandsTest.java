package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.AnyTimeFigures;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.ExposureState;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MetricRole;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.RolloutState;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.StageWeight;
import dev.serin.v1.TimeSlot;
import dev.serin.v1.Validity;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnalysisCommandsTest {
  private static final Timestamp NOON = Timestamp.newBuilder().setSeconds(1_893_499_200).build();

  private static final String TWO_TABLES =
      """
      split main, since revision 7, against old, until 2030-01-01T12:00:00Z

      METRIC   VARIANT  ARM    COUNT  USERS  MEAN     ±  P50   P95    P99  OF USERS  IN
      latency  new      split  12000   3000  22.5  0.25   20  51.5  80.12         -  ms
      latency  old      split  12000   3000    25  0.25   20  51.5      -         -  ms

      METRIC   VARIANT  DIFF       ±  95 % FROM    TO  DIFF %       T     P      D  EFFECT  BETTER
      latency  new      -2.5  0.3535       -3.2  -1.8     -10  -7.071  0.03  -0.21  small   new

      ± is the standard error by users. Figures of this table are valid for a single look.
      """;

  private final FakeApi api = api();

  private static FakeApi api() {
    try {
      return new FakeApi();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    api.close();
  }

  private static VariantSummary.Builder summary(String variant, double mean) {
    return VariantSummary.newBuilder()
        .setMetric("latency")
        .setKind(MetricKind.METRIC_KIND_QUANTILE)
        .setMeasure("ms")
        .setVariant(variant)
        .setArm(Arm.ARM_SPLIT)
        .setCount(12_000)
        .setUsers(3_000)
        .setMean(mean)
        .setStandardError(.25)
        .setMedian(20)
        .setP95(51.5)
        .setP99(80.123456);
  }

  @Test
  void compare_twoVariants_areTwoTables() {
    api.will(
        "CompareVariants",
        CompareVariantsResponse.newBuilder()
            .setSplit("main")
            .setPeriod(7)
            .setControl("old")
            .setDataUntil(NOON)
            .setExposures(ExposureState.EXPOSURE_STATE_COUNTED)
            .addSummaries(summary("new", 22.5))
            .addSummaries(summary("old", 25).clearP99())
            .addComparisons(
                VariantComparison.newBuilder()
                    .setMetric("latency")
                    .setBasis(ComparisonBasis.COMPARISON_BASIS_OUTCOMES)
                    .setTreatment("new")
                    .setControl("old")
                    .setDifference(-2.5)
                    .setDifferencePercent(-10)
                    .setBetter("new")
                    .setT(-7.07106)
                    .setP(.03)
                    .setCohensD(-.21)
                    .setEffect("small")
                    .setUserStandardError(.3535)
                    .setUserLower(-3.2)
                    .setUserUpper(-1.8))
            .build());

    Run run = api.run("compare", "ranking", "--namespace=shop");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(TWO_TABLES);
    assertThat(api.request(0, CompareVariantsRequest.class))
        .isEqualTo(
            CompareVariantsRequest.newBuilder().setNamespace("shop").setFeature("ranking").build());
  }

  @Test
  void compare_figuresForAnyTime_areATableOfTheirOwn() {
    api.will(
        "CompareVariants",
        CompareVariantsResponse.newBuilder()
            .setSplit("main")
            .setControl("old")
            .addSummaries(summary("new", 22.5))
            .addComparisons(
                VariantComparison.newBuilder()
                    .setMetric("error")
                    .setBasis(ComparisonBasis.COMPARISON_BASIS_OUTCOMES)
                    .setTreatment("new")
                    .setDifference(.02)
                    .setAnyTime(
                        AnyTimeFigures.newBuilder()
                            .setValidity(Validity.VALIDITY_ANY_TIME)
                            .setExact(true)
                            .setLower(.0101)
                            .setUpper(.0299)
                            .setLowerPercent(12.3456)
                            .setLogE(8.35)
                            .setP(.000236)
                            .addMissing("upper end in percent: nobody of the control")))
            .setVerdict(
                Verdict.newBuilder()
                    .setAction(VerdictAction.VERDICT_ACTION_HOLD)
                    .setSentence("stale data; held"))
            .build());
    Run run = api.run("compare", "ranking");
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains(
            """
            METRIC  VARIANT  DIFF    FROM      TO  FROM %  TO %       ODDS         P  TEST
            error   new      0.02  0.0101  0.0299   12.35     -  1 : 4 200  0.000236  exact in %

            Valid at any time, as often as one looks: intervals with 95 %, odds and P together.
            exact in %: odds and P too; FROM and TO are right for many users.

            hold: stale data; held
            """)
        .contains("- error, at any time: upper end in percent: nobody of the control");
  }

  @Test
  void compare_figuresForAnyTime_sayWhatTheyRestOn() {
    VariantComparison row = VariantComparison.newBuilder().setTreatment("new").build();
    AnyTimeFigures odds = AnyTimeFigures.newBuilder().setLogE(1).build();
    api.will(
        "CompareVariants",
        CompareVariantsResponse.newBuilder()
            .addSummaries(summary("new", 22.5))
            .addComparisons(
                row.toBuilder().setMetric("a").setAnyTime(odds.toBuilder().setExact(true)))
            .addComparisons(row.toBuilder().setMetric("b").setAnyTime(odds))
            .addComparisons(
                row.toBuilder().setMetric("c").setAnyTime(AnyTimeFigures.newBuilder().setLower(1)))
            .addComparisons(
                row.toBuilder().setMetric("d").setAnyTime(AnyTimeFigures.getDefaultInstance()))
            .build());
    String out = api.run("compare", "ranking").out();
    assertThat(out.substring(out.indexOf("TEST")).lines().skip(1).limit(4))
        .extracting(line -> line.substring(line.lastIndexOf("  ")).strip())
        .containsExactly("exact", "many users", "many users", "-");
    assertThat(out).doesNotContain("exact in %");
  }

  @Test
  void compare_allOptions_areSent() {
    api.will("CompareVariants", CompareVariantsResponse.getDefaultInstance());
    Run run =
        api.run(
            "compare",
            "ranking",
            "--split=main",
            "--run=r-1",
            "--stage=2",
            "--period=0",
            "--control=old",
            "--metric=latency",
            "--metric=error");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("nothing was counted yet");
    assertThat(api.request(0, CompareVariantsRequest.class))
        .isEqualTo(
            CompareVariantsRequest.newBuilder()
                .setNamespace("default")
                .setFeature("ranking")
                .setSplit("main")
                .setRunId("r-1")
                .setStage(2)
                .setPeriod(0)
                .setControl("old")
                .addMetrics("latency")
                .addMetrics("error")
                .build());
  }

  @Test
  void compare_runAndGaps_areTold() {
    api.will(
        "CompareVariants",
        CompareVariantsResponse.newBuilder()
            .setRunId("r-1")
            .setExposures(ExposureState.EXPOSURE_STATE_NONE)
            .setThinned(true)
            .setLeakedUsers(3)
            .addSummaries(
                summary("new", 1)
                    .setStage(2)
                    .setArm(Arm.ARM_TREATMENT)
                    .setUserShare(.0625)
                    .setDroppedOutcomes(312))
            .addSummaries(
                summary("new", 1)
                    .setMetric("spend")
                    .setStage(2)
                    .setArm(Arm.ARM_TREATMENT)
                    .setDroppedOutcomes(312))
            .addSummaries(summary("new", 1).setStage(2).setAfterEnd(true))
            .addComparisons(
                VariantComparison.newBuilder()
                    .setMetric("error")
                    .setBasis(ComparisonBasis.COMPARISON_BASIS_USERS)
                    .addStages(StageWeight.newBuilder().setStage(1).setWeight(1))
                    .addStages(StageWeight.newBuilder().setStage(2).setMissing("too few"))
                    .addMissing("t, d: only within a stage"))
            .build());
    Run run = api.run("compare", "ranking");
    assertThat(run.out())
        .contains("run r-1", "treatment 2", "~3000", "6.25 %", "ms (after the end)")
        .contains("error (share of users) over 1 stages")
        .contains("no exposures", "~ estimated", "3 users were given two variants")
        .containsOnlyOnce(
            "312 outcomes of new (treatment 2) were dropped by their reporters or refused: in no"
                + " figure")
        .contains("- error (share of users) over 1 stages: t, d: only within a stage");
  }

  @Test
  void compare_refused_isAnError() {
    api.will("CompareVariants", ApiErrors.metricNotFound("ranking", "x"));
    Run run = api.run("compare", "ranking", "--metric=x");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains("metric \"x\"");
  }

  @Test
  void series_slots_areATable() {
    api.will(
        "GetTimeSeries",
        GetTimeSeriesResponse.newBuilder()
            .setSlot(Durations.fromSeconds(60))
            .addSlots(
                TimeSlot.newBuilder()
                    .setTime(NOON)
                    .setVariant("new")
                    .setDecisions(120)
                    .setDecisionsPerSecond(2)
                    .setTrafficShare(.25)
                    .addMetrics(
                        SlotMetric.newBuilder()
                            .setMetric("latency")
                            .setCount(90)
                            .setMean(20)
                            .setP50(19)
                            .setP95(40)
                            .setP99(77.77))
                    .addMetrics(SlotMetric.newBuilder().setMetric("error").setMean(0).setCount(9)))
            .addSlots(TimeSlot.newBuilder().setTime(NOON).setVariant("old"))
            .build());

    Run run = api.run("series", "ranking", "--slot=60s", "--last=2h", "--metric=latency");

    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            TIME                  VARIANT  SHARE  PER SECOND  METRIC   COUNT  MEAN  P50  P95    P99
            2030-01-01T12:00:00Z  new       25 %           2  latency     90    20   19   40  77.77
            2030-01-01T12:00:00Z  new       25 %           2  error        9     0    -    -      -
            2030-01-01T12:00:00Z  old          -           0  -            -     -    -    -      -
            """);
    GetTimeSeriesRequest request = api.request(0, GetTimeSeriesRequest.class);
    assertThat(request.getSlot()).isEqualTo(Durations.fromSeconds(60));
    assertThat(request.getMetricsList()).containsExactly("latency");
    assertThat(request.hasFrom()).isTrue();
  }

  @Test
  void series_rollouts_areATableOfTheirOwn() {
    VerdictMetric errors =
        VerdictMetric.newBuilder()
            .setMetric("errors")
            .setRole(MetricRole.METRIC_ROLE_GUARDRAIL)
            .setKind(MetricKind.METRIC_KIND_EVENT)
            .setTreatmentValue(.05)
            .setControlValue(.005)
            .setRunLogE(Math.log(2_000))
            .setRunThreshold(Math.log(1_000))
            .build();
    api.will(
        "GetTimeSeries",
        GetTimeSeriesResponse.newBuilder()
            .addRollouts(
                RolloutSlot.newBuilder()
                    .setTime(NOON)
                    .setRollout("new-ranking")
                    .setState(RolloutState.ROLLOUT_STATE_ROLLED_BACK)
                    .setStage(2)
                    .setStageName("half")
                    .setTrafficShare(0)
                    .setLooks(17)
                    .setVerdict(Verdict.newBuilder().addMetrics(errors)))
            .addRollouts(RolloutSlot.newBuilder().setTime(NOON).setRollout("older"))
            .setRolloutsMissing("half of them")
            .build());

    Run run = api.run("series", "ranking");

    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .endsWith(
            """

            TIME                  ROLLOUT      STATE        STAGE  TRAFFIC  LOOKS  \
            METRIC  ROLE       TREATMENT  CONTROL       ODDS   ALARM AT  OF
            2030-01-01T12:00:00Z  new-ranking  rolled_back  half       0 %     17  \
            errors  guardrail        5 %    0.5 %  1 : 2 000  1 : 1 000  run
            2030-01-01T12:00:00Z  older        ?            -            -      0  \
            -       -                  -        -          -          -  -
            rollouts: not known: half of them
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1234567, 1235000",
    "0.00012345678, 0.0001235",
    "0.00001, 0.00001",
    "-2.5, -2.5",
    "1e12, 1E+12",
    "123.456, 123.5",
    "1e-9, 1E-9"
  })
  void numbers_inTables_haveFourDigits(double number, String shown) {
    assertThat(ComparisonText.shown(number)).isEqualTo(shown);
  }
}
