package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.DataQuality.Problem;
import dev.serin.server.analysis.count.DataQuality.Stage;
import dev.serin.server.analysis.count.DataQuality.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DataQualityTest {
  private static final ArmCounts GOOD = new ArmCounts(5_000, 5_000);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void problems_ofGoodData_areNone() {
    assertThat(problems(SECOND, GOOD, GOOD, GOOD, 0, 0, 0)).isEmpty();
    assertThat(problems(SECOND, ArmCounts.NONE, ArmCounts.NONE, ArmCounts.NONE, 0, 0, 0))
        .as("a stage that has just begun")
        .isEmpty();
  }

  /** An arm that has had users and gets none any more, and one that never got any. */
  @Test
  void problems_ofAnArmThatFallsSilent_areNoTraffic() {
    Duration silent = Duration.ofMinutes(5);
    assertThat(silence(silent, SECOND, GOOD, 0.5))
        .containsExactly(
            new Problem(State.NO_TRAFFIC, "no traffic: no user of the treatment in 300 s"));
    assertThat(silence(SECOND, silent, new ArmCounts(5_000, 0), 0.5))
        .containsExactly(
            new Problem(State.NO_TRAFFIC, "no traffic: no user of the control in 300 s"));
    assertThat(silence(silent.minusMillis(1), SECOND, GOOD, 0.5)).isEmpty();
    assertThat(silence(silent, silent, GOOD, 0.5)).hasSize(2);
    assertThat(silence(SECOND, Duration.ofDays(1), GOOD, 1)).as("no control").isEmpty();
  }

  private static List<Problem> silence(
      Duration treatment, Duration control, ArmCounts users, double share) {
    return DataQuality.USUAL.problems(
        new Stage(
            treatment, control, SECOND, users, users, ArmCounts.NONE, share, 0, 100_000, 0, 0));
  }

  @Test
  void problems_ofEachKind_areTold() {
    assertThat(problems(Duration.ofSeconds(11), GOOD, GOOD, GOOD, 0, 0, 0))
        .extracting(Problem::state)
        .containsExactly(State.STALE);
    assertThat(problems(SECOND, ArmCounts.NONE, GOOD, GOOD, 0, 0, 0))
        .extracting(Problem::state)
        .containsExactly(State.NO_EXPOSURES);
    assertThat(problems(SECOND, GOOD, GOOD, GOOD, 0, 0, 1011))
        .extracting(Problem::state)
        .containsExactly(State.LOSING_OUTCOMES);
    assertThat(problems(SECOND, GOOD, GOOD, new ArmCounts(4_500, 4_990), 0, 0, 0))
        .extracting(Problem::sentence)
        .containsExactly("losing outcomes: 4500 treatment and 4990 control users report any");
    assertThat(problems(SECOND, GOOD, GOOD, GOOD, 6, 0, 0))
        .extracting(Problem::sentence)
        .containsExactly("users in both arms: 6 beside 10000 in one");
    assertThat(problems(SECOND, GOOD, GOOD, GOOD, 0, 5001, 0))
        .extracting(Problem::sentence)
        .containsExactly("outcomes without token: 5001 of 100000");
  }

  private static List<Problem> drops(ArmCounts dropped, ArmCounts taken) {
    return DataQuality.USUAL.problems(
        new Stage(SECOND, SECOND, SECOND, GOOD, GOOD, GOOD, 0.5, 0, 100_000, 0, 0)
            .withDrops(new DataQuality.Drops(dropped, taken)));
  }

  /** One arm's loss is not thinned by the other's health. */
  @Test
  void problems_ofAnArmWhoseReportersDropMore_areLosingOutcomes() {
    assertThat(drops(new ArmCounts(312, 0), new ArmCounts(7_728, 90_000)))
        .containsExactly(
            new Problem(
                State.LOSING_OUTCOMES,
                "reporters dropped, or had refused, 312 of 8040 outcomes of the treatment"));
    assertThat(drops(new ArmCounts(0, 5), new ArmCounts(9_000, 95)))
        .extracting(Problem::sentence)
        .containsExactly("reporters dropped, or had refused, 5 of 100 outcomes of the control");
    assertThat(drops(new ArmCounts(101, 101), new ArmCounts(9_899, 9_899))).hasSize(2);
    assertThat(drops(new ArmCounts(100, 100), new ArmCounts(9_900, 9_900)))
        .as("one in a hundred")
        .isEmpty();
    assertThat(drops(new ArmCounts(99, 5), new ArmCounts(0, 94))).as("too few").isEmpty();
  }

  @Test
  void leaks_aFewUsersOrOneInTenThousand_areTolerated() {
    assertThat(DataQuality.USUAL.leaks(5, 10)).isFalse();
    assertThat(DataQuality.USUAL.leaks(6, 10)).isTrue();
    assertThat(DataQuality.USUAL.leaks(100, 1_000_000)).isFalse();
    assertThat(DataQuality.USUAL.leaks(101, 1_000_000)).isTrue();
  }

  @Test
  void metrics_thatAnArmHasNoValueOf_areNotReported() {
    Map<String, ArmCounts> values =
        Map.of(
            "errors", new ArmCounts(7_000, 1),
            "typo", ArmCounts.NONE,
            "latency", new ArmCounts(0, 9_000));
    Stage stage =
        new Stage(SECOND, SECOND, SECOND, GOOD, GOOD, GOOD, 0.5, 0, 100_000, 0, 0, values);

    assertThat(DataQuality.USUAL.problems(stage)).isEmpty();
    assertThat(DataQuality.USUAL.unreported(stage, List.of("errors", "typo", "latency", "unasked")))
        .containsExactly(
            new Problem(
                State.LOSING_OUTCOMES,
                "typo is not reported: 0 values by 5000 treatment users, 0 by 5000 of the control"),
            new Problem(
                State.LOSING_OUTCOMES,
                "latency is not reported: 0 values by 5000 treatment users, 9000 by 5000 of the"
                    + " control"));
  }

  @Test
  void problems_whereEverybodyHasTheTreatment_needNoControl() {
    ArmCounts all = new ArmCounts(5_000, 0);
    Stage stage = new Stage(SECOND, HOUR, SECOND, all, all, all, 1, 0, 100_000, 0, 0);
    assertThat(DataQuality.USUAL.problems(stage)).isEmpty();
  }

  private static List<Problem> problems(
      Duration sinceLook,
      ArmCounts drawn,
      ArmCounts exposed,
      ArmCounts reporting,
      long bothArms,
      long withoutToken,
      long lost) {
    return DataQuality.USUAL.problems(
        new Stage(
            SECOND,
            SECOND,
            sinceLook,
            drawn,
            exposed,
            reporting,
            0.5,
            bothArms,
            100_000,
            withoutToken,
            lost));
  }
}
