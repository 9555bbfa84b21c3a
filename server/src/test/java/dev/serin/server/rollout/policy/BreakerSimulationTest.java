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

  /** Of which it is told how many are blamed on the treatment, though both arms are broken. */
  private static final int MANY = 2_000;

  /** Of a weight of a half in two stages: what the comparison may spend of alpha in one. */
  private static final double PART = 0.01 / 6;

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
   * @param early those that went on after a hold while users who had failed were still to be seen
   */
  private record Ends(double blamed, List<Long> failed, double held, double stuck, double early) {
    long failedOf(int tenths) {
      return failed.get(failed.size() * tenths / 10);
    }
  }

  /**
   * The bound is that of the comparison. An outage that is there from the start, and one that
   * begins later, until it is over.
   */
  @ParameterizedTest
  @CsvSource({"10, 0.3", "50, 0.05", "50, 0.3", "50, 1", "90, 0.05", "90, 0.3"})
  void outage_ofBothArms_isBlamedOnTheTreatmentAtMostAsStated(int percent, double rate) {
    for (int begin : new int[] {0, 50}) {
      double blamed = run(MANY, percent, rate, rate, begin, 0, 41 + begin, 0).blamed();
      assertThat(blamed)
          .as("outage after %s looks", begin)
          .isLessThanOrEqualTo(PART + 3 * Math.sqrt(PART * (1 - PART) / MANY));
    }
  }

  /**
   * The run is held while it lasts, and goes on when 600 users of the treatment or so have come
   * since, not counting those of the last minute.
   */
  @ParameterizedTest
  @CsvSource({"10, 0.3, 0.9", "50, 0.05, 0.2", "50, 1, 0.9", "90, 0.05, 0.1", "90, 0.3, 0.9"})
  void outage_ofBothArms_holdsUntilItIsOver(int percent, double rate, double held) {
    Ends ends = run(percent, rate, rate, 50, 400, 43);

    assertThat(ends.blamed()).as("also when it is over").isLessThanOrEqualTo(0.01);
    assertThat(ends.held()).isGreaterThanOrEqualTo(held);
    assertThat(ends.stuck()).as("held though it is over").isLessThanOrEqualTo(0.1);
  }

  /**
   * Events come a minute after the exposure: users who have had no time to fail are no sign that an
   * outage of both arms is over, and when it is the run goes on all the same.
   */
  @ParameterizedTest
  @CsvSource({"50, 1", "50, 0.3"})
  void outage_ofBothArms_whereEventsComeLate_holdsUntilItIsOver(int percent, double rate) {
    Ends ends = run(RUNS, percent, rate, rate, 300, 500, 45, 60);

    assertThat(ends.blamed()).as("also when it is over").isLessThanOrEqualTo(0.01);
    assertThat(ends.held()).isGreaterThanOrEqualTo(0.9);
    assertThat(ends.early()).as("ended while it lasted").isLessThanOrEqualTo(0.02);
    assertThat(ends.stuck()).as("held though it is over").isLessThanOrEqualTo(0.1);
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
    return run(RUNS, percent, ofTreatment, ofControl, begin, after, seed, 0);
  }

  private static Ends run(
      int runs,
      int percent,
      double ofTreatment,
      double ofControl,
      int begin,
      int after,
      int seed,
      int lag) {
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
    int early = 0;
    for (int run = 0; run < runs; run++) {
      Outage outage =
          new Outage(random, Math.max(0.5, percent / 100.0), ofTreatment, ofControl, lag);
      OptionalLong users = outage.failed(judge, begin, after);
      users.ifPresent(failed::add);
      held += outage.both ? 1 : 0;
      stuck += isHeld(outage.last) ? 1 : 0;
      early += outage.early ? 1 : 0;
    }
    Collections.sort(failed);
    return new Ends(
        failed.size() / (double) runs,
        failed,
        held / (double) runs,
        stuck / (double) runs,
        early / (double) runs);
  }

  private static boolean isHeld(Reason reason) {
    return reason == Reason.BOTH_ARMS_BROKEN || reason == Reason.NOT_COMPARED;
  }

  /** One run. */
  private static final class Outage {
    private final SplittableRandom random;
    private final double share;
    private final double ofTreatment;
    private final double ofControl;

    /** Looks between a user's exposure and his event. */
    private final int lag;

    /** Who had come by each look, from none on, and who of them fails sooner or later. */
    private final List<ArmCounts> came = new ArrayList<>(List.of(ArmCounts.NONE));

    private final List<ArmCounts> fail = new ArrayList<>(List.of(ArmCounts.NONE));
    private ArmCounts exposed = ArmCounts.NONE;
    private ArmCounts crashed = ArmCounts.NONE;
    private boolean both;
    private boolean early;
    private Reason last = Reason.NOT_YET;

    /** The looks that the newest marks were drawn after, in order. */
    private final List<Integer> marks = new ArrayList<>();

    private Outage(
        SplittableRandom random, double share, double ofTreatment, double ofControl, int lag) {
      this.random = random;
      this.share = share;
      this.ofTreatment = ofTreatment;
      this.ofControl = ofControl;
      this.lag = lag;
    }

    /** Users of the treatment who had failed when it was rolled back; empty: it never was. */
    private OptionalLong failed(Judge judge, int begin, int after) {
      JudgeState state = JudgeState.begin();
      long before = 0;
      for (int look = 1; look <= begin + OUTAGE + after; look++) {
        before = look <= begin ? crashed.treatment() : before;
        come(look > begin && look <= begin + OUTAGE);
        Judge.Judged judged = judge.judge(evidence(look), state);
        state = judged.state();
        switch (judged.verdict().reason()) {
          case CIRCUIT_BREAKER -> {
            return OptionalLong.of(crashed.treatment() - before);
          }
          case BOTH_ARMS_BROKEN -> both = true;
          default -> {}
        }
        // Where events begin to come, odds may fall below their threshold again.
        boolean lasts = look > begin + lag + INTERVAL && look <= begin + OUTAGE + lag;
        early |= lasts && isHeld(last) && !isHeld(judged.verdict().reason());
        last = judged.verdict().reason();
      }
      return OptionalLong.empty();
    }

    /** Ten users, and what is reported of those who came before. */
    private void come(boolean outage) {
      ArmCounts failing = fail.getLast();
      for (int user = 0; user < 10; user++) {
        boolean treated = random.nextDouble() < share;
        double rate = !outage ? USUAL : treated ? ofTreatment : ofControl;
        ArmCounts one = treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1);
        exposed = exposed.plus(one);
        failing = random.nextDouble() < rate ? failing.plus(one) : failing;
      }
      came.add(exposed);
      fail.add(failing);
      crashed = fail.get(Math.max(0, fail.size() - 1 - lag));
    }

    private Since since(int mark) {
      return new Since(
          0, mark / INTERVAL, exposed.since(came.get(mark)), crashed.since(fail.get(mark)));
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
        marks.add(look);
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
