package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.RunProcess.Part;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How often processes alarm that are looked at after each event, where there is nothing to find:
 * statistics.md C3 (i) to (v). Fixed seeds, 2 000 runs, at most alpha and three standard errors.
 */
class FalseAlarmsTest {
  private static final int RUNS = 2000;
  private static final double ALPHA = 0.01;
  private static final RateTest EVEN = RateTest.regression(0.5, 0);

  /** C3 (i): users exposed one after the other, who err with one probability in both arms. */
  @ParameterizedTest
  @CsvSource({
    "0.5,0.001,200000",
    "0.5,0.01,100000",
    "0.5,0.1,10000",
    "0.05,0.001,200000",
    "0.05,0.01,100000",
    "0.05,0.1,20000",
    "0.95,0.001,200000",
    "0.95,0.01,100000",
    "0.95,0.1,10000"
  })
  void regression_withoutAny_alarmsAtMostAsStated(double share, double rate, int users) {
    SplittableRandom random = new SplittableRandom(11);
    RateTest test = RateTest.regression(share, 0);
    int alarms = 0;
    for (int run = 0; run < RUNS; run++) {
      alarms += alarms(test, share, Binomial.draw(random, users, rate), random) ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).isLessThanOrEqualTo(Share.most(ALPHA, RUNS));
  }

  /** Given how many erred, whose they were is drawn one by one. Only the treatment's raise E. */
  private static boolean alarms(RateTest test, double share, int events, SplittableRandom random) {
    int hits = 0;
    for (int event = 1; event <= events; event++) {
      if (random.nextDouble() < share) {
        hits++;
        if (hits > share * event && test.logE(hits, event) >= AlphaShares.threshold(ALPHA)) {
          return true;
        }
      }
    }
    return false;
  }

  /** C3 (ii): requests of users of whom some err far more often: each user counts once. */
  @ParameterizedTest
  @CsvSource({"0", "1", "3"})
  void regression_ofUsersWhoDiffer_alarmsAtMostAsStated(double variation) {
    SplittableRandom random = new SplittableRandom(12);
    int byUser = 0;
    int byRequest = 0;
    for (int run = 0; run < RUNS; run++) {
      boolean[] alarmed = clustered(variation, random);
      byUser += alarmed[0] ? 1 : 0;
      byRequest += alarmed[1] ? 1 : 0;
    }
    assertThat(byUser / (double) RUNS).isLessThanOrEqualTo(Share.most(ALPHA, RUNS));
    if (variation == 3) {
      assertThat(byRequest / (double) RUNS)
          .as("requests as if they were users: finding 4")
          .isGreaterThan(3 * ALPHA);
    }
  }

  /** 200 users an arm, 20 000 requests; one in 1 + CV^2 users errs, so much the more often. */
  private static boolean[] clustered(double variation, SplittableRandom random) {
    int users = 400;
    double errers = 1 / (1 + variation * variation);
    double rate = 0.01 / errers;
    boolean[] treated = new boolean[users];
    boolean[] errs = new boolean[users];
    boolean[] counted = new boolean[users];
    for (int user = 0; user < users; user++) {
      treated[user] = random.nextBoolean();
      errs[user] = random.nextDouble() < errers;
    }
    Watch byUser = new Watch(EVEN, ALPHA);
    Watch byRequest = new Watch(EVEN, ALPHA);
    for (int request = 0; request < 20_000; request++) {
      int user = random.nextInt(users);
      if (errs[user] && random.nextDouble() < rate) {
        byRequest.event(treated[user]);
        if (!counted[user]) {
          counted[user] = true;
          byUser.event(treated[user]);
        }
      }
    }
    return new boolean[] {byUser.fired, byRequest.fired};
  }

  /**
   * C3 (iii), decision 3: the same users err in each stage of 5/25/25/50/50. R and S hold, with
   * restarts; the product of the stages, which looks natural, does not.
   */
  @Test
  void runAndStages_ofPersistentErrers_alarmAtMostAsStatedWhereTheProductDoesNot() {
    double[] shares = {0.05, 0.25, 0.25, 0.5, 0.5};
    AlphaShares alpha = new AlphaShares(ALPHA, shares.length);
    SplittableRandom random = new SplittableRandom(13);
    int runs = 2500;
    int alarms = 0;
    int products = 0;
    for (int run = 0; run < runs; run++) {
      Ramp ramp = new Ramp(alpha, random);
      for (double share : shares) {
        ramp.stage(share);
      }
      alarms += ramp.fired ? 1 : 0;
      products += ramp.productPeak >= AlphaShares.threshold(ALPHA) ? 1 : 0;
    }
    assertThat(alarms / (double) runs).isLessThanOrEqualTo(Share.most(ALPHA, runs));
    assertThat(products / (double) runs).isGreaterThan(Share.most(ALPHA, runs));
  }

  /** 120 users who always err sooner or later, at fixed places of the draw. */
  private static final class Ramp {
    private static final int ERRERS = 120;

    private final AlphaShares alpha;
    private final SplittableRandom random;
    private final double[] draws;
    private final boolean[] counted = new boolean[ERRERS];
    private final Watch run;
    private double product;
    private double productPeak;
    private boolean fired;

    private Ramp(AlphaShares alpha, SplittableRandom random) {
      this.alpha = alpha;
      this.random = random;
      this.draws = random.doubles(ERRERS).toArray();
      this.run = new Watch(EVEN, alpha.run(1));
    }

    private void stage(double share) {
      Latch latch = Latch.of(alpha.stage(1));
      StageProcess process = StageProcess.planned(Duration.ofMinutes(10));
      ArmCounts users = ArmCounts.NONE;
      int[] order = shuffled();
      double before = product;
      for (int i = 0; i < ERRERS; i++) {
        double draw = draws[order[i]];
        boolean treated = draw < share;
        if (treated || draw >= 1 - share) {
          users = users.plus(treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1));
          process = process.at(Duration.ofSeconds(600L * (i + 1) / ERRERS), users, EVEN);
          product = before + EVEN.logE(users);
          if (treated) {
            latch = latch.after(process.logE(EVEN, users));
            productPeak = Math.max(productPeak, product);
          }
          if (!counted[order[i]]) {
            counted[order[i]] = true;
            run.event(treated);
          }
        }
      }
      fired |= latch.fired() || run.fired;
    }

    private int[] shuffled() {
      int[] order = new int[ERRERS];
      Arrays.setAll(order, i -> i);
      for (int i = ERRERS - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
      }
      return order;
    }
  }

  /**
   * S in a planned stage of four hours, with four times as many restarts as go on, and in two
   * extensions of it: as guardrails have it, a process for each with its own part, and as breakers
   * have it, one process that goes on. Looked at where the treatment has run away the furthest.
   */
  @Test
  void stage_ofHoursAndTwoExtensions_alarmsAtMostAsStated() {
    AlphaShares alpha = new AlphaShares(0.1, 1);
    double parts = alpha.stage(1) + alpha.repeat(1, 1) + alpha.repeat(1, 2);
    SplittableRandom random = new SplittableRandom(17);
    int apart = 0;
    int asOne = 0;
    for (int run = 0; run < RUNS; run++) {
      Extended stage = new Extended(alpha, random);
      for (int extension = 0; extension <= 2; extension++) {
        stage.period(extension);
      }
      assertThat(stage.whole.marks()).hasSize(StageProcess.MAX_LIVE);
      apart += stage.fired ? 1 : 0;
      asOne += stage.oneFired ? 1 : 0;
    }
    assertThat(apart / (double) RUNS).isLessThanOrEqualTo(Share.most(parts, RUNS));
    assertThat(asOne / (double) RUNS).isLessThanOrEqualTo(Share.most(alpha.stage(1), RUNS));
  }

  /** One stage of 150 events in each four hours, and what two processes make of it. */
  private static final class Extended {
    private static final Duration PERIOD = Duration.ofHours(4);
    private static final int EVENTS = 150;

    private final AlphaShares alpha;
    private final SplittableRandom random;
    private StageProcess whole = StageProcess.extensible(PERIOD);
    private ArmCounts all = ArmCounts.NONE;
    private boolean fired;
    private boolean oneFired;

    private Extended(AlphaShares alpha, SplittableRandom random) {
      this.alpha = alpha;
      this.random = random;
    }

    private void period(int extension) {
      whole = extension == 0 ? whole : whole.extended(extension, PERIOD);
      StageProcess own = StageProcess.planned(PERIOD);
      double part = extension == 0 ? alpha.stage(1) : alpha.repeat(1, extension);
      ArmCounts base = all;
      int ahead = 0;
      int furthest = 9;
      for (int event = 1; event <= EVENTS; event++) {
        boolean treated = random.nextBoolean();
        all = all.plus(treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1));
        ahead = treated ? ahead + 1 : Math.max(0, ahead - 1);
        if (ahead > furthest) {
          furthest = ahead;
          fired |= own.logE(EVEN, all.since(base)) >= AlphaShares.threshold(part);
          oneFired |= whole.logE(EVEN, all) >= AlphaShares.threshold(alpha.stage(1));
        }
        Duration elapsed = PERIOD.multipliedBy(event).dividedBy(EVENTS);
        own = own.at(elapsed, all.since(base), EVEN);
        whole = whole.at(elapsed, all, EVEN);
      }
    }
  }

  /** Finding 5: a base rate that falls while the share rises from 5 to 25 to 50 of a hundred. */
  @Test
  void run_ofChangingSharesAndAFallingBaseRate_holdsWherePooledCountsDoNot() {
    double[] shares = {0.05, 0.25, 0.5};
    int[] events = {400, 200, 100};
    SplittableRandom random = new SplittableRandom(14);
    int alarms = 0;
    int pooled = 0;
    for (int run = 0; run < RUNS; run++) {
      double sum = 0;
      double peak = 0;
      ArmCounts all = ArmCounts.NONE;
      for (int stage = 0; stage < shares.length; stage++) {
        ArmCounts users = ArmCounts.NONE;
        RateTest test = RateTest.regression(shares[stage], 0);
        for (int event = 0; event < events[stage]; event++) {
          boolean treated = random.nextDouble() < shares[stage];
          users = users.plus(treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1));
          peak = Math.max(peak, sum + test.logE(users));
        }
        sum = new RunProcess(List.of(new Part(shares[stage], users))).logE(0) + sum;
        all = all.plus(users);
      }
      alarms += peak >= AlphaShares.threshold(ALPHA) ? 1 : 0;
      // What pooling believes: the treatment has its average share of the time.
      pooled += RateTest.nonInferiority((.05 + .25 + .5) / 3, 0).logE(all) > Math.log(100) ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).isLessThanOrEqualTo(Share.most(ALPHA, RUNS));
    assertThat(pooled / (double) RUNS).as("better, by pooled counts").isGreaterThan(0.99);
  }

  /** C3 (iv): both arms break together and mend again; whose the events are stays drawn. */
  @Test
  void regression_throughACommonOutage_alarmsAtMostAsStated() {
    SplittableRandom random = new SplittableRandom(15);
    int alarms = 0;
    for (int run = 0; run < RUNS; run++) {
      Watch watch = new Watch(EVEN, ALPHA);
      for (int second = 0; second < 3600; second += 5) {
        double rate = second >= 1200 && second < 1800 ? 0.05 : 0.005;
        int erred = Binomial.draw(random, 500, rate);
        for (int i = 0; i < erred; i++) {
          watch.event(random.nextBoolean());
        }
      }
      alarms += watch.fired ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).isLessThanOrEqualTo(Share.most(ALPHA, RUNS));
  }

  /** C3 (v): looks each 500 users, to 60 000, in three stages as decision 9 says. */
  @Test
  void sampleRatio_asPromised_alarmsAtMostAsStated() {
    SplittableRandom random = new SplittableRandom(16);
    double[] shares = {0.05, 0.25, 0.5};
    int alarms = 0;
    for (int run = 0; run < RUNS; run++) {
      boolean alarmed = false;
      double sum = 0;
      for (double share : shares) {
        List<Double> probabilities = share < 0.5 ? arms(share) : List.of(0.5, 0.5);
        long[] users = new long[probabilities.size()];
        double last = 0;
        for (int look = 0; look < 40; look++) {
          for (int i = 0; i < 500; i++) {
            double draw = random.nextDouble();
            users[draw < share ? 0 : draw >= 1 - share ? 1 : 2]++;
          }
          last = SampleRatio.logE(List.of(factor(probabilities, users)));
          alarmed |= SampleRatio.alarms(sum + last);
        }
        sum += last;
      }
      alarms += alarmed ? 1 : 0;
    }
    assertThat(alarms / (double) RUNS).isLessThanOrEqualTo(Share.most(SampleRatio.ALPHA, RUNS));
  }

  private static List<Double> arms(double share) {
    return List.of(share, share, 1 - 2 * share);
  }

  private static Factor factor(List<Double> probabilities, long... users) {
    return new Factor(probabilities, Arrays.stream(users).boxed().toList());
  }

  /** A process that is looked at after each event. */
  private static final class Watch {
    private final RateTest test;
    private final double threshold;
    private long hits;
    private long events;
    private boolean fired;

    private Watch(RateTest test, double part) {
      this.test = test;
      this.threshold = AlphaShares.threshold(part);
    }

    private void event(boolean treated) {
      events++;
      hits += treated ? 1 : 0;
      // Events of the control lower E, and below its share there is nothing to see.
      if (treated && !fired && 2 * hits > events) {
        fired = test.logE(hits, events) >= threshold;
      }
    }
  }
}
