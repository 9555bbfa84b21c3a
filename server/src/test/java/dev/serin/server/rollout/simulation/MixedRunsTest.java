package dev.serin.server.rollout.simulation;

import static dev.serin.server.rollout.simulation.PlayedRuns.RUNS;
import static dev.serin.server.rollout.simulation.PlayedRuns.most;
import static dev.serin.server.rollout.simulation.PlayedRuns.play;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Moments;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole runs of events, a mean and a quantile through judge and machine, a look each second of all
 * stages: statistics.md C3 (iii), (iv) and (viii). Stages are short and users few, so that 2 000
 * runs are played of whatever is promised with a probability; {@code loadtest/run decisions --table
 * mixed} plays longer ones. Fixed seeds, bounds at three standard errors.
 */
class MixedRunsTest {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(6);

  private static final String STAGES =
      """
      stages:
      - {name: tenth, kind: canary, share: 10, dwell: 90s}
      - {name: half, kind: expand, share: 50, dwell: 90s}
      - {name: most, kind: expand, share: 80, dwell: 90s}
      - {name: full, kind: full, share: 100, dwell: 0s}
      """;

  private static final RolloutPlan RAMP =
      Plans.with(
          STAGES
              + """
              guardrails:
              - {metric: event-0, margin: 0}
              - {metric: event-1, margin: 0}
              - {metric: event-2, margin: 0}
              - {metric: latency, margin: 0}
              - {metric: tail, margin: 0, quantile: 0.9}
              """);

  /** In the stage of four fifths, 80 s before its end. */
  private static final Duration LATE = Duration.ofSeconds(190);

  /** Three events at the same rate, of which the first gets so many times as frequent. */
  private static List<EventRates> events(double rate, double times, Duration onset) {
    return IntStream.range(0, 3)
        .mapToObj(i -> new EventRates("event-" + i, rate, rate * (i == 0 ? times : 1), onset))
        .toList();
  }

  private static ValueShape latency(double times, Duration onset) {
    return new ValueShape("latency", 100, 120, 100 * times, onset);
  }

  /**
   * Users who differ for good and come again in each stage, while all rates and values grow by half
   * of what they were at first in each minute.
   */
  private static World rising(double eventTimes, double valueTimes) {
    return new World(
        60,
        3_000,
        2,
        events(0.02, eventTimes, LATE),
        List.of(latency(valueTimes, LATE), new ValueShape("tail", 100, 120, 100, LATE)),
        30,
        Optional.empty());
  }

  /**
   * Counts by stage, of arms of equal size or at their true share, take a rising base for what it
   * is. Added up over the stages it looks like a regression: most of the treatment's requests come
   * when the base is highest.
   */
  @Test
  void runs_whereNothingIsWorseAndTheBaseRises_areRolledBackAtMostAsStated() {
    World world = rising(1, 1);
    SimulationResult result = play(RAMP, world, LONG_ENOUGH, RUNS);
    SimulationResult pooled = play(RAMP, world, addedUp(), LONG_ENOUGH, 100);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.completed()).isGreaterThanOrEqualTo(RUNS * 97 / 100);
    assertThat(pooled.falseAlarms()).as("of sums over stages").isGreaterThan(80);
  }

  /** A test of the mean's values, added up over all stages, at three standard errors. */
  private static SimulatedJudge.Kind addedUp() {
    return new SimulatedJudge.Kind() {
      @Override
      public String name() {
        return "added up";
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan plan, World world) {
        return new AddedUp();
      }
    };
  }

  private static final class AddedUp implements SimulatedJudge {
    private Sum ofTreatment = Sum.NONE;
    private Sum ofControl = Sum.NONE;
    private Optional<Look> last = Optional.empty();

    /** Values of an arm. */
    private record Sum(double count, double sum, double deviations) {
      static final Sum NONE = new Sum(0, 0, 0);

      Sum plus(Tally tally) {
        Moments more = tally.moments(0);
        return new Sum(
            count + more.count(), sum + more.sum(), deviations + more.squaredDeviations());
      }

      double mean() {
        return sum / count;
      }

      double squaredError() {
        return deviations / (count * count);
      }
    }

    @Override
    public Verdict judge(Look look) {
      Look before = last.orElse(look);
      if (before.stage() != look.stage()) {
        ofTreatment = ofTreatment.plus(before.treatment());
        ofControl = ofControl.plus(before.control());
      }
      last = Optional.of(look);
      Sum treatment = ofTreatment.plus(look.treatment());
      Sum control = ofControl.plus(look.control());
      boolean worse =
          Math.min(treatment.count(), control.count()) >= 500
              && treatment.mean() - control.mean()
                  > 3 * Math.sqrt(treatment.squaredError() + control.squaredError());
      return new Verdict(worse ? Action.ROLL_BACK : Action.PROMOTE, "", "", "");
    }
  }

  /** In the same world; whoever is rolled back before has done nothing wrong. */
  @Test
  void runs_withALateRegression_areRolledBack() {
    SimulationResult event = play(RAMP, rising(8, 1), LONG_ENOUGH, RUNS);
    assertThat(event.detected()).isGreaterThanOrEqualTo(RUNS * 98 / 100);
    assertThat(event.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(event.medianToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(20));

    int runs = 400;
    SimulationResult mean = play(RAMP, rising(1, 2.5), LONG_ENOUGH, runs);
    assertThat(mean.detected()).isGreaterThanOrEqualTo(runs * 9 / 10);
  }

  /** Of users who come again and err in every stage, whenever they come. */
  private static final RolloutPlan ERRERS =
      Plans.with(
          """
          stages:
          - {name: canary, kind: canary, share: 5, dwell: 1m}
          - {name: quarter, kind: expand, share: 25, dwell: 1m}
          - {name: half, kind: expand, share: 50, dwell: 1m}
          - {name: most, kind: expand, share: 80, dwell: 1m}
          - {name: full, kind: full, share: 100, dwell: 0s}
          guardrails:
          - {metric: event-0, margin: 0}
          - {metric: event-1, margin: 0}
          - {metric: event-2, margin: 0}
          """);

  private static World errers(double variation, double times) {
    List<EventRates> events = events(0.03, times, Duration.ofMinutes(2));
    return new World(60, 4_000, variation, events, 0, Optional.empty());
  }

  /**
   * Most errors are of one user in a hundred, who has every event in every request, in each stage
   * that he enters; with less variation of one in thirty, who has them in many.
   */
  @ParameterizedTest
  @CsvSource({"5", "10"})
  void runs_whereTheSameUsersErrInEveryStage_areRolledBackAtMostAsStated(double variation) {
    SimulationResult result = play(ERRERS, errers(variation, 1), LONG_ENOUGH, RUNS);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.completed()).isGreaterThanOrEqualTo(RUNS * 97 / 100);
  }

  /** From the stage of one half on ten times as often, and so more of them. */
  @Test
  void runs_whereMoreUsersErrLate_areRolledBack() {
    int runs = 400;
    SimulationResult worse = play(ERRERS, errers(5, 10), LONG_ENOUGH, runs);
    assertThat(worse.detected()).isGreaterThanOrEqualTo(runs * 9 / 10);
  }

  /** With circuit breakers, whose limits are hardly kept; no quantile. */
  private static final RolloutPlan BREAKERS =
      Plans.with(
          STAGES
              + """
              guardrails:
              - {metric: event-0, margin: 0}
              - {metric: event-1, margin: 0}
              - {metric: latency, margin: 0}
              circuit_breakers:
              - {metric: event-1, limit: 0.02}
              - {metric: event-2, limit: 0.05}
              """);

  /** A minute or so into the second stage. */
  private static final Duration MIDDLE = Duration.ofSeconds(150);

  private static World light(double eventTimes, Optional<Outage> outage) {
    return light(4_000, eventTimes, outage);
  }

  private static World light(int population, double eventTimes, Optional<Outage> outage) {
    return new World(
        20,
        population,
        2,
        events(0.015, eventTimes, MIDDLE),
        List.of(latency(1, MIDDLE)),
        -0.3,
        outage);
  }

  @Test
  void runs_withBreakersAndMeans_areRolledBackAtMostAsStated() {
    SimulationResult result = play(BREAKERS, light(1, Optional.empty()), LONG_ENOUGH, RUNS);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.completed()).isGreaterThanOrEqualTo(RUNS * 95 / 100);
  }

  /** Sets of users begin anew in the second stage: what was shown before goes on. */
  @Test
  void runs_whoseSetsBeginAnew_areRolledBackAtMostAsStatedAndWhereWorse() {
    List<Duration> anew = List.of(Duration.ofMinutes(2));
    World same = light(1, Optional.empty());
    SimulationResult result = play(BREAKERS, same, anew, LONG_ENOUGH, RUNS);
    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.completed()).isGreaterThanOrEqualTo(RUNS * 95 / 100);

    int runs = 400;
    World worse = light(20, Optional.empty());
    SimulationResult late = play(BREAKERS, worse, anew, LONG_ENOUGH, runs);
    assertThat(late.detected()).isGreaterThanOrEqualTo(runs * 95 / 100);
  }

  /**
   * Guardrails and circuit breakers: half a minute in which many requests of both arms fail, of
   * users who come again and of new ones. Whoever does not compare rolls all of them back.
   */
  @ParameterizedTest
  @CsvSource({"4000, 0.3, 200", "0, 0.1, 120"})
  void runs_withAnOutageOfBothArms_areRolledBackAtMostAsStated(
      int population, double rate, int begin) {
    Outage outage = new Outage(Duration.ofSeconds(begin), Duration.ofSeconds(30), rate);
    World world = light(population, 1, Optional.of(outage));
    Duration horizon = Duration.ofMinutes(7);
    SimulationResult result = play(BREAKERS, world, horizon, RUNS);
    SimulationResult limit = play(BREAKERS, world, Peers.argo(0.06, 0, 15), horizon, 100);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(limit.falseAlarms()).as("of a limit alone").isGreaterThanOrEqualTo(95);
  }

  /** The treatment alone, as bad as both arms were. */
  @Test
  void runs_withAnOutageOfTheTreatment_areRolledBack() {
    int runs = 400;
    SimulationResult result = play(BREAKERS, light(20, Optional.empty()), LONG_ENOUGH, runs);
    assertThat(result.detected()).isGreaterThanOrEqualTo(runs * 97 / 100);
  }
}
