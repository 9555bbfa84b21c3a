package dev.serin.server.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A circuit breaker with a limit of 2 % in outages: of both arms, which is nobody's fault, and of
 * the treatment alone. One look for each ten users, 5 in 1 000 of whom fail otherwise. Fixed seeds.
 */
class BreakerSimulationTest {
  private static final int RUNS = 300;
  private static final int LOOKS = 200;
  private static final double USUAL = 0.005;

  /**
   * How runs end.
   *
   * @param blamed those that were rolled back
   * @param uncompared those that would have been, had the arms not been compared
   * @param failed users of the treatment who had failed when those were rolled back, in order
   */
  private record Ends(double blamed, double uncompared, List<Long> failed) {
    long failedOf(int tenths) {
      return failed.get(failed.size() * tenths / 10);
    }
  }

  /**
   * The bound is that of the comparison: what the breaker may spend of alpha in the stage. Without
   * it, one to nine in ten.
   */
  @ParameterizedTest
  @CsvSource({
    "10, 0.3, 0.1",
    "50, 0.05, 0.1",
    "50, 0.3, 0.1",
    "50, 1, 0.1",
    "90, 0.05, 0.5",
    "90, 0.3, 0.5",
    "90, 1, 0.5"
  })
  void outage_ofBothArms_isHardlyEverBlamedOnTheTreatment(
      int percent, double rate, double uncompared) {
    Ends atOnce = run(percent, rate, rate, 0, 41);
    Ends later = run(percent, rate, rate, 50, 43);

    assertThat(atOnce.blamed()).isLessThanOrEqualTo(0.01);
    assertThat(later.blamed()).isLessThanOrEqualTo(0.01);
    assertThat(later.uncompared()).isGreaterThanOrEqualTo(uncompared);
  }

  @ParameterizedTest
  @CsvSource({
    "10, 1, 16, 19",
    "50, 1, 16, 19",
    "90, 1, 91, 95",
    "50, 0.3, 16, 19",
    "90, 0.3, 91, 120"
  })
  void outage_ofTheTreatment_isFoundWithinAFewFailingUsers(
      int percent, double rate, long median, long ninetieth) {
    Ends ends = run(percent, rate, USUAL, 0, 42);

    // A control of whose first users one fails counts as broken for a while.
    assertThat(ends.blamed()).isGreaterThanOrEqualTo(0.95);
    assertThat(ends.failedOf(5)).isLessThanOrEqualTo(median);
    assertThat(ends.failedOf(9)).isLessThanOrEqualTo(ninetieth);
  }

  private static Ends run(int percent, double ofTreatment, double ofControl, int begin, int seed) {
    Judge judge =
        Plans.judge(
            List.of(
                Plans.stage(percent, Promotion.NO_REGRESSION),
                Plans.stage(100, Promotion.NO_REGRESSION)),
            List.of(Plans.metric("crashes", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.5, 0)));
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> failed = new ArrayList<>();
    int uncompared = 0;
    for (int run = 0; run < RUNS; run++) {
      Outage outage = new Outage(random, Math.max(0.5, percent / 100.0), ofTreatment, ofControl);
      OptionalLong users = outage.failed(judge, begin);
      users.ifPresent(failed::add);
      uncompared += outage.uncompared || users.isPresent() ? 1 : 0;
    }
    Collections.sort(failed);
    return new Ends(failed.size() / (double) RUNS, uncompared / (double) RUNS, failed);
  }

  /** One run. */
  private static final class Outage {
    private final SplittableRandom random;
    private final double share;
    private final double ofTreatment;
    private final double ofControl;
    private ArmCounts exposed = ArmCounts.NONE;
    private ArmCounts crashed = ArmCounts.NONE;
    private boolean uncompared;

    private Outage(SplittableRandom random, double share, double ofTreatment, double ofControl) {
      this.random = random;
      this.share = share;
      this.ofTreatment = ofTreatment;
      this.ofControl = ofControl;
    }

    /** Users of the treatment who had failed when it was rolled back; empty: it never was. */
    private OptionalLong failed(Judge judge, int begin) {
      JudgeState state = JudgeState.begin();
      for (int look = 1; look <= begin + LOOKS; look++) {
        for (int user = 0; user < 10; user++) {
          user(look > begin);
        }
        Judge.Judged judged = judge.judge(evidence(look), state);
        state = judged.state();
        switch (judged.verdict().reason()) {
          case CIRCUIT_BREAKER -> {
            return OptionalLong.of(crashed.treatment());
          }
          case BOTH_ARMS_BROKEN -> {
            return OptionalLong.empty();
          }
          default -> uncompared |= judged.verdict().reason() == Reason.NOT_COMPARED;
        }
      }
      return OptionalLong.empty();
    }

    private void user(boolean outage) {
      boolean treated = random.nextDouble() < share;
      double rate = !outage ? USUAL : treated ? ofTreatment : ofControl;
      ArmCounts one = treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1);
      exposed = exposed.plus(one);
      crashed = random.nextDouble() < rate ? crashed.plus(one) : crashed;
    }

    private RunEvidence evidence(int look) {
      Events events =
          new Events(
              new RunProcess(List.of(new RunProcess.Part(share, crashed))),
              exposed,
              crashed,
              exposed,
              OptionalDouble.empty(),
              Optional.empty());
      return Plans.evidence(
          1,
          0,
          Duration.ofSeconds(look),
          Plans.data(Duration.ZERO, exposed, share),
          Map.of("crashes", events));
    }
  }
}
