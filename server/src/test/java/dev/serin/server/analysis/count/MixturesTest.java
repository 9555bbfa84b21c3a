package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.RateTest.Part;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * statistics.md B7, "Near-optimal": both mixtures and their mean, which is what {@link RateTest}
 * takes, side by side on the same events. Arms of equal size, looked at after each event.
 */
class MixturesTest {
  private static final int EVENTS = 3000;
  private static final Part VAGUE = Part.of(.5, .5, .5, .5);
  private static final Part CONCENTRATED = Part.of(50, 50, .5, .5);
  private static final RateTest MEAN = RateTest.regression(.5, 0);

  /** Places in arrays of three: Beta(1/2, 1/2), Beta(50, 50), the mean of their e-values. */
  private static final int KINDS = 3;

  /** Log e-values of all three. */
  private static double[] logE(int hits, int events) {
    double vague = VAGUE.logE(hits, events - hits);
    double concentrated = CONCENTRATED.logE(hits, events - hits);
    return new double[] {vague, concentrated, MEAN.logE(hits, events)};
  }

  /** Sees a run at the events that can raise an e-value above 1. */
  private interface Watch {
    /** Takes what a look gives; false: seen enough. */
    boolean look(int event, double[] logE);
  }

  private static void run(SplittableRandom random, double share, Watch watch) {
    int hits = 0;
    for (int event = 1; event <= EVENTS; event++) {
      if (random.nextDouble() < share) {
        hits++;
        // Only a hit raises E, and with half of the events or fewer it is 1 or less.
        if (2 * hits > event && !watch.look(event, logE(hits, event))) {
          return;
        }
      }
    }
  }

  /** Median events until E is 100, by each of the three. */
  @ParameterizedTest
  @CsvSource({"1.2,1644,1115,1269", "1.5,269,259,264", "2,87,126,96", "5,17,51,22"})
  void events_toEvidenceOfAHundred_areAsManyAsPublished(
      double ratio, int vague, int concentrated, int mean) {
    int[][] needed = needed(ratio / (1 + ratio), 1000);
    int[] published = {vague, concentrated, mean};
    for (int kind = 0; kind < KINDS; kind++) {
      Arrays.sort(needed[kind]);
      // At 5 the exact shares are .382 by 13 events and .505 by 17: medians of runs may jump.
      assertThat((double) needed[kind][450])
          .as("column %s", kind)
          .isLessThanOrEqualTo(1.15 * published[kind]);
      assertThat((double) needed[kind][550])
          .as("column %s", kind)
          .isGreaterThanOrEqualTo(.85 * published[kind]);
    }
  }

  /** Power within 3 000 events at a ratio of 1.2: .90 and .97, the mean of both .96. */
  @Test
  void power_ofASmallEffect_isAsPublished() {
    int runs = 1000;
    int[][] needed = needed(1.2 / 2.2, runs);
    double[] published = {.90, .97, .96};
    for (int kind = 0; kind < KINDS; kind++) {
      double power =
          Arrays.stream(needed[kind]).filter(events -> events <= EVENTS).count() / (double) runs;
      double error = Math.sqrt(published[kind] * (1 - published[kind]) / runs);
      // Three standard errors of these runs, and what the published ones are rounded to.
      assertThat(Math.abs(power - published[kind]))
          .as("column %s: %s", kind, power)
          .isLessThan(3 * error + .005);
    }
  }

  /** Events of each run until E is 100, by all three; above {@link #EVENTS}: not by then. */
  private static int[][] needed(double share, int runs) {
    SplittableRandom random = new SplittableRandom(24);
    int[][] needed = new int[KINDS][runs];
    for (int[] ofKind : needed) {
      Arrays.fill(ofKind, EVENTS + 1);
    }
    for (int run = 0; run < runs; run++) {
      int number = run;
      run(
          random,
          share,
          (event, logE) -> {
            boolean anyOpen = false;
            for (int kind = 0; kind < KINDS; kind++) {
              if (needed[kind][number] > EVENTS && logE[kind] >= Math.log(100)) {
                needed[kind][number] = event;
              }
              anyOpen |= needed[kind][number] > EVENTS;
            }
            return anyOpen;
          });
    }
    return needed;
  }

  /**
   * "A/A each event to 3000: .033-.038 at a=.05, .007-.011 at a=.01", for each of the three; three
   * standard errors of these runs about that, and never more than alpha and as much.
   */
  @Test
  void alarms_withoutAnEffect_areInThePublishedBands() {
    int runs = 2000;
    SplittableRandom random = new SplittableRandom(25);
    int[] atFive = new int[KINDS];
    int[] atOne = new int[KINDS];
    for (int run = 0; run < runs; run++) {
      double[] peak = new double[KINDS];
      run(
          random,
          .5,
          (event, logE) -> {
            for (int kind = 0; kind < KINDS; kind++) {
              peak[kind] = Math.max(peak[kind], logE[kind]);
            }
            return true;
          });
      for (int kind = 0; kind < KINDS; kind++) {
        atFive[kind] += peak[kind] >= Math.log(20) ? 1 : 0;
        atOne[kind] += peak[kind] >= Math.log(100) ? 1 : 0;
      }
    }
    for (int kind = 0; kind < KINDS; kind++) {
      assertBand(atFive[kind] / (double) runs, .033, .038, .05, runs);
      assertBand(atOne[kind] / (double) runs, .007, .011, .01, runs);
    }
  }

  private static void assertBand(double share, double low, double high, double alpha, int runs) {
    assertThat(share)
        .isBetween(
            low - 3 * Math.sqrt(low * (1 - low) / runs),
            high + 3 * Math.sqrt(high * (1 - high) / runs))
        .isLessThanOrEqualTo(Share.most(alpha, runs));
  }
}
