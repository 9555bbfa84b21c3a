package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.ExplainStep;
import dev.serin.v1.ExplainStepKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Explain answers what evaluate answers, and each of its steps is true. */
class ExplanationAgreementTest {
  private static final int NAMESPACES = 100;
  private static final int CALLS = 20;

  private final EvaluationContext context = new EvaluationContext();

  @Test
  void explain_randomFeaturesAndCalls_givesTheDecisionOfEvaluate() {
    forEach(
        (snapshot, call, feature) -> {
          call.beginWithStrings(context, snapshot);
          Explanation explanation = feature.explain(context);
          String decisionId = context.decisionId();
          call.beginWithStruct(context, snapshot);
          Decision decision = feature.evaluate(context);

          assertThat(explanation.decision()).isSameAs(decision);
          assertThat(feature.decisions().get(decision.ordinal())).isSameAs(decision);
          assertThat(explanation.answer())
              .isEqualTo(
                  decision.perCall()
                      ? decision.response().toBuilder().setDecisionId(decisionId).build()
                      : decision.response());
          assertThat(explanation.revision()).isEqualTo(snapshot.revision());
        });
  }

  @Test
  void explain_randomFeaturesAndCalls_tellsStepsThatAreTrue() {
    Set<ExplainStepKind> kinds = EnumSet.noneOf(ExplainStepKind.class);
    forEach(
        (snapshot, call, feature) -> {
          call.beginWithBytes(context, snapshot);
          List<ExplainStep> steps = feature.explain(context).steps();
          new StepReader(snapshot.source(), call, steps).read(feature.source());
          steps.forEach(step -> kinds.add(step.getKind()));
        });
    assertThat(EnumSet.complementOf(EnumSet.copyOf(kinds)))
        .as("kinds of steps that never came up")
        .containsExactlyInAnyOrder(
            ExplainStepKind.EXPLAIN_STEP_KIND_UNSPECIFIED, ExplainStepKind.UNRECOGNIZED);
  }

  private interface Check {
    void accept(Snapshot snapshot, Call call, CompiledFeature feature);
  }

  private static void forEach(Check check) {
    for (int seed = 0; seed < NAMESPACES; seed++) {
      Snapshot snapshot = SnapshotCompiler.compile(new RandomNamespace(seed).source(), null);
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = calls.next();
        for (CompiledFeature feature : snapshot.features()) {
          try {
            check.accept(snapshot, call, feature);
          } catch (AssertionError e) {
            throw new AssertionError(
                "seed " + seed + ", call " + i + ", " + feature.key() + ": " + e.getMessage(), e);
          }
        }
      }
    }
  }
}
