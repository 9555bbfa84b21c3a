package dev.serin.server.analysis.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.TiltedBeta;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastTest {
  /**
   * statistics.md B21, [SIM]: events until E- of Jeffreys' mixture lets no effect pass at .05. Each
   * event is a user of .01, so that users are a hundred times as many.
   */
  @ParameterizedTest
  @CsvSource({
    ".5, .1, 4740, 9941",
    ".5, .25, 830, 1640",
    ".5, .5, 220, 460",
    ".5, 1, 80, 170",
    ".05, .25, 3070, 7112",
    ".05, .5, 720, 1881"
  })
  void events_untilNoEffectPasses_areThoseSimulated(
      double share, double margin, double median, double ninetieth) {
    double control = (1 - share) / (share * (1 + margin) + 1 - share);
    double prior = TiltedBeta.above(.5, .5, control, 1 - control);
    EventForecast forecast = new EventForecast(share, .01);
    Passage passage =
        forecast.passage(
            1,
            .05,
            (towards, events) ->
                TiltedBeta.above(.5 + towards, .5 + events - towards, control, 1 - control) - prior,
            false);
    assertThat(passage.time(.5).orElseThrow() / 100).isCloseTo(median, withinPercentage(25));
    assertThat(passage.time(.9).orElseThrow() / 100).isCloseTo(ninetieth, withinPercentage(20));
  }

  /** Decision 5: no effect, .5 % errors, 50 users/s and arm, E of 100: 28/57 min at +25 %. */
  @Test
  void minutes_untilNoEffectPasses_areThoseSimulated() {
    Passage passage = new EventForecast(.5, .005).nonInferiority(1, .25, .01);
    double usersOfMinute = 100 * 60;
    assertThat(passage.time(.5).orElseThrow() / usersOfMinute).isCloseTo(28, within(3.));
    assertThat(passage.time(.9).orElseThrow() / usersOfMinute).isCloseTo(57, within(5.));
  }

  /**
   * Figures under the decisions: .5 % to 5 % at 50 users/s and arm, E of 300, seconds to the median
   * and p90.
   */
  @ParameterizedTest
  @CsvSource({"0, 7, 12", ".1, 8, 13", ".25, 9, 15"})
  void seconds_untilTenTimesTheErrorsAreFound_areThoseSimulated(
      double margin, double median, double ninetieth) {
    Passage passage = new EventForecast(.5, .005).regression(10, margin, 1 / 300.);
    assertThat(passage.time(.5).orElseThrow() / 100).isCloseTo(median, within(1.5));
    assertThat(passage.time(.9).orElseThrow() / 100).isCloseTo(ninetieth, within(2.5));
  }

  /** What is forecast of means is what the test itself does, on normal values. */
  @Test
  void users_untilARegressionOfAMeanIsShown_areThoseOfTheTest() {
    Claim worse = Claim.regression(Direction.LOWER, new Margin.Relative(.02));
    Passage passage = new MeanForecast(10, 5).shown(worse, 1.15, 2_000, .01);
    MeanTest test = MeanTest.of(worse, 2_000, .01);
    SplittableRandom random = new SplittableRandom(111);
    double[] users = new double[300];
    for (int run = 0; run < users.length; run++) {
      users[run] = usersUntilShown(random, test);
    }
    Arrays.sort(users);
    assertThat(passage.time(.5).orElseThrow()).isCloseTo(users[150], withinPercentage(15));
    assertThat(passage.time(.9).orElseThrow()).isCloseTo(users[270], withinPercentage(15));
  }

  private static double usersUntilShown(SplittableRandom random, MeanTest test) {
    long[][] outcomes = new long[2][128];
    double[][] sums = new double[2][128];
    for (int users = 1; ; users++) {
      for (int arm = 0; arm < 2; arm++) {
        int bucket = random.nextInt(128);
        outcomes[arm][bucket]++;
        sums[arm][bucket] += (arm == 1 ? 1.15 : 1) * (10 + 5 * random.nextGaussian());
      }
      if (users % 20 == 0) {
        RunMeans means =
            RunMeans.ofStage(
                UserBuckets.ofMeans(users, outcomes[0], sums[0]),
                UserBuckets.ofMeans(users, outcomes[1], sums[1]));
        boolean shown =
            switch (test.of(means)) {
              case Figure.Known<MeanEvidence>(MeanEvidence evidence) -> evidence.isShown();
              case Figure.Absent<MeanEvidence> _ -> false;
            };
        if (shown) {
          return 2.0 * users;
        }
      }
    }
  }

  @Test
  void forecasts_ofWhatIsNotSo_areNever() {
    EventForecast forecast = new EventForecast(.5, .005);
    assertThat(forecast.regression(1, .25, .01).time(.5)).isEmpty();
    assertThat(forecast.nonInferiority(1.25, .25, .01).time(.5)).isEmpty();
    Claim worse = Claim.regression(Direction.LOWER, Margin.NONE);
    assertThat(new MeanForecast(10, 5).shown(worse, .9, 2_000, .01).time(.5)).isEmpty();
  }

  @Test
  void shares_overTime_rise() {
    Passage passage = new EventForecast(.5, .005).regression(2, .25, .001);
    double last = 0;
    for (double users = 100; users < 1e7; users *= 1.3) {
      double share = passage.by(users);
      assertThat(share).isBetween(last - .02, 1.);
      last = share;
    }
    assertThat(last).isCloseTo(1, within(1e-6));
  }

  @Test
  void parameters_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new EventForecast(1, .1))
        .hasMessage("share, baseline: 1.0, 0.1 (expected: above 0, below 1)");
    assertThatThrownBy(() -> new MeanForecast(1, 0))
        .hasMessage("mean, deviation: 1.0, 0.0 (expected: finite, above 0)");
  }
}
