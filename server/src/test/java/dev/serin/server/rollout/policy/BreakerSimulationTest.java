package dev.serin.server.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.Since;
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
  private static final int RUNS = 100;

  /** Looks that an outage lasts. */
  private static final int OUTAGE = 150;

  /** Looks between marks, and how many of them are kept. */
  private static final int INTERVAL = 30;

  private static final int MARKS = 20;
  private static final double USUAL = 0.005;

  /**
   * How runs end.
   *
   * @param blamed those that were rolled back
   * @param failed users of the treatment who had failed in the outage when those were rolled back,
   *     in order
   * @param held those that were held as both arms were broken
   * @param stuck those that were held at the last look, when it was over
   */
  private record Ends(double blamed, List<Long> failed, double held, double stuck) {
    long failedOf(int tenths) {
      return failed.get(failed.size() * tenths / 10);
    }
  }

  /**
   * The bound is that of the comparison: what the breaker may spend of alpha in the stage. The run
   * is held while it lasts, and goes on when 600 users of the treatment or so have come since.
   */
  @ParameterizedTest
  @CsvSource({"10, 0.3, 0.9", "50, 0.05, 0.2", "50, 1, 0.9", "90, 0.05, 0.1", "90, 0.3, 0.9"})
  void outage_ofBothArms_isHardlyEverBlamedOnTheTreatment(int percent, double rate, double held) {
    Ends atOnce = run(percent, rate, rate, 0, 50, 41);
    Ends later = run(percent, rate, rate, 50, 300, 43);

    assertThat(atOnce.blamed()).isLessThanOrEqualTo(0.01);
    assertThat(later.blamed()).isLessThanOrEqualTo(0.01);
    assertThat(later.held()).isGreaterThanOrEqualTo(held);
    assertThat(later.stuck()).as("held though it is over").isLessThanOrEqualTo(0.1);
  }

  /** After 600 looks at 6 000 good users: those who come then are not hidden by them. */
  @ParameterizedTest
  @CsvSource({"50, 1, 40, 60", "50, 0.3, 40, 60"})
  void outage_ofTheTreatmentLateInAStage_isFoundAsSoon(
      int percent, double rate, long median, long ninetieth) {
    Ends ends = run(percent, rate, USUAL, 600, 0, 44);

    assertThat(ends.blamed()).isGreaterThanOrEqualTo(0.99);
    assertThat(ends.failedOf(5)).isLessThanOrEqualTo(median);
    assertThat(ends.failedOf(9)).isLessThanOrEqualTo(ninetieth);
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
    Ends ends = run(percent, rate, USUAL, 0, 0, 42);

    // A control of whose first users one fails counts as broken for a while.
    assertThat(ends.blamed()).isGreaterThanOrEqualTo(0.95);
    assertThat(ends.failedOf(5)).isLessThanOrEqualTo(median);
    assertThat(ends.failedOf(9)).isLessThanOrEqualTo(ninetieth);
  }

  private static Ends run(
      int percent, double ofTreatment, double ofControl, int begin, int after, int seed) {
    Judge judge =
        Plans.judge(
            List.of(
                Plans.stage(percent, Promotion.NO_REGRESSION),
                Plans.stage(100, Promotion.NO_REGRESSION)),
            List.of(Plans.metric("crashes", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.5, 0)));
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> failed = new ArrayList<>();
    int held = 0;
    int stuck = 0;
    for (int run = 0; run < RUNS; run++) {
      Outage outage = new Outage(random, Math.max(0.5, percent / 100.0), ofTreatment, ofControl);
      OptionalLong users = outage.failed(judge, begin, after);
      users.ifPresent(failed::add);
      held += outage.both ? 1 : 0;
      stuck += outage.last == Reason.BOTH_ARMS_BROKEN || outage.last == Reason.NOT_COMPARED ? 1 : 0;
    }
    Collections.sort(failed);
    return new Ends(
        failed.size() / (double) RUNS, failed, held / (double) RUNS, stuck / (double) RUNS);
  }

  /** One run. */
  private static final class Outage {
    private final SplittableRandom random;
    private final double share;
    private final double ofTreatment;
    private final double ofControl;
    private ArmCounts exposed = ArmCounts.NONE;
    private ArmCounts crashed = ArmCounts.NONE;
    private boolean both;
    private Reason last = Reason.NOT_YET;

    /** Counts at the newest marks, in order. */
    private final List<Since> marks = new ArrayList<>();

    private Outage(SplittableRandom random, double share, double ofTreatment, double ofControl) {
      this.random = random;
      this.share = share;
      this.ofTreatment = ofTreatment;
      this.ofControl = ofControl;
    }

    /** Users of the treatment who had failed when it was rolled back; empty: it never was. */
    private OptionalLong failed(Judge judge, int begin, int after) {
      JudgeState state = JudgeState.begin();
      long before = 0;
      for (int look = 1; look <= begin + OUTAGE + after; look++) {
        before = look <= begin ? crashed.treatment() : before;
        for (int user = 0; user < 10; user++) {
          user(look > begin && look <= begin + OUTAGE);
        }
        Judge.Judged judged = judge.judge(evidence(look), state);
        state = judged.state();
        switch (judged.verdict().reason()) {
          case CIRCUIT_BREAKER -> {
            return OptionalLong.of(crashed.treatment() - before);
          }
          case BOTH_ARMS_BROKEN -> both = true;
          default -> {}
        }
        last = judged.verdict().reason();
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

    private Since since(Since mark) {
      return new Since(
          0, mark.number(), exposed.since(mark.exposed()), crashed.since(mark.withEvent()));
    }

    private RunEvidence evidence(int look) {
      Events events =
          new Events(
              new RunProcess(List.of(new RunProcess.Part(share, crashed))),
              exposed,
              crashed,
              exposed,
              OptionalDouble.empty(),
              Optional.empty(),
              marks.stream().map(this::since).toList());
      if (look % INTERVAL == 0) {
        marks.add(new Since(0, look / INTERVAL, exposed, crashed));
      }
      if (marks.size() > MARKS) {
        marks.removeFirst();
      }
      return Plans.evidence(
          1,
          0,
          Duration.ofSeconds(look),
          Plans.data(Duration.ZERO, exposed, share),
          Map.of("crashes", events));
    }
  }
}
