package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.Reason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which draws a run's treatment share gives to which arm, to the last one. */
class RunRangeTest {
  private static final BigInteger LAST = DrawnFeature.DRAWS.subtract(BigInteger.ONE);

  @Test
  void run_upToOneHalf_hasTreatmentRemainderAndControl() {
    DrawnFeature feature = run(1, 10, RunPhase.RUNNING);

    assertArms(feature, Arm.ARM_TREATMENT, "b", 0, 1, 10);
    assertArms(feature, Arm.ARM_REMAINDER, "a", 1, 9, 10);
    assertArms(feature, Arm.ARM_CONTROL, "a", 9, 10, 10);
  }

  @Test
  void run_oneHalf_hasNoRemainder() {
    for (int of : new int[] {2, 100, 1_000_000_000}) {
      DrawnFeature feature = run(of / 2, of, RunPhase.RUNNING);
      assertArms(feature, Arm.ARM_TREATMENT, "b", 0, 1, 2);
      assertArms(feature, Arm.ARM_CONTROL, "a", 1, 2, 2);
    }
  }

  @Test
  void run_aboveOneHalf_hasTreatmentSurplusAndControl() {
    DrawnFeature feature = run(9, 10, RunPhase.RUNNING);

    assertArms(feature, Arm.ARM_TREATMENT, "b", 0, 1, 10);
    assertArms(feature, Arm.ARM_SURPLUS, "b", 1, 9, 10);
    assertArms(feature, Arm.ARM_CONTROL, "a", 9, 10, 10);
  }

  @Test
  void run_nothingOrAll_hasNobodyToCompare() {
    assertArms(run(0, 100, RunPhase.RUNNING), Arm.ARM_REMAINDER, "a", 0, 1, 1);
    assertArms(run(100, 100, RunPhase.RUNNING), Arm.ARM_SURPLUS, "b", 0, 1, 1);
  }

  @Test
  void run_ended_servesOneVariantToAllAsNoEvidence() {
    for (int parts : new int[] {0, 1, 50, 51, 100}) {
      assertArms(run(parts, 100, RunPhase.COMPLETED), Arm.ARM_NONE, "b", 0, 1, 1);
      assertArms(run(parts, 100, RunPhase.ROLLED_BACK), Arm.ARM_NONE, "a", 0, 1, 1);
    }
  }

  /** Any share, at and beside each of its bounds, against the rule; both arms are equally large. */
  @Test
  void run_randomShares_drawsTheLineWhereTheRuleDoes() {
    Random random = new Random(5);
    for (int i = 0; i < 1_500; i++) {
      int of = 1 + random.nextInt(i % 2 == 0 ? 200 : 1_000_000_000);
      int parts = random.nextInt(of + 1);
      DrawnFeature feature = run(parts, of, RunPhase.RUNNING);
      List<BigInteger> draws = new ArrayList<>(List.of(BigInteger.ZERO, LAST));
      DrawnFeature.around(DrawnFeature.first(parts, of), draws);
      DrawnFeature.around(DrawnFeature.first(of - parts, of), draws);
      draws.add(new BigInteger(Long.SIZE, random));
      for (BigInteger draw : draws) {
        Arm arm = ReferenceEngine.arm(draw, parts, of);
        boolean treated = arm == Arm.ARM_TREATMENT || arm == Arm.ARM_SURPLUS;
        Decision decision = feature.decide(draw);
        assertThat(decision.arm()).as("%s of %s, draw %s", parts, of, draw).isEqualTo(arm);
        assertThat(decision.variant()).isEqualTo(treated ? "b" : "a");
        assertThat(decision.reason()).isEqualTo(Reason.REASON_SPLIT);
      }
    }
  }

  /** From one percent to all: who has the treatment keeps it, and no evidence changes sides. */
  @Test
  void run_growingShare_takesTheTreatmentFromNobody() {
    List<BigInteger> draws = DrawnFeature.draws(6);
    boolean[] treated = new boolean[draws.size()];
    boolean[] compared = new boolean[draws.size()];
    for (int percent = 1; percent <= 100; percent++) {
      DrawnFeature feature = run(percent, 100, RunPhase.RUNNING);
      for (int i = 0; i < treated.length; i++) {
        Decision decision = feature.decide(draws.get(i));
        boolean now = decision.variant().equals("b");
        assertThat(now || !treated[i]).as("%s %%, draw %s", percent, draws.get(i)).isTrue();
        treated[i] = now;
        // Who was ever a control of the growing control arm leaves it for the treatment only.
        boolean control = decision.arm() == Arm.ARM_CONTROL;
        assertThat(control || now || !compared[i]).as("draw %s", draws.get(i)).isTrue();
        compared[i] = control;
      }
    }
    assertThat(treated).doesNotContain(false);
  }

  /** A run of its own salt has other first users; one that keeps the bucketing has the split's. */
  @Test
  void run_keepingBucketing_servesTheUsersOfTheSplit() {
    LiveRun keeping = live(5, 100, RunPhase.RUNNING, true);
    LiveRun anew = live(5, 100, RunPhase.RUNNING, false);
    Snapshot split = snapshot();
    Snapshot kept = snapshot(keeping);
    Snapshot mixed = snapshot(anew);
    EvaluationContext context = new EvaluationContext();
    int bySplit = 0;
    int both = 0;
    for (int i = 0; i < 20_000; i++) {
      boolean first = treated(context, split, i);
      assertThat(treated(context, kept, i)).isEqualTo(first);
      bySplit += first ? 1 : 0;
      both += first && treated(context, mixed, i) ? 1 : 0;
    }
    assertThat(bySplit).isBetween(900, 1_100);
    assertThat(both).isBetween(20, 90);
  }

  private static Snapshot snapshot(LiveRun... runs) {
    return Sources.of()
        .feature(
            Sources.onOffFeature(
                "f",
                """
                variants { key: 'a' value { bool_value: false } }
                variants { key: 'b' value { bool_value: true } }
                splits { id: 's' weights { variant: 'b' weight: 5 }
                                 weights { variant: 'a' weight: 95 } }
                default_rule { split: 's' }
                """),
            runs)
        .snapshot();
  }

  private static boolean treated(EvaluationContext context, Snapshot snapshot, int user) {
    Call.of("user-" + user).beginWithStrings(context, snapshot);
    return snapshot.features().get(0).evaluate(context).variant().equals("b");
  }

  private static void assertArms(
      DrawnFeature feature, Arm arm, String variant, long from, long until, long of) {
    BigInteger first = DrawnFeature.first(from, of);
    BigInteger last = DrawnFeature.first(until, of).subtract(BigInteger.ONE);
    for (BigInteger draw : List.of(first, first.add(last).shiftRight(1), last)) {
      assertThat(feature.decide(draw).arm()).as("draw %s", draw).isEqualTo(arm);
      assertThat(feature.decide(draw).variant()).as("draw %s", draw).isEqualTo(variant);
    }
  }

  private static DrawnFeature run(int parts, int of, RunPhase phase) {
    return DrawnFeature.of(live(parts, of, phase, false));
  }

  private static LiveRun live(int parts, int of, RunPhase phase, boolean keepBucketing) {
    return new LiveRun(
        "s", "run-1", 0, "b", "a", parts, of, keepBucketing, phase, LiveRun.NEVER_STALE);
  }
}
