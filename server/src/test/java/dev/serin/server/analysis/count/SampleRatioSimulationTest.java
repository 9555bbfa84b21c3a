package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.SampleRatio.Factor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * statistics.md C3 (v) and the simulated figures of B6: users in two arms, a look each 500 to 500
 * 000, by the sequential test and by chi-squared looked at as often. Fixed seeds.
 */
class SampleRatioSimulationTest {
  private static final int STEP = 500;
  private static final int USERS = 500_000;
  private static final ChiSquaredDistribution CHI_SQUARED = ChiSquaredDistribution.of(1);

  /** One of the tests. */
  private interface Judge {
    /** Whether it alarms at the smaller arm's users of all. */
    boolean alarms(int users, int all);

    static Judge sequential(double promised) {
      return (users, all) ->
          SampleRatio.alarms(
              SampleRatio.logE(
                  List.of(
                      new Factor(
                          List.of(promised, 1 - promised),
                          List.of((long) users, (long) all - users)))));
    }

    static Judge chiSquared(double promised, double level) {
      double most = CHI_SQUARED.inverseSurvivalProbability(level);
      return (users, all) -> {
        double excess = users - promised * all;
        return excess * excess / (promised * (1 - promised) * all) > most;
      };
    }
  }

  /** For each judge and run the users at its alarm; beyond {@link #USERS}: none. */
  private static int[][] alarms(long seed, double truth, int runs, Judge... judges) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] found = new int[judges.length][runs];
    for (int run = 0; run < runs; run++) {
      int users = 0;
      int open = judges.length;
      for (int all = STEP; all <= USERS && open > 0; all += STEP) {
        users += truth == .5 ? coins(random) : Binomial.draw(random, STEP, truth);
        for (int judge = 0; judge < judges.length; judge++) {
          if (found[judge][run] == 0 && judges[judge].alarms(users, all)) {
            found[judge][run] = all;
            open--;
          }
        }
      }
      for (int[] ofJudge : found) {
        ofJudge[run] = ofJudge[run] == 0 ? USERS + 1 : ofJudge[run];
      }
    }
    return found;
  }

  /** Fair coins of {@link #STEP} users, 64 at a time. */
  private static int coins(SplittableRandom random) {
    int heads = 0;
    for (int left = STEP; left > 0; left -= Long.SIZE) {
      long coins = random.nextLong();
      heads += Long.bitCount(left < Long.SIZE ? coins >>> (Long.SIZE - left) : coins);
    }
    return heads;
  }

  private static double share(int... found) {
    return Arrays.stream(found).filter(users -> users <= USERS).count() / (double) found.length;
  }

  private static int median(int... found) {
    int[] sorted = found.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /**
   * B6: arms as promised: chi-squared below .001 at .0275 of 50/50 and .0305 of 95/5, below .05 at
   * .53; the sequential test at .0005 or less. What is simulated twice may be three standard errors
   * of either apart.
   */
  @ParameterizedTest
  @CsvSource({".5,.0275", ".05,.0305"})
  void alarms_asPromised_areAsFewAsStatedOnlyOfTheSequentialTest(double promised, double share) {
    int runs = 2000;
    int[][] found =
        alarms(
            18,
            promised,
            runs,
            Judge.sequential(promised),
            Judge.chiSquared(promised, .001),
            Judge.chiSquared(promised, .05));
    assertThat(share(found[0])).isLessThanOrEqualTo(Share.most(SampleRatio.ALPHA, runs));
    assertThat(share(found[1])).isCloseTo(share, within(error(share, runs)));
    assertThat(share(found[2])).isCloseTo(.53, within(error(.53, runs)));
  }

  private static double error(double share, int runs) {
    return 3 * Math.sqrt(2 * share * (1 - share) / runs);
  }

  /** B6: a share of .51 is found at a median of 23 000 users by chi-squared, else of 46 000. */
  @Test
  void alarms_ofFiftyOneInAHundred_comeAsPublished() {
    int[][] found = alarms(17, .51, 400, Judge.sequential(.5), Judge.chiSquared(.5, .001));
    assertThat(median(found[0])).isBetween(40_000, 52_000);
    assertThat(median(found[1])).isBetween(19_500, 26_500);
  }

  /**
   * C3 (v): .505 of 50/50 and .955 of 95/5, given here as the smaller arm's .495 and .045: medians
   * of the table in docs/statistics.md, and nearly all by the end.
   */
  @ParameterizedTest
  @CsvSource({".5,.495,193500", ".05,.045,33000"})
  void alarms_ofSmallMismatches_comeAsTheTableSays(double promised, double truth, int users) {
    int[] found = alarms(19, truth, 400, Judge.sequential(promised))[0];
    assertThat((double) median(found)).isBetween(.85 * users, 1.15 * users);
    assertThat(share(found)).isGreaterThan(.98);
  }
}
