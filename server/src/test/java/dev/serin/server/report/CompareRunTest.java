package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.StageWeight;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompareRunTest {
  private static final int USERS = 10_000;

  private final Random random = new Random(20_261_201);

  /** A stage with these shares of users, all of whose outcomes are about as large. */
  private void stage(Counted counted, int stage, double treated, double held, double size) {
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            if (draw < treated || draw >= 1 - held) {
              Place place = counted.place(stage, draw < treated ? "new" : "old");
              builder.exposure(place, Counted.unit(user), Counted.NOW);
              double value = size * (.5 + random.nextDouble());
              Counted.report(builder, place, Counted.SPEND, user, value);
              double failed = random.nextDouble() < size / 100 ? 1 : 0;
              Counted.report(builder, place, Counted.ERROR, user, failed);
            }
          }
        });
  }

  /**
   * No effect, but a base that falls while the treatment's share grows: added up over stages the
   * treatment looks worse by a quarter, stage by stage it does not.
   */
  @Test
  void compare_stages_areStratifiedNotPooled() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .2, .2, 30);
    stage(counted, 2, .5, .5, 15);
    stage(counted, 3, .8, .2, 5);

    CompareVariantsResponse response = AnalysisApi.compare(counted);

    assertThat(response.getRunId()).isEqualTo("r-1");
    assertThat(response.getControl()).isEqualTo("old");
    VariantComparison run = AnalysisApi.outcomes(response, Counted.SPEND, 0);
    assertThat(run.getStagesList()).extracting(StageWeight::getStage).containsExactly(1, 2, 3);
    assertThat(run.getStages(0).getWeight()).isCloseTo(.4 / 2.4, within(1e-9));
    assertThat(run.getStages(1).getWeight()).isCloseTo(1 / 2.4, within(1e-9));
    assertThat(run.getUserLower()).isLessThan(0);
    assertThat(run.getUserUpper()).isGreaterThan(0);
    assertThat(run.hasT() || run.hasCohensD()).isFalse();
    double pooled = pooled(response, Counted.SPEND, "new") - pooled(response, Counted.SPEND, "old");
    assertThat(pooled).isLessThan(run.getDifference() - 20 * run.getUserStandardError());
    assertThat(pooled / pooled(response, Counted.SPEND, "old")).isLessThan(-.25);

    double weighted = 0;
    for (int stage = 1; stage <= 3; stage++) {
      VariantComparison row = AnalysisApi.outcomes(response, Counted.SPEND, stage);
      assertThat(row.getStagesList()).isEmpty();
      assertThat(row.hasT()).isTrue();
      weighted += run.getStages(stage - 1).getWeight() * row.getDifference();
    }
    assertThat(run.getDifference()).isCloseTo(weighted, within(1e-9));

    VariantComparison users = AnalysisApi.users(response, Counted.ERROR, 0);
    assertThat(users.getStagesCount()).isEqualTo(3);
    assertThat(users.getUserLower()).isLessThan(0);
    assertThat(users.getUserUpper()).isGreaterThan(0);
    assertThat(AnalysisApi.users(response, Counted.ERROR, 2).hasP()).isTrue();
  }

  private static double pooled(
      CompareVariantsResponse response, ReportedMetric metric, String variant) {
    double sum = 0;
    double count = 0;
    for (int stage = 1; stage <= 3; stage++) {
      VariantSummary row = AnalysisApi.summary(response, metric, stage, variant);
      sum += row.getSum();
      count += row.getCount();
    }
    return sum / count;
  }

  @Test
  void compare_oneStage_leavesTheOthersOut() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .2, .2, 30);
    stage(counted, 2, .5, .5, 15);
    CompareVariantsResponse all = AnalysisApi.compare(counted);
    CompareVariantsResponse one =
        AnalysisApi.compare(counted, CompareVariantsRequest.newBuilder().setStage(2).build());
    assertThat(one.getStage()).isEqualTo(2);
    assertThat(one.getComparisonsList())
        .isEqualTo(all.getComparisonsList().stream().filter(row -> row.getStage() == 2).toList());
    assertThat(one.getSummariesList())
        .isEqualTo(all.getSummariesList().stream().filter(row -> row.getStage() == 2).toList());
  }

  @Test
  void compare_stageThatHasJustBegun_isLeftOutAndSaidSo() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .2, .2, 30);
    counted.count(builder -> Counted.report(builder, counted.place(2, "old"), Counted.SPEND, 1, 5));
    VariantComparison run = AnalysisApi.outcomes(AnalysisApi.compare(counted), Counted.SPEND, 0);
    assertThat(run.getStagesList())
        .anySatisfy(
            stage -> {
              assertThat(stage.getStage()).isEqualTo(2);
              assertThat(stage.getWeight()).isZero();
              assertThat(stage.getMissing()).contains("expected: 2 or more");
            });
    assertThat(run.hasUserLower()).isTrue();
  }

  /** Surplus, remainder and what comes after the end are shown, and change no comparison. */
  @Test
  void compare_whatIsNoEvidence_isShownOnly() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .5, .5, 15);
    List<VariantComparison> before = AnalysisApi.compare(counted).getComparisonsList();
    counted.count(
        builder -> {
          for (int user = 0; user < 500; user++) {
            Place surplus = counted.place(Arm.ARM_SURPLUS, 1, "new", false);
            Place remainder = counted.place(Arm.ARM_REMAINDER, 1, "old", false);
            Place late = counted.place(Arm.ARM_TREATMENT, 1, "new", true);
            Counted.report(builder, surplus, Counted.SPEND, USERS + user, 900);
            Counted.report(builder, remainder, Counted.SPEND, USERS + 500 + user, 900);
            Counted.report(builder, late, Counted.SPEND, USERS + 1_000 + user, 900);
          }
        });
    CompareVariantsResponse after = AnalysisApi.compare(counted);
    assertThat(after.getComparisonsList()).isEqualTo(before);
    assertThat(after.getSummariesList())
        .filteredOn(row -> row.getMetric().equals("spend") && row.getMean() == 900)
        .hasSize(3)
        .filteredOn(VariantSummary::getAfterEnd)
        .hasSize(1);
  }

  @Test
  void compare_whatReportersDropped_isShownOfItsPlaceAndInNoFigure() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .5, .5, 15);
    CompareVariantsResponse before = AnalysisApi.compare(counted);
    counted.count(builder -> builder.at(counted.place(1, "new")).dropped(312));
    CompareVariantsResponse after = AnalysisApi.compare(counted);
    assertThat(after.getComparisonsList()).isEqualTo(before.getComparisonsList());
    assertThat(after.getSummariesList())
        .allSatisfy(
            row ->
                assertThat(row.getDroppedOutcomes())
                    .isEqualTo(row.getVariant().equals("new") ? 312 : 0));
    assertThat(AnalysisApi.summary(after, Counted.ERROR, 1, "new").getCount())
        .isEqualTo(AnalysisApi.summary(before, Counted.ERROR, 1, "new").getCount());
  }

  @Test
  void compare_userOfBothVariants_isLeakedAndCountedInNeither() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .5, .5, 15);
    counted.count(
        builder -> {
          for (int user = 0; user < 30; user++) {
            builder.exposure(counted.place(1, "old"), Counted.unit(user), Counted.NOW);
          }
        });
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    assertThat(response.getLeakedUsers()).isEqualTo(30);
    assertThat(AnalysisApi.summary(response, Counted.ERROR, 1, "new").getUsers())
        .isEqualTo(USERS / 2 - 30);
    assertThat(AnalysisApi.summary(response, Counted.ERROR, 1, "old").getUsers())
        .isEqualTo(USERS / 2);
  }

  @Test
  void compare_aRun_carriesItsNewestVerdict() {
    Counted counted = Counted.ofRun();
    stage(counted, 1, .2, .2, 30);
    Verdict verdict =
        Verdict.newBuilder()
            .setAction(VerdictAction.VERDICT_ACTION_GO_ON)
            .setRunId("r-1")
            .setStage(1)
            .build();
    LiveVerdicts verdicts = run -> run.equals("r-1") ? Optional.of(verdict) : Optional.empty();
    CompareVariantsRequest request =
        CompareVariantsRequest.newBuilder().setNamespace("shop").setFeature("ranking").build();
    try (AnalysisApi api = new AnalysisApi(counted, counted, verdicts)) {
      assertThat(api.stub().compareVariants(request).getVerdict()).isEqualTo(verdict);
      // Who asks for a period asks for no run.
      CompareVariantsRequest period = request.toBuilder().setPeriod(3).build();
      assertThat(api.stub().compareVariants(period).hasVerdict()).isFalse();
    }
    try (AnalysisApi api = new AnalysisApi(counted, counted, LiveVerdicts.NONE)) {
      assertThat(api.stub().compareVariants(request).hasVerdict()).isFalse();
    }
  }
}
