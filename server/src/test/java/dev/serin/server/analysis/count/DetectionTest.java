package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.SampleRatio.Factor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How soon a regression is found, or its absence shown: the figures of statistics.md, reproduced.
 */
class DetectionTest {
  private static final int USERS_A_SECOND = 50;
  private static final double BASE = 0.005;

  /**
   * "Figures to reach": .5 % to 5 % from the stage's start, E at 300, one look a second, no
   * restarts: median and nine tenths in seconds, one more allowed for nine tenths.
   */
  @ParameterizedTest
  @CsvSource({"0,7,12", "0.1,8,13", "0.25,9,15"})
  void detection_fromTheStart_isAsFastAsPublished(double margin, int median, int nineTenths) {
    long[] seconds = detections(margin, 0, Duration.ZERO);
    assertThat(seconds[seconds.length / 2]).isLessThanOrEqualTo(median);
    assertThat(seconds[seconds.length * 9 / 10]).isLessThanOrEqualTo(nineTenths + 1);
  }

  /** "Figures to reach": the same, beginning late in a stage of half an hour, with restarts. */
  @ParameterizedTest
  @CsvSource({"0,607,14,19", "0.25,607,17,25", "0,1767,14,19", "0.25,1767,17,25"})
  void detection_ofALateRegression_isAsFastAsPublished(
      double margin, int onset, int median, int nineTenths) {
    long[] seconds = detections(margin, onset, Duration.ofMinutes(30));
    assertThat(seconds[seconds.length / 2]).isLessThanOrEqualTo(median);
    assertThat(seconds[seconds.length * 9 / 10]).isLessThanOrEqualTo(nineTenths + 1);
  }

  /**
   * The same in a stage of four hours, with eight times as many restarts: each has an eighth of the
   * weight, which takes two or three seconds more.
   */
  @ParameterizedTest
  @CsvSource({"0,607,16,21", "0.25,607,20,28", "0,1767,16,21", "0.25,1767,20,28"})
  void detection_inAStageOfHours_isHardlySlower(
      double margin, int onset, int median, int nineTenths) {
    long[] seconds = detections(margin, onset, Duration.ofHours(4));
    assertThat(seconds[seconds.length / 2]).isLessThanOrEqualTo(median);
    assertThat(seconds[seconds.length * 9 / 10]).isLessThanOrEqualTo(nineTenths + 1);
  }

  /**
   * Table C2, columns E+: alpha .01, one look each 5 s. They are those of Beta(1/2, 1/2) alone; the
   * mean of both is at most a look or a sixth later here, and sooner where effects are small.
   */
  @ParameterizedTest
  @CsvSource({
    "0,0.0065,1242,2562",
    "0,0.01,125,250",
    "0.25,0.01,295,571",
    "0,0.05,5,10",
    "0.25,0.05,10,15"
  })
  void detection_inTableC2_isAsFastAsPublished(
      double margin, double rate, int median, int nineTenths) {
    RateTest test = RateTest.regression(0.5, margin);
    long[] vague = detections(users -> vague(test, users), 100, rate);
    assertThat(vague[vague.length / 2]).isCloseTo(median, within(Math.max(5L, median / 10)));
    assertThat(vague[vague.length * 9 / 10])
        .isCloseTo(nineTenths, within(Math.max(5L, nineTenths / 10)));
    long[] mean = detections(test::logE, 100, rate);
    assertThat(mean[mean.length / 2]).isLessThanOrEqualTo(Math.max(median + 5, median * 7 / 6));
  }

  /** Table C2, the column of the two-sided test of counts. */
  @ParameterizedTest
  @CsvSource({"0.01,190,295", "0.05,20,25"})
  void detection_byTheTwoSidedTest_isAsFastAsPublished(double rate, int median, int nineTenths) {
    long[] seconds = detections(users -> SampleRatio.logE(List.of(Factor.even(users))), 100, rate);
    assertThat(seconds[seconds.length / 2]).isCloseTo(median, within(Math.max(5L, median / 10)));
    assertThat(seconds[seconds.length * 9 / 10])
        .isCloseTo(nineTenths, within(Math.max(5L, nineTenths / 10)));
  }

  private static double vague(RateTest test, ArmCounts users) {
    return test.logE(0.5, 0.5, users.treatment(), users.total());
  }

  private static long[] detections(ToDoubleFunction<ArmCounts> logE, double evidence, double rate) {
    SplittableRandom random = new SplittableRandom(20);
    long[] seconds = new long[1000];
    for (int run = 0; run < seconds.length; run++) {
      ArmCounts users = ArmCounts.NONE;
      do {
        for (int i = 0; i < 5; i++) {
          users = users.plus(new ArmCounts(erred(random, rate), erred(random, BASE)));
        }
        seconds[run] += 5;
      } while (logE.applyAsDouble(users) < Math.log(evidence));
    }
    Arrays.sort(seconds);
    return seconds;
  }

  private static long[] detections(double margin, int onset, Duration planned) {
    SplittableRandom random = new SplittableRandom(21);
    RateTest test = RateTest.regression(0.5, margin);
    long[] seconds = new long[500];
    for (int run = 0; run < seconds.length; run++) {
      StageProcess process = StageProcess.planned(planned);
      ArmCounts users = ArmCounts.NONE;
      int second = 0;
      do {
        double treated = second < onset ? BASE : 0.05;
        users = users.plus(new ArmCounts(erred(random, treated), erred(random, BASE)));
        second++;
        process = process.at(Duration.ofSeconds(second), users, test);
      } while (second <= onset || process.logE(test, users) < Math.log(300));
      seconds[run] = (long) second - onset;
    }
    Arrays.sort(seconds);
    return seconds;
  }

  private static int erred(SplittableRandom random, double rate) {
    int erred = 0;
    for (int user = 0; user < USERS_A_SECOND; user++) {
      erred += random.nextDouble() < rate ? 1 : 0;
    }
    return erred;
  }

  /** statistics.md B21: events to pass at no effect, alpha .05, a=b=.5: median and nine tenths. */
  @ParameterizedTest
  @CsvSource({"0.25,830,1640", "0.5,220,460", "1,80,170"})
  void events_toNonInferiority_areNoMoreThanPublished(double margin, int median, int nineTenths) {
    assertEvents(events(0.5, margin, 1000), median, nineTenths);
  }

  /** The same of a small margin, and of one user of the treatment to 19 of the control. */
  @ParameterizedTest
  @CsvSource({"0.5,0.1,1000,4740,9941", "0.05,0.25,300,3070,7112", "0.05,0.5,300,720,1881"})
  void events_toNonInferiorityOfMany_areNoMoreThanPublished(
      double share, double margin, int runs, int median, int nineTenths) {
    assertEvents(events(share, margin, runs), median, nineTenths);
  }

  private static void assertEvents(long[] needed, int median, int nineTenths) {
    assertThat((double) needed[needed.length / 2]).isLessThanOrEqualTo(1.1 * median);
    assertThat((double) needed[needed.length * 9 / 10]).isLessThanOrEqualTo(1.1 * nineTenths);
  }

  private static long[] events(double share, double margin, int runs) {
    RateTest test = RateTest.nonInferiority(share, margin);
    SplittableRandom random = new SplittableRandom(22);
    long[] needed = new long[runs];
    for (int run = 0; run < needed.length; run++) {
      long hits = 0;
      long events = 0;
      double logE = 0;
      do {
        events++;
        if (random.nextDouble() < share) {
          hits++;
        } else {
          // An event of the treatment shows nothing for it.
          logE = test.logE(0.5, 0.5, hits, events);
        }
      } while (logE < Math.log(20));
      needed[run] = events;
    }
    Arrays.sort(needed);
    return needed;
  }

  /**
   * Decision 5: a treatment worse by exactly the margin, during the whole stage, leaves it upwards
   * with probability at most alpha, looked at after each event; here alpha is .05, for E-'s half.
   */
  @Test
  void nonInferiority_atTheMargin_isShownAtMostAsStated() {
    double alpha = 0.05;
    int runs = 2000;
    RateTest test = RateTest.nonInferiority(0.5, 0.25);
    SplittableRandom random = new SplittableRandom(23);
    int shown = 0;
    for (int run = 0; run < runs; run++) {
      long hits = 0;
      for (long events = 1; events <= 3000; events++) {
        if (random.nextDouble() < 1.25 / 2.25) {
          hits++;
        } else if (test.logE(hits, events) >= AlphaShares.threshold(alpha / 2)) {
          shown++;
          break;
        }
      }
    }
    assertThat(shown / (double) runs).isLessThanOrEqualTo(Share.most(alpha / 2, runs));
  }
}
