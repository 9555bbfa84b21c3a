package dev.serin.loadtest.decisions;

import dev.serin.server.analysis.count.SampleRatio;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Sample ratio mismatch: users arrive, each look after 500 more, to 500 000; by the sequential test
 * and by the usual one, chi-squared with p below .001, looked at as often.
 */
final class RatioTable {
  static final String NAME = "ratio";

  private static final int USERS = 500_000;
  private static final int STEP = 500;

  /** Of one degree of freedom at .001. */
  private static final double CHI_SQUARED =
      ChiSquaredDistribution.of(1).inverseSurvivalProbability(0.001);

  private RatioTable() {}

  /**
   * A row: what is promised, and what is true.
   *
   * @param name of the row
   * @param promised treatment's share of both arms
   * @param truth its true share
   */
  record Row(String name, double promised, double truth) {}

  static final List<Row> ROWS =
      List.of(
          new Row("50/50 as promised", 0.5, 0.5),
          new Row("95/5 as promised", 0.95, 0.95),
          new Row("51/49 for 50/50", 0.5, 0.51),
          new Row("50.5/49.5 for 50/50", 0.5, 0.505),
          new Row("95.5/4.5 for 95/5", 0.95, 0.955));

  /**
   * What came of a row.
   *
   * @param judge which test
   * @param alarms runs with an alarm
   * @param medianUsers of them, at the alarm; empty: none
   */
  record Outcome(String judge, int alarms, OptionalLong medianUsers) {}

  /** Both tests on the same users. */
  static List<Outcome> run(Row row, int runs, long seed, IntConsumer progress) {
    long[] sequential = new long[runs];
    long[] usual = new long[runs];
    AtomicInteger done = new AtomicInteger();
    IntStream.range(0, runs)
        .parallel()
        .forEach(
            run -> {
              one(row, new SplittableRandom(seed * 1_000_003 + run), run, sequential, usual);
              progress.accept(done.incrementAndGet());
            });
    return List.of(outcome("sequential", sequential), outcome("chi-squared peeked", usual));
  }

  private static void one(
      Row row, SplittableRandom random, int run, long[] sequential, long[] usual) {
    long treatment = 0;
    for (int users = STEP; users <= USERS; users += STEP) {
      for (int i = 0; i < STEP; i++) {
        treatment += random.nextDouble() < row.truth() ? 1 : 0;
      }
      if (sequential[run] == 0 && SampleRatio.alarms(logE(row, treatment, users))) {
        sequential[run] = users;
      }
      if (usual[run] == 0 && chiSquared(row.promised(), treatment, users) > CHI_SQUARED) {
        usual[run] = users;
      }
    }
  }

  /**
   * Pearson's statistic of two arms, of one degree of freedom: the sum of (O - E)² / E over both.
   *
   * @param promised share of the treatment, above 0 and below 1
   * @param treatment users of it
   * @param users of both arms, above 0
   */
  static double chiSquared(double promised, long treatment, long users) {
    double expected = promised * users;
    double excess = treatment - expected;
    return excess * excess / (expected * (1 - promised));
  }

  private static double logE(Row row, long treatment, int users) {
    return SampleRatio.logE(
        List.of(
            new SampleRatio.Factor(
                List.of(row.promised(), 1 - row.promised()),
                List.of(treatment, users - treatment))));
  }

  private static Outcome outcome(String judge, long[] alarms) {
    long[] sorted = Arrays.stream(alarms).filter(users -> users > 0).sorted().toArray();
    return new Outcome(
        judge,
        sorted.length,
        sorted.length == 0 ? OptionalLong.empty() : OptionalLong.of(sorted[sorted.length / 2]));
  }
}
