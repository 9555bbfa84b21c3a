package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ExposureState;
import dev.serin.v1.Validity;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Test;

class CompareVariantsTest {
  private static final int USERS = 3_000;

  private final Random random = new Random(20_261_130);

  /** What one variant's users reported, to be recounted by the textbook. */
  private final class Reported {
    private final List<Double> values = new ArrayList<>();
    private final double[] sums = new double[Buckets.COUNT];
    private final long[] counts = new long[Buckets.COUNT];

    void users(Counted counted, Place place, int first, double size) {
      counted.count(
          builder -> {
            for (int user = first; user < first + USERS; user++) {
              builder.exposure(place, Counted.unit(user), Counted.NOW);
              double own = size * Math.exp(random.nextGaussian() / 2);
              for (int i = random.nextInt(4); i > 0; i--) {
                // Steps of 2^-10 are counted as they are.
                double value = Math.rint(own * (1 + random.nextDouble()) * 1_024) / 1_024;
                Counted.report(builder, place, Counted.LATENCY, user, value);
                int bucket = Buckets.bucketOf(Counted.unit(user), place.bucketSaltHash());
                values.add(value);
                sums[bucket] += value;
                counts[bucket]++;
              }
            }
          });
    }

    double mean() {
      return values.stream().mapToDouble(value -> value).sum() / values.size();
    }

    double variance() {
      double mean = mean();
      double squares = values.stream().mapToDouble(value -> Math.pow(value - mean, 2)).sum();
      return squares / (values.size() - 1);
    }

    double quantile(double share) {
      double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
      return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    /** The squared standard error of the mean, one user bucket left out at a time. */
    double jackknife() {
      double sum = Arrays.stream(sums).sum();
      double count = Arrays.stream(counts).sum();
      double[] without = new double[Buckets.COUNT];
      for (int bucket = 0; bucket < without.length; bucket++) {
        without[bucket] = (sum - sums[bucket]) / (count - counts[bucket]);
      }
      double middle = Arrays.stream(without).average().orElseThrow();
      double squares = Arrays.stream(without).map(each -> Math.pow(each - middle, 2)).sum();
      return (Buckets.COUNT - 1.0) / Buckets.COUNT * squares;
    }
  }

  @Test
  void compare_overGrpc_givesRowsS5AndS6() {
    Counted counted = Counted.ofPeriod();
    Reported old = new Reported();
    Reported fresh = new Reported();
    old.users(counted, counted.place(0, "old"), 0, 20);
    fresh.users(counted, counted.place(0, "new"), USERS, 18);

    CompareVariantsResponse response = AnalysisApi.compare(counted);

    assertThat(response.getSplit()).isEqualTo("main");
    assertThat(response.getPeriod()).isEqualTo(7);
    assertThat(response.getControl()).isEqualTo("old");
    assertThat(response.getExposures()).isEqualTo(ExposureState.EXPOSURE_STATE_COUNTED);
    assertThat(response.getThinned()).isFalse();
    assertThat(response.getDataUntil().getSeconds()).isEqualTo(Counted.NOW / 1_000 + 10);
    assertSummary(AnalysisApi.summary(response, Counted.LATENCY, 0, "old"), old);
    assertSummary(AnalysisApi.summary(response, Counted.LATENCY, 0, "new"), fresh);

    VariantComparison row = AnalysisApi.outcomes(response, Counted.LATENCY, 0);
    double difference = fresh.mean() - old.mean();
    double a = fresh.variance() / fresh.values.size();
    double b = old.variance() / old.values.size();
    double t = difference / Math.sqrt(a + b);
    double freedom =
        Math.pow(a + b, 2) / (a * a / (fresh.values.size() - 1) + b * b / (old.values.size() - 1));
    assertClose(row.getDifference(), difference);
    assertClose(row.getDifferencePercent(), 100 * difference / old.mean());
    assertThat(row.getBetter()).isEqualTo("new");
    assertClose(row.getT(), t);
    assertClose(row.getDegreesOfFreedom(), freedom);
    assertThat(row.getP())
        .isCloseTo(2 * TDistribution.of(freedom).survivalProbability(Math.abs(t)), within(1e-12));
    double quantile = TDistribution.of(freedom).inverseSurvivalProbability(.025);
    assertClose(row.getOutcomeLower(), difference - quantile * Math.sqrt(a + b));
    assertClose(row.getOutcomeUpper(), difference + quantile * Math.sqrt(a + b));
    double pooled =
        ((fresh.values.size() - 1) * fresh.variance() + (old.values.size() - 1) * old.variance())
            / (fresh.values.size() + old.values.size() - 2);
    assertClose(row.getCohensD(), difference / Math.sqrt(pooled));
    assertThat(row.getEffect()).isEqualTo("negligible");
    assertThat(row.getCohensDLower()).isLessThan(row.getCohensD());
    assertThat(row.getCohensDUpper()).isGreaterThan(row.getCohensD());
    double error = Math.sqrt(fresh.jackknife() + old.jackknife());
    assertClose(row.getUserStandardError(), error);
    double ofUsers = TDistribution.of(127).inverseSurvivalProbability(.025);
    assertClose(row.getUserLower(), difference - ofUsers * error);
    assertClose(row.getUserUpper(), difference + ofUsers * error);
    // A user's outcomes resemble each other: their number alone says too little.
    assertThat(error).isGreaterThan(1.2 * Math.sqrt(a + b));
    assertThat(row.getMissingList()).isEmpty();
  }

  private static void assertSummary(VariantSummary row, Reported reported) {
    assertThat(row.getCount()).isEqualTo(reported.values.size());
    assertThat(row.getUsers()).isEqualTo(USERS);
    assertThat(row.getExposedUsers()).isEqualTo(USERS);
    assertThat(row.getArm()).isEqualTo(Arm.ARM_SPLIT);
    assertClose(row.getMean(), reported.mean());
    assertClose(row.getStandardDeviation(), Math.sqrt(reported.variance()));
    assertClose(row.getStandardError(), Math.sqrt(reported.jackknife()));
    assertThat(row.getMin()).isEqualTo(reported.quantile(1e-9));
    assertThat(row.getMax()).isEqualTo(reported.quantile(1));
    assertQuantile(row.getMedian(), reported.quantile(.5));
    assertQuantile(row.getP95(), reported.quantile(.95));
    assertQuantile(row.getP99(), reported.quantile(.99));
    assertThat(row.getMissingList()).isEmpty();
  }

  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(1e-9 * Math.abs(expected)));
  }

  private static void assertQuantile(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(.011 * expected));
  }

  @Test
  void compare_lowerIsBetter_saysSo() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int user = 0; user < 200; user++) {
            boolean isNew = user % 2 == 0;
            Place place = counted.place(0, isNew ? "new" : "old");
            double more = user % 10 + (isNew ? 5 : 0);
            Counted.report(builder, place, Counted.LATENCY, user, 100 + more);
            Counted.report(builder, place, Counted.SPEND, user, 100 + more);
          }
        });
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    VariantComparison latency = AnalysisApi.outcomes(response, Counted.LATENCY, 0);
    VariantComparison spend = AnalysisApi.outcomes(response, Counted.SPEND, 0);
    assertThat(latency.getDifference()).isPositive();
    assertThat(latency.getBetter()).isEqualTo("old");
    assertThat(spend.getDifference()).isEqualTo(latency.getDifference());
    assertThat(spend.getBetter()).isEqualTo("new");
    assertThat(response.getExposures()).isEqualTo(ExposureState.EXPOSURE_STATE_NONE);

    VariantComparison turned =
        AnalysisApi.outcomes(
            AnalysisApi.compare(
                counted, CompareVariantsRequest.newBuilder().setControl("new").build()),
            Counted.LATENCY,
            0);
    assertThat(turned.getTreatment()).isEqualTo("old");
    assertThat(turned.getDifference()).isEqualTo(-latency.getDifference());
    assertThat(turned.getBetter()).isEqualTo("old");
  }

  @Test
  void compare_event_givesShareOfUsersBesideRateOfOutcomes() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int user = 0; user < 2_000; user++) {
            Place place = counted.place(0, user < 1_000 ? "new" : "old");
            builder.exposure(place, Counted.unit(user), Counted.NOW);
            // Some report nothing; those who fail do so three times of four.
            boolean fails = user % 1_000 < (user < 1_000 ? 60 : 40);
            for (int i = 0; fails && i < 4; i++) {
              Counted.report(builder, place, Counted.ERROR, user, i == 0 ? 0 : 1);
            }
            if (!fails && user % 2 == 0) {
              Counted.report(builder, place, Counted.ERROR, user, 0);
            }
          }
        });
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    VariantSummary fresh = AnalysisApi.summary(response, Counted.ERROR, 0, "new");
    assertThat(fresh.getUsers()).isEqualTo(1_000);
    assertThat(fresh.getUsersWithEvent()).isEqualTo(60);
    assertThat(fresh.getUserShare()).isEqualTo(.06);
    assertThat(fresh.getCount()).isEqualTo(4 * 60 + 470);
    assertClose(fresh.getMean(), 180. / 710);
    assertThat(fresh.hasMedian()).isFalse();

    VariantComparison users = AnalysisApi.users(response, Counted.ERROR, 0);
    assertClose(users.getDifference(), .02);
    assertClose(users.getDifferencePercent(), 50);
    assertThat(users.getBetter()).isEqualTo("old");
    double squared = (.06 * .94 + .04 * .96) / 999;
    assertClose(users.getT(), .02 / Math.sqrt(squared));
    assertThat(users.getUserStandardError()).isCloseTo(Math.sqrt(squared), within(.004));
    VariantComparison outcomes = AnalysisApi.outcomes(response, Counted.ERROR, 0);
    assertClose(outcomes.getTreatmentValue(), 180. / 710);
    assertClose(outcomes.getControlValue(), 120. / 640);
    // Errors come in fours.
    assertThat(outcomes.getUserUpper() - outcomes.getUserLower())
        .isGreaterThan(1.3 * (outcomes.getOutcomeUpper() - outcomes.getOutcomeLower()));
  }

  @Test
  void compare_ratio_isThatOfItsMetrics() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int user = 0; user < 1_000; user++) {
            Place place = counted.place(0, user % 2 == 0 ? "new" : "old");
            int items = 1 + user % 5;
            double price = (user % 2 == 0 ? 12 : 10) + user % 7;
            double spend = user % 3 == 0 ? 0 : items * price;
            Counted.report(builder, place, Counted.ITEMS, user, items);
            Counted.report(builder, place, Counted.SPEND, user, spend);
            Counted.reportPrice(builder, place, user, spend, items);
          }
        });
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    VariantSummary fresh = AnalysisApi.summary(response, Counted.PRICE, 0, "new");
    VariantSummary items = AnalysisApi.summary(response, Counted.ITEMS, 0, "new");
    VariantSummary spend = AnalysisApi.summary(response, Counted.SPEND, 0, "new");
    assertClose(fresh.getMean(), spend.getSum() / items.getSum());
    assertThat(fresh.getCount()).isEqualTo(spend.getCount());
    assertThat(fresh.hasStandardError()).isTrue();
    VariantComparison row = AnalysisApi.outcomes(response, Counted.PRICE, 0);
    assertClose(row.getTreatmentValue(), fresh.getMean());
    assertThat(row.getBetter()).isEqualTo("new");
    assertThat(row.getUserLower()).isLessThan(row.getDifference());
    assertThat(row.hasT()).isFalse();
    assertThat(row.getMissing(0)).contains("ratio");

    // Asked for alone it needs no other rows.
    CompareVariantsResponse alone =
        AnalysisApi.compare(
            counted, CompareVariantsRequest.newBuilder().addMetrics("price").build());
    assertThat(alone.getSummariesList()).hasSize(2).contains(fresh);
    assertThat(alone.getComparisonsList()).containsExactly(row);
  }

  @Test
  void compare_noSpreadOrTooFew_saysWhyFiguresAreAbsent() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int user = 0; user < 300; user++) {
            Place place = counted.place(0, user % 2 == 0 ? "new" : "old");
            Counted.report(builder, place, Counted.LATENCY, user, 5);
          }
          Counted.report(builder, counted.place(0, "old"), Counted.SPEND, 1, 0);
          Counted.report(builder, counted.place(0, "old"), Counted.SPEND, 3, 0);
          Counted.report(builder, counted.place(0, "new"), Counted.SPEND, 2, 3);
        });
    CompareVariantsResponse response = AnalysisApi.compare(counted);

    VariantComparison flat = AnalysisApi.outcomes(response, Counted.LATENCY, 0);
    assertThat(flat.getDifference()).isZero();
    assertThat(flat.getBetter()).isEmpty();
    assertThat(flat.hasT() || flat.hasP() || flat.hasCohensD() || flat.hasUserLower()).isFalse();
    assertThat(flat.getEffect()).isEmpty();
    assertThat(flat.getMissingList()).contains("variance within both arms: 0 (expected: above 0)");

    VariantComparison few = AnalysisApi.outcomes(response, Counted.SPEND, 0);
    assertThat(few.getDifference()).isEqualTo(3);
    assertThat(few.hasDifferencePercent()).isFalse();
    assertThat(few.hasT()).isFalse();
    assertThat(few.getMissingList())
        .contains(
            "outcomes of control, treatment: 2, 1 (expected: 2 or more)",
            "control: 0 (expected: other than 0 for a percentage of it)");

    VariantComparison none = AnalysisApi.users(response, Counted.ERROR, 0);
    assertThat(none.getTreatmentValue()).isZero();
    VariantComparison nothing = AnalysisApi.outcomes(response, Counted.ITEMS, 0);
    assertThat(nothing.hasDifference()).isFalse();
    assertThat(nothing.getMissingList())
        .contains("outcomes of control, treatment: 0, 0 (expected: 1 or more)");
    assertThat(response.getSummariesList())
        .allSatisfy(row -> assertThat(Double.isFinite(row.getMean())).isTrue());
  }

  @Test
  void compare_nothingCounted_answersRowsWithoutFigures() {
    CompareVariantsResponse response = AnalysisApi.compare(Counted.ofPeriod());
    assertThat(response.getSummariesList()).isEmpty();
    assertThat(response.hasDataUntil()).isFalse();
    assertThat(response.getComparisonsList())
        .hasSize(6)
        .allSatisfy(row -> assertThat(row.getMissingList()).isNotEmpty());
  }

  @Test
  void compare_afterRetention_keepsMomentsAndSaysWhatIsGone() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int user = 0; user < 500; user++) {
            Place place = counted.place(0, user % 2 == 0 ? "new" : "old");
            Counted.report(builder, place, Counted.LATENCY, user, 10 + user % 9);
          }
        });
    CompareVariantsResponse before = AnalysisApi.compare(counted);
    counted.view().expire(place -> true);
    // One that comes late would make buckets of its own.
    counted.count(b -> Counted.report(b, counted.place(0, "new"), Counted.LATENCY, 9_999, 10));
    CompareVariantsResponse after = AnalysisApi.compare(counted);

    VariantSummary row = AnalysisApi.summary(after, Counted.LATENCY, 0, "old");
    VariantSummary whole = AnalysisApi.summary(before, Counted.LATENCY, 0, "old");
    assertThat(row.getMean()).isEqualTo(whole.getMean());
    assertThat(row.getStandardDeviation()).isEqualTo(whole.getStandardDeviation());
    VariantSummary late = AnalysisApi.summary(after, Counted.LATENCY, 0, "new");
    assertThat(late.getCount()).isEqualTo(251);
    assertThat(late.hasMedian() || late.hasStandardError()).isFalse();
    VariantComparison comparison = AnalysisApi.outcomes(after, Counted.LATENCY, 0);
    assertThat(comparison.hasT()).isTrue();
    assertThat(comparison.hasUserStandardError()).isFalse();
    assertThat(comparison.getMissingList()).contains(Missing.NO_BUCKETS);
  }

  @Test
  void compare_thinnedSets_estimatesUsersAndSaysSo() {
    Counted counted = Counted.ofPeriod();
    Reported old = new Reported();
    old.users(counted, counted.place(0, "old"), 0, 20);
    counted.view().thin(counted.view().nextGeneration());
    old.users(counted, counted.place(0, "old"), USERS, 20);
    CompareVariantsResponse response = AnalysisApi.compare(counted);
    assertThat(response.getThinned()).isTrue();
    VariantSummary row = AnalysisApi.summary(response, Counted.LATENCY, 0, "old");
    assertThat(row.getUsers()).isCloseTo(2 * USERS, within(300L));
    assertThat(row.getCount()).isEqualTo(old.values.size());
    assertClose(row.getStandardError(), Math.sqrt(old.jackknife()));
  }

  @Test
  void figures_all_areLabelledSingleLook() {
    Counted counted = Counted.ofRun();
    for (int stage = 1; stage <= 2; stage++) {
      new Reported().users(counted, counted.place(stage, "old"), 0, 20);
      new Reported().users(counted, counted.place(stage, "new"), USERS, 20);
    }
    assertThat(AnalysisApi.compare(counted).getComparisonsList())
        .hasSizeGreaterThan(15)
        .allSatisfy(row -> assertThat(row.getValidity()).isEqualTo(Validity.VALIDITY_SINGLE_LOOK));
  }
}
