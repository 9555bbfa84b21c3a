package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.EventRatio;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.AnyTimeFigures;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.Validity;
import dev.serin.v1.VariantComparison;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnyTimeTest {
  private static final int USERS = 2_000;

  private final Random random = new Random(20_261_122);

  /** As many users of both variants, of whom so many in a hundred err. */
  private void users(Counted counted, int stage, int old, int fresh, int ofHundred, int ofTreated) {
    counted.count(
        builder -> {
          for (int user = 0; user < old + fresh; user++) {
            boolean isNew = user >= old;
            Place place = counted.place(stage, isNew ? "new" : "old");
            builder.exposure(place, Counted.unit(user), Counted.NOW);
            boolean errs = user % 100 < (isNew ? ofTreated : ofHundred);
            Counted.report(builder, place, Counted.ERROR, user, errs ? 1 : 0);
            double value = (isNew ? 22 : 20) * (.5 + random.nextDouble());
            Counted.report(builder, place, Counted.SPEND, user, value);
          }
        });
  }

  @Test
  void compare_means_haveAnIntervalForEveryLook() {
    Counted counted = Counted.ofPeriod();
    users(counted, 0, USERS, USERS, 5, 5);
    VariantComparison row = AnalysisApi.outcomes(AnalysisApi.compare(counted), Counted.SPEND, 0);
    AnyTimeFigures figures = row.getAnyTime();
    assertThat(figures.getValidity()).isEqualTo(Validity.VALIDITY_ANY_TIME);
    assertThat(row.getValidity()).isEqualTo(Validity.VALIDITY_SINGLE_LOOK);
    assertThat(figures.getExact()).isFalse();
    assertThat(figures.getMissingList()).isEmpty();
    double half = (figures.getUpper() - figures.getLower()) / 2;
    assertThat(figures.getLower() + half).isCloseTo(row.getDifference(), within(1e-9));
    // At 4 000 users of a planned 10 000: some 3.15 standard errors, where one look takes 1.98.
    assertThat(half / row.getUserStandardError()).isBetween(3.05, 3.25);
    assertThat(figures.getUpper()).isGreaterThan(row.getUserUpper());
    assertThat(figures.getLower()).isPositive();
    assertThat(figures.getP()).isEqualTo(Math.exp(-figures.getLogE()));
    assertThat(figures.getLowerPercent()).isBetween(5., 10.);
    assertThat(figures.getUpperPercent()).isBetween(10., 15.);
  }

  @Test
  void compare_events_haveTheExactTestsFigures() {
    Counted counted = Counted.ofPeriod();
    users(counted, 0, USERS, USERS, 5, 9);
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    AnyTimeFigures figures = AnalysisApi.users(response, Counted.ERROR, 0).getAnyTime();
    EventRatio exact = EventRatio.of(.5, new ArmCounts(180, 100));
    assertThat(figures.getExact()).isTrue();
    assertThat(figures.getLogE()).isEqualTo(exact.logE());
    assertThat(figures.getP()).isEqualTo(exact.p());
    assertThat(figures.getLowerPercent()).isEqualTo(100 * (exact.interval().lower() - 1));
    assertThat(figures.getUpperPercent()).isEqualTo(100 * (exact.interval().upper() - 1));
    assertThat(figures.getLower()).isBetween(0., .04);
    assertThat(figures.getUpper()).isBetween(.04, .08);
    // By outcome there is no exact test.
    assertThat(AnalysisApi.outcomes(response, Counted.ERROR, 0).getAnyTime().getExact()).isFalse();
  }

  @Test
  void compare_fewUsers_saysWhatIsMissing() {
    Counted counted = Counted.ofPeriod();
    users(counted, 0, 90, 90, 0, 50);
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    AnyTimeFigures users = AnalysisApi.users(response, Counted.ERROR, 0).getAnyTime();
    assertThat(users.hasLower() || users.hasUpper() || users.hasUpperPercent()).isFalse();
    assertThat(users.getLogE()).isPositive();
    assertThat(users.getLowerPercent()).isPositive();
    assertThat(users.getMissingList())
        .containsExactly(
            "users of control, treatment: 90, 90 (expected: 100 or more)",
            "upper end in percent: nobody of the control (expected: 1 or more)");
    AnyTimeFigures outcomes = AnalysisApi.outcomes(response, Counted.SPEND, 0).getAnyTime();
    assertThat(outcomes.hasLogE() || outcomes.hasP()).isFalse();
    assertThat(outcomes.getMissingList())
        .containsExactly("users of control, treatment: 90, 90 (expected: 100 or more)");
  }

  /** Before anybody is given the control, the treatment's errors are not the treatment's fault. */
  @Test
  void compare_nobodyOfOneVariant_hasNoOdds() {
    Counted counted = Counted.ofPeriod();
    users(counted, 0, 0, USERS, 0, 5);
    AnyTimeFigures figures =
        AnalysisApi.users(AnalysisApi.compare(counted), Counted.ERROR, 0).getAnyTime();
    assertThat(figures.hasLogE() || figures.hasP()).isFalse();
    assertThat(figures.hasLowerPercent() || figures.hasUpperPercent()).isFalse();
    assertThat(figures.getMissingList())
        .contains("odds: users of control, treatment: 0, 2000 (expected: 1 or more)");

    Counted other = Counted.ofPeriod();
    users(other, 0, USERS, 0, 5, 0);
    assertThat(AnalysisApi.users(AnalysisApi.compare(other), Counted.ERROR, 0).getAnyTime())
        .extracting(AnyTimeFigures::hasLogE)
        .isEqualTo(false);
  }

  /** With one arm many times the other asymptotic figures alarm in vain; the exact ones do not. */
  @Test
  void compare_unequalArms_haveExactFiguresOnly() {
    Counted counted = Counted.ofPeriod().withWeights(90, 10);
    users(counted, 0, 9 * USERS, USERS, 5, 5);
    AnyTimeFigures figures =
        AnalysisApi.users(AnalysisApi.compare(counted), Counted.ERROR, 0).getAnyTime();
    assertThat(figures.hasLower()).isFalse();
    assertThat(figures.getMissing(0)).contains("expected: about as many");
    assertThat(figures.getLogE())
        .isEqualTo(EventRatio.of(.1, new ArmCounts(100, 900)).logE())
        .isNegative();
    assertThat(figures.getLowerPercent()).isNegative();
    assertThat(figures.getUpperPercent()).isPositive();
  }

  @Test
  void compare_anOlderPeriod_hasNoSharesToTestBy() {
    Counted counted = Counted.ofPeriod().inPeriod(9);
    users(counted, 0, USERS, USERS, 5, 9);
    CompareVariantsResponse response =
        AnalysisApi.compare(counted, CompareVariantsRequest.newBuilder().setPeriod(7).build());
    AnyTimeFigures figures = AnalysisApi.users(response, Counted.ERROR, 0).getAnyTime();
    assertThat(figures.hasLogE()).isFalse();
    assertThat(figures.hasLower()).isTrue();
    assertThat(figures.getMissingList())
        .containsExactly("odds: shares of the arms not known (expected: weights above 0, as now)");
  }

  /** The users of both stages are the same: they count once, so that the run is no surer. */
  @Test
  void compare_overStages_countsUsersOnce() {
    Counted counted = Counted.ofRun();
    users(counted, 1, USERS, USERS, 5, 5);
    users(counted, 2, USERS, USERS, 5, 5);
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    VariantComparison run = AnalysisApi.outcomes(response, Counted.SPEND, 0);
    AnyTimeFigures figures = run.getAnyTime();
    double half = (figures.getUpper() - figures.getLower()) / 2;
    assertThat(half / run.getUserStandardError()).isBetween(3.05, 3.25);
    AnyTimeFigures stage = AnalysisApi.users(response, Counted.ERROR, 2).getAnyTime();
    assertThat(stage.getLogE()).isEqualTo(EventRatio.of(.5, new ArmCounts(100, 100)).logE());
    AnyTimeFigures users = AnalysisApi.users(response, Counted.ERROR, 0).getAnyTime();
    assertThat(users.getExact()).isFalse();
    assertThat(users.hasLogE()).isTrue();
    assertThat(response.hasVerdict()).isFalse();
  }
}
