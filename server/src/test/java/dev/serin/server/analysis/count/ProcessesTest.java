package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.RunProcess.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What alarms and what is kept of it: R, S, the shares of alpha, what has fired, breakers. */
class ProcessesTest {
  private static final RateTest EVEN = RateTest.regression(0.5, 0);

  @Test
  void run_ofEqualShares_isOneProcessNotAProduct() {
    RunProcess run =
        new RunProcess(List.of(new Part(0.5, counts(20, 8)), new Part(0.5, counts(10, 2))));

    assertThat(run.parts()).containsExactly(new Part(0.5, counts(30, 10)));
    assertThat(run.logE(0)).isEqualTo(EVEN.logE(30, 40));
  }

  @Test
  void run_ofDifferentShares_isTheProductWhateverTheOrder() {
    List<Part> parts =
        new ArrayList<>(
            List.of(
                new Part(0.5, counts(20, 8)),
                new Part(0.75, counts(30, 9)),
                new Part(0.9, counts(80, 3)),
                new Part(0.5, counts(3, 1))));
    double expected =
        EVEN.logE(23, 32)
            + RateTest.regression(0.75, 0).logE(30, 39)
            + RateTest.regression(0.9, 0).logE(80, 83);
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(parts, random);
      assertThat(new RunProcess(parts).logE(0)).isCloseTo(expected, within(1e-12));
    }
    assertThat(new RunProcess(parts).users()).isEqualTo(counts(133, 21));
  }

  /** Where more is better: fewer users of the treatment are the regression. */
  @Test
  void run_ofGoodEvents_isTheOtherArmsRegression() {
    RunProcess run =
        new RunProcess(List.of(new Part(0.5, counts(10, 30)), new Part(0.75, counts(60, 40))));
    assertThat(run.swapped().logE(0))
        .isEqualTo(EVEN.logE(30, 40) + RateTest.regression(0.25, 0).logE(40, 100));
  }

  @Test
  void run_withoutUsers_showsNothing() {
    assertThat(new RunProcess(List.of()).logE(0.25)).isZero();
  }

  @Test
  void stage_withRestarts_isTheMixtureWrittenOut() {
    StageProcess stage =
        at(at(StageProcess.planned(Duration.ofMinutes(2)), 60, counts(2, 3)), 90, counts(10, 5));
    ArmCounts now = counts(25, 6);
    double restarted = (2 * Math.exp(EVEN.logE(23, 26)) + Math.exp(EVEN.logE(15, 16)) + 1) / 4;

    assertThat(stage.marks())
        .extracting(StageProcess.Mark::users)
        .containsExactly(counts(2, 3), counts(10, 5));
    assertThat(stage.logE(EVEN, now))
        .isCloseTo(Math.log((Math.exp(EVEN.logE(25, 31)) + restarted) / 2), within(1e-12));
  }

  @Test
  void stage_withoutPlannedLength_isThePlainProcess() {
    assertThat(StageProcess.planned(Duration.ofSeconds(29)).logE(EVEN, counts(30, 10)))
        .isEqualTo(EVEN.logE(30, 40));
  }

  @Test
  void stage_tickByTick_takesEachRestartOnce() {
    StageProcess stage = StageProcess.planned(Duration.ofHours(1));
    assertThat(stage.restarts()).isEqualTo(120);
    for (int second = 0; second <= 4000; second++) {
      stage = at(stage, second, counts(second, second / 2));
    }
    assertThat(stage.taken()).isEqualTo(120);
    assertThat(stage.marks())
        .hasSize(120)
        .extracting(StageProcess.Mark::users)
        .startsWith(counts(30, 15), counts(60, 30))
        .endsWith(counts(3600, 1800));
  }

  /** Each restart of a long stage goes on for an hour, and then stays what it was. */
  @Test
  void stage_ofManyHours_stopsRestartsAnHourAfter() {
    StageProcess stage = StageProcess.planned(Duration.ofHours(4));
    ArmCounts users = ArmCounts.NONE;
    double stopped = 0;
    for (int restart = 1; restart <= 480; restart++) {
      users = counts(3L * restart, 2L * restart);
      stage = at(stage, 30 * restart, users);
      // Its E is that of the hour that has passed since.
      stopped += restart > 120 ? Math.exp(EVEN.logE(users.since(countsAt(restart - 120)))) : 0;
    }
    double live = 0;
    for (int restart = 361; restart <= 480; restart++) {
      live += Math.exp(EVEN.logE(users.since(countsAt(restart))));
    }

    assertThat(stage.marks()).hasSize(StageProcess.MAX_LIVE);
    assertThat(stage.reserve()).isCloseTo(0, within(1e-12));
    assertThat(stage.logE(EVEN, users))
        .isCloseTo(
            Math.log((Math.exp(EVEN.logE(users)) + (stopped + live) / 480) / 2), within(1e-12));
  }

  private static ArmCounts countsAt(int restart) {
    return counts(3L * restart, 2L * restart);
  }

  /** Stopping a restart, and taking one, is worth nothing at that moment. */
  @Test
  void stage_whereRestartsAreTakenOrStopped_staysWhatItWas() {
    StageProcess stage = StageProcess.planned(Duration.ofHours(4));
    Random random = new Random(17);
    ArmCounts users = ArmCounts.NONE;
    for (int restart = 1; restart <= 480; restart++) {
      users = users.plus(counts(random.nextInt(3), random.nextInt(3)));
      double before = stage.logE(EVEN, users);
      stage = at(stage, 30 * restart, users);
      assertThat(stage.logE(EVEN, users)).isCloseTo(before, within(1e-10));
    }
    assertThat(stage.logStopped()).isFinite();
  }

  @Test
  void stage_ofARareEvent_keepsRestartsForLonger() {
    StageProcess stage = StageProcess.planned(Duration.ofHours(4));
    for (int restart = 1; restart <= 480; restart++) {
      stage = at(stage, 30 * restart, counts(restart / 100, restart / 90));
    }
    assertThat(stage.marks()).hasSizeLessThan(12);
    assertThat(stage.logStopped()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void stage_continuedByAnotherController_isTheSameProcess() {
    StageProcess kept = at(StageProcess.planned(Duration.ofMinutes(5)), 65, counts(4, 3));

    // Nobody looked between: what fell due meanwhile is taken now.
    assertThat(at(kept, 130, counts(9, 8)).marks())
        .containsExactly(
            new StageProcess.Mark(0.1, counts(4, 3)), new StageProcess.Mark(0.1, counts(9, 8)));
    assertThat(at(kept, 89, counts(9, 9))).isSameAs(kept);
  }

  @Test
  void stage_whoseCountsFell_isStillFinite() {
    StageProcess stage =
        at(at(StageProcess.planned(Duration.ofMinutes(1)), 30, counts(100, 3)), 60, counts(200, 3));
    assertThat(stage.logE(EVEN, counts(90, 2))).isFinite();
    assertThat(stage.logE(EVEN, counts(1_000_000_000, 0))).isFinite().isGreaterThan(1e8);
    assertThat(stage.logE(EVEN, counts(0, 1_000_000_000))).isFinite().isLessThan(0);
  }

  /** Decision 4: what sets showed that begin anew is kept, and goes on over other users. */
  @Test
  void stage_whereSetsBeginAnew_goesOnOverOtherUsers() {
    StageProcess stage =
        at(at(StageProcess.planned(Duration.ofMinutes(2)), 30, counts(4, 3)), 60, counts(9, 5));
    ArmCounts last = counts(20, 9);
    StageProcess renewed = stage.renewed(last, EVEN);
    double before =
        Math.exp(EVEN.logE(last)) / 2
            + Math.exp(EVEN.logE(last.since(counts(4, 3)))) / 8
            + Math.exp(EVEN.logE(last.since(counts(9, 5)))) / 8;
    double after = Math.exp(EVEN.logE(counts(7, 1)));

    assertThat(renewed.logE(EVEN, ArmCounts.NONE)).isCloseTo(stage.logE(EVEN, last), within(1e-12));
    assertThat(renewed.logE(EVEN, counts(7, 1)))
        .isCloseTo(Math.log(before * after + 0.25), within(1e-12));
    StageProcess restarted = at(renewed, 90, counts(6, 1));
    assertThat(restarted.logE(EVEN, counts(16, 2)))
        .isCloseTo(
            Math.log(
                before * Math.exp(EVEN.logE(counts(16, 2)))
                    + Math.exp(EVEN.logE(counts(10, 1))) / 8
                    + 0.125),
            within(1e-12));
  }

  /** A breaker's goes on where a stage is extended: its weights are one in sum all the same. */
  @Test
  void stage_thatIsExtended_hasMoreRestarts() {
    StageProcess stage = at(StageProcess.extensible(Duration.ofMinutes(1)), 60, counts(4, 3));
    double weight = 0.5 + stage.marks().getFirst().weight();
    for (int extension = 1; extension <= 30; extension++) {
      stage = stage.extended(extension, Duration.ofMinutes(1));
      stage = at(stage, 60, counts(4L + extension, 3));
      weight += stage.marks().getLast().weight();
      assertThat(weight + stage.reserve()).isCloseTo(1, within(1e-12));
    }
    assertThat(stage.marks()).hasSize(31);
    assertThat(weight).isCloseTo(1, within(1e-9));
    assertThat(at(stage, 90, counts(99, 3))).as("all are taken").isSameAs(stage);
  }

  private static StageProcess at(StageProcess stage, int second, ArmCounts users) {
    return stage.at(Duration.ofSeconds(second), users, EVEN);
  }

  @Test
  void shares_ofAllProcesses_sumToAlpha() {
    for (int stages = 1; stages <= 12; stages++) {
      AlphaShares shares = new AlphaShares(0.01, stages);
      double sum = 0;
      for (double weight : new double[] {0.5, 0.3, 0.2}) {
        sum += shares.run(weight) + stages * shares.stage(weight);
        for (int repeat = 1; repeat <= 60; repeat++) {
          sum += shares.repeat(weight, repeat);
        }
      }
      assertThat(sum).isCloseTo(0.01, within(1e-15));
    }
  }

  /** statistics.md, decision 3: R >= 1/(.6 w alpha), S_s >= 1/(.4 w v_s alpha), v_s = 1/(S+1). */
  @Test
  void shares_ofOneMetric_areThoseOfDecisionThree() {
    AlphaShares shares = new AlphaShares(0.01, 3);
    assertThat(Math.exp(AlphaShares.threshold(shares.run(0.2))))
        .isCloseTo(1 / (0.6 * 0.2 * 0.01), within(1e-9));
    assertThat(Math.exp(AlphaShares.threshold(shares.stage(0.2))))
        .isCloseTo(1 / (0.4 * 0.2 * 0.25 * 0.01), within(1e-8));
  }

  @Test
  void latch_onceFired_staysFired() {
    Latch latch = Latch.of(0.01);
    assertThat(latch.after(4.6).fired()).isFalse();
    Latch fired = latch.after(4.7).after(-3);
    assertThat(fired.fired()).isTrue();
    assertThat(fired.peak()).isEqualTo(4.7);
    assertThat(latch.after(-1)).isSameAs(latch);
    assertThatThrownBy(() -> latch.after(Double.NaN)).hasMessage("logE: NaN (expected: a number)");
    assertThat(Latch.of(0).after(1e9).fired()).as("without a part of alpha").isFalse();
  }

  @Test
  void arguments_outsideTheirRange_areRefused() {
    assertThatThrownBy(
            () -> new StageProcess(2, 3, 0.25, 0, 0, Double.NEGATIVE_INFINITY, List.of()))
        .hasMessage("restarts: 3 of 2 (expected: 0 or more, no more than all)");
    assertThatThrownBy(() -> new AlphaShares(0.01, 0))
        .hasMessage("stages: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new AlphaShares(0.01, 1).run(2))
        .hasMessage("weight: 2.0 (expected: above 0 and at most 1)");
    assertThatThrownBy(() -> new Latch(0, 0)).hasMessage("threshold: 0.0 (expected: above 0)");
  }

  private static ArmCounts counts(long treatment, long control) {
    return new ArmCounts(treatment, control);
  }
}
