package dev.serin.server.analysis.quantile;

import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How often the test of p99 alarms where nothing is wrong, and how soon where something is, looked
 * at again and again; statistics.md B13 and C3, with fixed seeds. Latencies are lognormal with σ =
 * 1.
 */
class QuantileSimulationTest {
  private static final int RUNS = 2_000;
  private static final double ALPHA = .05;
  private static final double P99 = .99;
  private static final int BINS_OF_DOUBLING = 32;
  private static final int LOOK_EACH = 200;
  private static final Claim WORSE = Claim.regression(Direction.LOWER, Margin.NONE);
  private static final QuantileTest TEST =
      QuantileTest.of(P99, WORSE, BINS_OF_DOUBLING, 2_000, ALPHA);

  private static double bound() {
    return ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / RUNS);
  }

  /** Values of one arm as a cell keeps them: by bin, and how many by user bucket. */
  private static final class Tally {
    private static final double START = .005;
    private final long[] bins = new long[600];
    private final long[] byBucket = new long[128];
    private long users;

    void add(int bucket, double value) {
      double place = BINS_OF_DOUBLING * Math.log(value / START) / Math.log(2);
      bins[Math.clamp(1 + (long) Math.floor(place), 0, bins.length - 1)]++;
      byBucket[bucket]++;
    }

    QuantileArm independent() {
      return new QuantileArm(BinCounts.of(bins), 1);
    }

    QuantileArm ofUsers() {
      return QuantileArm.ofUsers(
          BinCounts.of(bins), UserBuckets.ofMeans(users, byBucket, new double[128]));
    }

    /** The bin of the value of a rank. */
    double place(double rank) {
      long upTo = 0;
      int bin = -1;
      while (bin < bins.length - 1 && upTo < Math.max(1, rank)) {
        upTo += bins[++bin];
      }
      return bin;
    }
  }

  private static boolean isShown(QuantileArm control, QuantileArm treatment) {
    return known(TEST.of(control, treatment)).isShown();
  }

  /** [SIM] of statistics.md: 0 of 400, where order statistics with a z-test alarm in .395. */
  @Test
  void alarms_whereNothingIsWrong_areFewByTheTestAndManyByNaiveIntervals() {
    SplittableRandom random = new SplittableRandom(91);
    int alarms = 0;
    int naive = 0;
    for (int run = 0; run < RUNS; run++) {
      Tally control = new Tally();
      Tally treatment = new Tally();
      boolean alarm = false;
      boolean naiveAlarm = false;
      for (int value = 1; value <= 6_000; value++) {
        control.add(0, Math.exp(random.nextGaussian()));
        treatment.add(0, Math.exp(random.nextGaussian()));
        if (value % LOOK_EACH == 0) {
          alarm = alarm || isShown(control.independent(), treatment.independent());
          naiveAlarm = naiveAlarm || naive(control, treatment, value);
        }
      }
      alarms += alarm ? 1 : 0;
      naive += naiveAlarm ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).isLessThan(.01);
    assertThat(naive / (double) RUNS).isGreaterThan(.2);
  }

  /** A two-sided z of the difference of both p99, in bins, at .05. */
  private static boolean naive(Tally control, Tally treatment, int n) {
    double half = 1.96 * Math.sqrt(P99 * (1 - P99) * n);
    double difference = treatment.place(P99 * n) - control.place(P99 * n);
    double ofControl = control.place(P99 * n + half) - control.place(P99 * n - half);
    double ofTreatment = treatment.place(P99 * n + half) - treatment.place(P99 * n - half);
    return Math.abs(difference) > Math.hypot(ofControl, ofTreatment) / 2;
  }

  /** Users of ten equal requests each: their number alone is no evidence. */
  @Test
  void alarms_ofUsersWhoAreAlike_areFewWithTheDesignEffectAndManyWithout() {
    SplittableRandom random = new SplittableRandom(92);
    int byUsers = 0;
    int byValues = 0;
    for (int run = 0; run < RUNS; run++) {
      Tally[] arms = {new Tally(), new Tally()};
      boolean alarm = false;
      boolean naiveAlarm = false;
      for (int user = 1; user <= 2_000; user++) {
        for (Tally arm : arms) {
          double own = Math.exp(random.nextGaussian());
          int bucket = random.nextInt(128);
          arm.users++;
          for (int i = 0; i < 10; i++) {
            arm.add(bucket, own * (1 + .01 * random.nextDouble()));
          }
        }
        if (user % LOOK_EACH == 0) {
          alarm = alarm || isShown(arms[0].ofUsers(), arms[1].ofUsers());
          naiveAlarm = naiveAlarm || isShown(arms[0].independent(), arms[1].independent());
        }
      }
      byUsers += alarm ? 1 : 0;
      byValues += naiveAlarm ? 1 : 0;
    }
    assertThat(byUsers / (double) RUNS).isLessThan(bound());
    assertThat(byValues / (double) RUNS).isGreaterThan(.15);
  }

  /**
   * A treatment that is slower by exactly the margin, eight bins: it is neither found to be slower
   * by more nor shown to be slower by less, as one without an effect is.
   */
  @ParameterizedTest
  @CsvSource({"0.5, 94", "0.9, 95"})
  void margins_ofWholeBins_areExceededOrKeptInAsFewRunsAsStated(double quantile, long seed) {
    double slower = Math.pow(2, 8. / BINS_OF_DOUBLING);
    Margin margin = new Margin.Relative(slower - 1);
    QuantileTest worse = of(quantile, Claim.regression(Direction.LOWER, margin));
    QuantileTest within = of(quantile, Claim.nonInferiority(Direction.LOWER, margin));
    assertThat(worse.shiftBins()).isEqualTo(within.shiftBins()).isEqualTo(8);
    SplittableRandom random = new SplittableRandom(seed);
    int alarms = 0;
    int passes = 0;
    int passesOfLikes = 0;
    for (int run = 0; run < RUNS; run++) {
      Tally control = new Tally();
      Tally treatment = new Tally();
      Tally alike = new Tally();
      boolean alarm = false;
      boolean passed = false;
      for (int value = 1; value <= 3_000; value++) {
        control.add(0, Math.exp(random.nextGaussian()));
        double time = Math.exp(random.nextGaussian());
        treatment.add(0, slower * time);
        alike.add(0, time);
        if (value % LOOK_EACH == 0) {
          QuantileArm base = control.independent();
          QuantileArm more = treatment.independent();
          alarm = alarm || known(worse.of(base, more)).isShown();
          passed = passed || known(within.of(base, more)).isShown();
        }
      }
      alarms += alarm ? 1 : 0;
      passes += passed ? 1 : 0;
      boolean found = known(within.of(control.independent(), alike.independent())).isShown();
      passesOfLikes += found ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).as("alarms").isLessThan(bound());
    assertThat(passes / (double) RUNS).as("passes").isLessThan(bound());
    assertThat(passesOfLikes / (double) RUNS).as("passes without an effect").isGreaterThan(.5);
  }

  private static QuantileTest of(double quantile, Claim claim) {
    return QuantileTest.of(quantile, claim, BINS_OF_DOUBLING, 2_000, ALPHA);
  }

  /** [SIM] of statistics.md: a shift of 1.25 median 6 000 an arm, 5 % five times slower 2 400. */
  @Test
  void regressions_ofP99_areFoundInTime() {
    SplittableRandom random = new SplittableRandom(93);
    assertThat(medianValues(random, value -> 1.25 * value)).isLessThanOrEqualTo(6_600);
    assertThat(medianValues(random, value -> random.nextDouble() < .05 ? 5 * value : value))
        .isLessThanOrEqualTo(3_000);
  }

  private static double medianValues(SplittableRandom random, DoubleUnaryOperator slower) {
    double[] found = new double[200];
    for (int run = 0; run < found.length; run++) {
      Tally control = new Tally();
      Tally treatment = new Tally();
      boolean shown = false;
      int value = 0;
      while (!shown && value < 20_000) {
        value++;
        control.add(0, Math.exp(random.nextGaussian()));
        treatment.add(0, slower.applyAsDouble(Math.exp(random.nextGaussian())));
        shown = value % LOOK_EACH == 0 && isShown(control.independent(), treatment.independent());
      }
      found[run] = value;
    }
    Arrays.sort(found);
    return found[found.length / 2];
  }
}
