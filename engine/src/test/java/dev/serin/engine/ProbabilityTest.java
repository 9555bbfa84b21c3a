package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Reason;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A probability split draws every call anew, beside a percentage split that draws the user. */
class ProbabilityTest {
  private static final int CALLS = 100_000;

  /** Four standard deviations of the number of 30 in 100 among the calls. */
  private static final int DEVIATION = 580;

  private final Snapshot snapshot =
      Sources.of()
          .onOff(
              "by-call",
              """
              splits { id: 's' probability: true
                weights { variant: 'on' weight: 30 } weights { variant: 'off' weight: 70 } }
              default_rule { split: 's' }
              """)
          .onOff(
              "by-user",
              """
              splits { id: 's' salt: 'test/by-call/s'
                weights { variant: 'on' weight: 30 } weights { variant: 'off' weight: 70 } }
              default_rule { split: 's' }
              """)
          .onOff(
              "by-call-too",
              """
              splits { id: 's' probability: true
                weights { variant: 'on' weight: 30 } weights { variant: 'off' weight: 70 } }
              default_rule { split: 's' }
              """)
          .onOff(
              "behind",
              "prerequisites { feature: 'by-call' variants: 'on' } default_rule { variant: 'on' }")
          .snapshot();
  private final CompiledFeature byCall = feature("by-call");
  private final CompiledFeature byUser = feature("by-user");
  private final EvaluationContext context = new EvaluationContext();
  private final Random random = new Random(8);

  @Test
  void evaluate_sameUser_isDrawnAnewByCallsAndOnceByUser() {
    Set<Decision> user = new HashSet<>();
    int on = 0;
    int both = 0;
    for (int i = 0; i < CALLS; i++) {
      begin("u-1", random.nextLong());
      boolean served = byCall.evaluate(context).variant().equals("on");
      on += served ? 1 : 0;
      both += served && feature("by-call-too").evaluate(context).variant().equals("on") ? 1 : 0;
      user.add(byUser.evaluate(context));
    }
    assertThat(user).hasSize(1);
    assertThat(on).isBetween(CALLS * 30 / 100 - DEVIATION, CALLS * 30 / 100 + DEVIATION);
    // Draws of two features in one call are independent.
    assertThat(both).isBetween(CALLS * 9 / 100 - DEVIATION, CALLS * 9 / 100 + DEVIATION);
  }

  @Test
  void evaluate_anyUserOrNone_dependsOnTheCallAlone() {
    for (int i = 0; i < 1_000; i++) {
      long bits = random.nextLong();
      begin("", bits);
      Decision decision = byCall.evaluate(context);
      assertThat(decision.reason()).isEqualTo(Reason.REASON_SPLIT);
      assertThat(byUser.evaluate(context).reason()).isEqualTo(Reason.REASON_TARGETING_KEY_MISSING);
      begin("u-" + i, bits);
      assertThat(byCall.evaluate(context)).isSameAs(decision);
      assertThat(byCall.evaluate(context)).isSameAs(decision);
    }
  }

  /** An outcome reported by decision id is bucketed into the variant that was served. */
  @Test
  void decisionId_bucketedAsAKey_givesTheVariantThatWasServed() {
    for (int i = 0; i < 10_000; i++) {
      begin("", random.nextLong() >>> random.nextInt(Long.SIZE));
      Decision decision = byCall.evaluate(context);
      String id = context.decisionId();
      assertThat(decision.perCall()).isTrue();
      assertThat(decision.unit()).isNull();
      assertThat(context.unitHash(decision)).isEqualTo(Bucketing.hash(id));
      assertThat(id).matches("[0-9a-f]{16}");

      begin(id, random.nextLong());
      assertThat(byUser.evaluate(context).variant()).isEqualTo(decision.variant());
    }
  }

  /** One call is one unit: whoever asks about it in the same call hears the same. */
  @Test
  void prerequisite_byCall_isDrawnOnceInACall() {
    CompiledFeature behind = feature("behind");
    for (int i = 0; i < 1_000; i++) {
      begin("u-1", random.nextLong());
      String answer = behind.evaluate(context).variant();
      assertThat(answer).isEqualTo(byCall.evaluate(context).variant());
    }
  }

  private void begin(String userKey, long bits) {
    new Call(userKey, Map.of(), 0, bits, 0).beginWithStrings(context, snapshot);
  }

  private CompiledFeature feature(String key) {
    return requireNonNull(snapshot.feature(key));
  }
}
