package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.Condition;
import dev.serin.v1.Reason;
import dev.serin.v1.Rule;
import dev.serin.v1.Serve;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The compiled engine answers what the documents say, whatever they say. */
class AgreementTest {
  private static final int CONDITIONS = 5_000;
  private static final int NAMESPACES = 400;
  private static final int CALLS = 40;

  private final EvaluationContext context = new EvaluationContext();

  /** Condition by condition, so that a failure names the one that is to blame. */
  @Test
  void evaluate_randomConditions_holdWhereTheReferenceHolds() {
    int held = 0;
    for (int seed = 0; seed < CONDITIONS; seed++) {
      Condition condition = new RandomConditions(new Random(seed)).condition(List.of());
      Snapshot snapshot =
          Sources.of()
              .feature(
                  Sources.onOffFeature("f", "").toBuilder()
                      .addRules(
                          Rule.newBuilder()
                              .addWhen(condition)
                              .setServe(Serve.newBuilder().setVariant("on")))
                      .build())
              .snapshot();
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = calls.next();
        call.beginWithStruct(context, snapshot);
        boolean holds = snapshot.features().get(0).evaluate(context).variant().equals("on");
        boolean expected = new ReferenceConditions(snapshot.source(), call).holds(condition);
        if (holds != expected) {
          throw new AssertionError(
              "seed " + seed + "\n" + condition + call + "\nexpected " + expected);
        }
        held += holds ? 1 : 0;
      }
    }
    assertThat(held).isBetween(CONDITIONS * CALLS / 10, CONDITIONS * CALLS * 9 / 10);
  }

  @Test
  void evaluate_randomFeaturesAndCalls_answersWhatTheReferenceAnswers() {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    Set<Arm> arms = EnumSet.noneOf(Arm.class);
    for (int seed = 0; seed < NAMESPACES; seed++) {
      SnapshotSource source = new RandomNamespace(seed).source();
      Snapshot snapshot = SnapshotCompiler.compile(source, null);
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = calls.next();
        ReferenceEngine reference = new ReferenceEngine(source, call);
        call.beginWithStruct(context, snapshot);
        for (CompiledFeature feature : snapshot.features()) {
          Decision decision = feature.evaluate(context);
          ReferenceEngine.Answer expected = reference.evaluate(feature.key());
          ReferenceEngine.Answer answer = ReferenceEngine.Answer.of(decision, context);
          if (!answer.equals(expected)) {
            String where = "seed " + seed + ", " + feature.source() + "\n" + call + "\n";
            assertThat(answer).as(where).isEqualTo(expected);
          }
          reasons.add(decision.reason());
          arms.add(decision.arm());
        }
      }
    }
    assertThat(EnumSet.complementOf(EnumSet.copyOf(reasons)))
        .as("reasons that never came up")
        .containsExactlyInAnyOrder(Reason.REASON_UNSPECIFIED, Reason.UNRECOGNIZED);
    assertThat(EnumSet.complementOf(EnumSet.copyOf(arms)))
        .as("arms that never came up")
        .containsExactlyInAnyOrder(Arm.ARM_UNSPECIFIED, Arm.UNRECOGNIZED);
  }
}
