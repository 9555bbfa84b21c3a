package dev.serin.server.analysis.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.CircuitBreaker.State;
import dev.serin.server.analysis.count.Mended.Mark;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Breakers: their process with its restarts, and what is made of both arms. */
class CircuitBreakerTest {
  private static final CircuitBreaker BREAKER = new CircuitBreaker(0.02);
  private static final Duration PLANNED = Duration.ofMinutes(2);
  private static final ArmCounts EXPOSED = counts(100, 100);

  /** statistics.md, decision 8: "A total outage needs three failing users". */
  @Test
  void breaker_totalOutage_firesAtTheThirdUser() {
    Latch latch = Latch.of(0.1 * 0.01);
    assertThat(IntStream.rangeClosed(1, 3).mapToObj(users -> counts(users, 0)))
        .extracting(users -> latch.after(BREAKER.logE(users, users)).fired())
        .containsExactly(false, false, true);
  }

  /** It is held while the control is broken, and the treatment is blamed where it is not. */
  @Test
  void state_ofALook_isOfWhatIsSoNow() {
    assertThat(state(false, true, counts(50, 1), EXPOSED)).isEqualTo(State.QUIET);
    assertThat(state(true, true, counts(50, 1), EXPOSED)).isEqualTo(State.TREATMENT_BROKEN);
    assertThat(state(true, false, counts(50, 1), EXPOSED)).isEqualTo(State.NOT_COMPARED);
    assertThat(state(true, true, counts(50, 40), EXPOSED)).isEqualTo(State.BOTH_BROKEN);
  }

  /** Two bad minutes of both arms: it is over where the newest users show that. */
  @Test
  void state_afterAnOutageOfBothArms_isOver() {
    ArmCounts users = counts(6_000, 6_000);
    ArmCounts exposed = counts(20_000, 20_000);
    Since during = new Since(0, 3, counts(9_000, 9_000), counts(6_000, 6_000));
    Since after = new Since(0, 4, counts(700, 700), counts(1, 2));
    Since ripe = new Since(0, 5, counts(300, 300), counts(1, 1));
    Since later = new Since(0, 6, counts(200, 200), ArmCounts.NONE);
    Since last = new Since(0, 7, counts(100, 100), ArmCounts.NONE);
    Since[] over = {during, after, ripe, later, last};

    assertThat(state(true, false, users, exposed, during)).isEqualTo(State.BOTH_BROKEN);
    assertThat(state(true, false, users, exposed, over)).isEqualTo(State.QUIET);
    assertThat(state(true, false, users, exposed, during, after, ripe))
        .as("nobody has had the time to fail")
        .isEqualTo(State.BOTH_BROKEN);
  }

  /** What came once is over for the control, and not for the treatment that breaks later. */
  @Test
  void state_ofALaterOutageOfTheTreatment_blamesIt() {
    Mended known = new Mended(new Mark(0, 4), new Mark(0, 4));
    List<Since> again =
        List.of(
            new Since(0, 4, counts(900, 900), counts(201, 3)),
            new Since(0, 5, counts(300, 300), counts(200, 1)));
    Mended mended = BREAKER.mended(known, again);

    assertThat(mended).isEqualTo(new Mended(Mark.NONE, new Mark(0, 4)));
    assertThat(
            BREAKER.state(true, true, counts(6_200, 6_003), counts(20_000, 20_000), again, mended))
        .isEqualTo(State.TREATMENT_BROKEN);
  }

  /** A new controller, and new sets of users, have no marks at first. */
  @Test
  void mended_withoutMarks_staysAsItWas() {
    Mended known = new Mended(new Mark(1, 4), new Mark(0, 9));
    Since before = new Since(0, 3, counts(900, 900), counts(500, 500));

    assertThat(BREAKER.mended(known, List.of())).isEqualTo(known);
    assertThat(BREAKER.mended(known, List.of(before))).as("an older mark").isEqualTo(known);
    assertThat(
            BREAKER.state(true, true, counts(500, 500), counts(900, 900), List.of(before), known))
        .as("the control is whole")
        .isEqualTo(State.TREATMENT_BROKEN);
    assertThat(
            BREAKER.state(true, false, counts(500, 500), counts(900, 900), List.of(before), known))
        .isEqualTo(State.QUIET);
  }

  /** Events come a minute late: users of the last minute look well in the midst of an outage. */
  @Test
  void mended_byUsersOfTheLastMinute_isNot() {
    Since first = new Since(0, 3, counts(900, 900), counts(150, 150));
    Since ripe = new Since(0, 4, counts(600, 600), counts(2, 2));
    Since later = new Since(0, 5, counts(400, 400), ArmCounts.NONE);
    Since last = new Since(0, 6, counts(200, 200), ArmCounts.NONE);
    Since good = new Since(0, 3, counts(900, 900), counts(2, 2));
    Since begins = new Since(0, 4, counts(600, 600), counts(15, 15));
    Since goodBefore = new Since(0, 3, counts(900, 900), counts(15, 15));

    assertThat(BREAKER.mended(Mended.NEITHER, List.of(first, ripe, later, last)))
        .isEqualTo(Mended.NEITHER);
    assertThat(BREAKER.mended(Mended.NEITHER, List.of(good, ripe, later, last)))
        .isEqualTo(new Mended(new Mark(0, 3), new Mark(0, 3)));
    assertThat(BREAKER.mended(Mended.NEITHER, List.of(goodBefore, begins, later, last)))
        .as("it has just begun: those of before are no sign")
        .isEqualTo(Mended.NEITHER);
  }

  private static State state(
      boolean isBeyond, boolean isWorse, ArmCounts withEvent, ArmCounts exposed, Since... since) {
    List<Since> marks = List.of(since);
    return BREAKER.state(
        isBeyond, isWorse, withEvent, exposed, marks, BREAKER.mended(Mended.NEITHER, marks));
  }

  /** Where it has just begun, users of the seconds before are no sign that it is over. */
  @Test
  void state_whereAnOutageBegins_isNotOver() {
    Since before = new Since(0, 3, counts(3_000, 3_000), counts(100, 4));
    Since newest = new Since(0, 4, counts(200, 200), counts(90, 1));

    assertThat(state(true, true, counts(110, 14), counts(9_000, 9_000), before, newest))
        .isEqualTo(State.TREATMENT_BROKEN);
  }

  @Test
  void comparison_withTheControl_isInsideOfAlpha() {
    assertThat(CircuitBreaker.comparison(0.0004).threshold())
        .isCloseTo(Math.log(2_500), within(1e-12));
    assertThat(CircuitBreaker.comparison(0.05).threshold()).isCloseTo(Math.log(100), within(1e-12));
  }

  @Test
  void process_withRestarts_isTheMixtureWrittenOut() {
    Since first = new Since(0, 1, counts(900, 0), counts(12, 0));
    Since second = new Since(0, 2, counts(50, 0), counts(5, 0));
    BreakerProcess process = at(BreakerProcess.begin(), 0, first, second);

    // A quarter of the weight for four restarts of the planned period, two of them to come.
    assertThat(process.reserve()).isCloseTo(0.5 - 2 / 16.0, within(1e-15));
    assertThat(process.logE(-3))
        .isCloseTo(
            Math.log(Math.exp(-3) / 2 + e(first) / 16 + e(second) / 16 + 0.375), within(1e-12));
  }

  @Test
  void process_whoseMarkIsNotToldAnyMore_keepsWhatItShowed() {
    Since first = new Since(0, 1, counts(900, 0), counts(40, 0));
    Since second = new Since(0, 2, counts(50, 0), counts(1, 0));
    Since later = new Since(0, 2, counts(80, 0), counts(2, 0));
    BreakerProcess process = at(at(BreakerProcess.begin(), 0, first, second), 0, later);

    assertThat(process.live()).extracting(BreakerProcess.Live::number).containsExactly(2);
    assertThat(process.logE(0))
        .isCloseTo(Math.log(0.5 + e(first) / 16 + e(later) / 16 + 0.375), within(1e-12));
    assertThat(at(process, 0, first, later).logE(0))
        .as("a mark that is told again is not another one")
        .isEqualTo(process.logE(0));
  }

  /** Weights are one in sum, however long the stage takes. */
  @Test
  void process_inExtensions_hasRestartsOfTheirOwn() {
    BreakerProcess process = BreakerProcess.begin();
    for (int extension = 0; extension <= 30; extension++) {
      for (int number = 1; number <= 9; number++) {
        process = at(process, extension, new Since(extension, number, counts(9, 9), counts(0, 0)));
        assertThat(process.live()).hasSize(number <= 4 ? 1 : 0);
      }
    }
    assertThat(process.reserve()).isCloseTo(0, within(1e-9));
    // Nine good users, and the one before it as many, but for what rounding takes.
    assertThat(Math.exp(process.logStopped()))
        .isCloseTo(0.5 * Math.exp(BREAKER.logE(counts(0, 0), counts(9, 9))), within(1e-9));
  }

  @Test
  void process_whereSetsBeginAnew_stopsItsRestarts() {
    Since first = new Since(0, 1, counts(900, 0), counts(40, 0));
    BreakerProcess renewed = at(BreakerProcess.begin(), 0, first).renewed(2);

    assertThat(renewed.live()).isEmpty();
    assertThat(renewed.logE(1))
        .isCloseTo(Math.log(Math.exp(3) / 2 + e(first) / 16 + 0.4375), within(1e-12));
    assertThat(at(renewed, 0).logE(1)).isEqualTo(renewed.logE(1));
  }

  @Test
  void since_withMoreHitsThanTrials_isRefused() {
    assertThatThrownBy(() -> new Since(0, 1, counts(3, 3), counts(4, 1)))
        .hasMessageStartingWith("withEvent: ArmCounts[treatment=4, control=1] (expected: at most");
    assertThatThrownBy(() -> new Since(0, 0, counts(3, 3), counts(1, 1)))
        .hasMessage("mark: 0, 0 (expected: from 0, from 1)");
  }

  private static double e(Since since) {
    return Math.exp(BREAKER.logE(since.withEvent(), since.exposed()));
  }

  private static BreakerProcess at(BreakerProcess process, int extension, Since... since) {
    return process.at(BREAKER, List.of(since), extension, PLANNED);
  }

  private static ArmCounts counts(long treatment, long control) {
    return new ArmCounts(treatment, control);
  }
}
