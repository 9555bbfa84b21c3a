package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.RunProcess.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What alarms and what is kept of it: R, S, the shares of alpha, what has fired, breakers. */
class ProcessesTest {
  private static final OptionalDouble WORSE = OptionalDouble.of(4.7);
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
        new StageProcess(
            StageProcess.LEAST_INTERVAL, 4, List.of(counts(2, 3), counts(2, 3), counts(10, 5)));
    ArmCounts now = counts(25, 6);
    double restarted = (2 * Math.exp(EVEN.logE(23, 26)) + Math.exp(EVEN.logE(15, 16)) + 1) / 4;

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
      stage = stage.at(Duration.ofSeconds(second), counts(second, second / 2));
    }
    assertThat(stage.marks())
        .hasSize(120)
        .startsWith(counts(30, 15), counts(60, 30))
        .endsWith(counts(3600, 1800));
  }

  @Test
  void stage_ofManyHours_hasItsRestartsFurtherApart() {
    StageProcess stage = StageProcess.planned(Duration.ofDays(30));
    assertThat(stage.restarts()).isEqualTo(StageProcess.MAX_RESTARTS);
    assertThat(stage.interval()).isEqualTo(Duration.ofHours(6));
    assertThat(stage.at(Duration.ofDays(29), ArmCounts.NONE).marks()).hasSize(116);
    assertThat(StageProcess.planned(Duration.ofHours(1)).interval())
        .isEqualTo(StageProcess.LEAST_INTERVAL);
  }

  @Test
  void stage_continuedByAnotherController_isTheSameProcess() {
    StageProcess first = StageProcess.planned(Duration.ofMinutes(5));
    StageProcess kept = first.at(Duration.ofSeconds(65), counts(4, 3));
    StageProcess continued = new StageProcess(kept.interval(), kept.restarts(), kept.marks());

    // Nobody looked between: what fell due meanwhile is taken now.
    assertThat(continued.at(Duration.ofSeconds(130), counts(9, 8)))
        .isEqualTo(kept.at(Duration.ofSeconds(130), counts(9, 8)))
        .isEqualTo(
            new StageProcess(
                StageProcess.LEAST_INTERVAL,
                10,
                List.of(counts(4, 3), counts(4, 3), counts(9, 8), counts(9, 8))));
    assertThat(continued.at(Duration.ofSeconds(89), counts(9, 9))).isSameAs(continued);
  }

  @Test
  void stage_whoseCountsFell_isStillFinite() {
    StageProcess stage =
        new StageProcess(StageProcess.LEAST_INTERVAL, 2, List.of(counts(100, 3), counts(200, 3)));
    assertThat(stage.logE(EVEN, counts(90, 2))).isFinite();
    assertThat(stage.logE(EVEN, counts(1_000_000_000, 0))).isFinite().isGreaterThan(1e8);
    assertThat(stage.logE(EVEN, counts(0, 1_000_000_000))).isFinite().isLessThan(0);
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

  /** statistics.md, decision 8: "A total outage needs three failing users". */
  @Test
  void breaker_totalOutage_firesAtTheThirdUser() {
    CircuitBreaker breaker = new CircuitBreaker(0.02);
    Latch latch = Latch.of(0.1 * 0.01);
    assertThat(IntStream.rangeClosed(1, 3).mapToObj(users -> counts(users, 0)))
        .extracting(users -> latch.after(breaker.logE(users, users)).fired())
        .containsExactly(false, false, true);
  }

  @Test
  void breaker_withABrokenControl_doesNotBlameTheTreatment() {
    CircuitBreaker breaker = new CircuitBreaker(0.02);
    ArmCounts exposed = counts(100, 100);
    Latch fired = Latch.of(0.001).after(breaker.logE(counts(50, 1), exposed));
    Latch quiet = CircuitBreaker.unbrokenControl();
    Latch broken = quiet.after(breaker.controlLogE(counts(50, 40), exposed));

    Latch whole = quiet.after(breaker.controlLogE(counts(50, 1), exposed));
    assertThat(CircuitBreaker.state(fired, whole, WORSE))
        .isEqualTo(CircuitBreaker.State.TREATMENT_BROKEN);
    assertThat(CircuitBreaker.state(fired, whole, OptionalDouble.empty()))
        .as("there is no control")
        .isEqualTo(CircuitBreaker.State.TREATMENT_BROKEN);
    assertThat(CircuitBreaker.state(fired, whole, OptionalDouble.of(4.6)))
        .isEqualTo(CircuitBreaker.State.NOT_COMPARED);
    assertThat(CircuitBreaker.state(fired, broken, WORSE))
        .isEqualTo(CircuitBreaker.State.BOTH_BROKEN);
    assertThat(CircuitBreaker.state(fired, broken.after(-5), WORSE))
        .as("mended meanwhile")
        .isEqualTo(CircuitBreaker.State.BOTH_BROKEN);
    assertThat(CircuitBreaker.state(Latch.of(0.001), quiet, WORSE))
        .isEqualTo(CircuitBreaker.State.QUIET);
  }

  @Test
  void arguments_outsideTheirRange_areRefused() {
    assertThatThrownBy(
            () -> new StageProcess(StageProcess.LEAST_INTERVAL, 0, List.of(ArmCounts.NONE)))
        .hasMessage("marks: 1 (expected: at most 0)");
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
