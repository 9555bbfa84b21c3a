package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.ExplainResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A snapshot made from the one before is the snapshot made from nothing. */
class IncrementalCompileTest {
  private static final int NAMESPACES = 30;
  private static final int EDITS = 20;
  private static final int CALLS = 3;

  private final EvaluationContext context = new EvaluationContext();

  @Test
  void compile_afterRandomEdits_answersAndExplainsAsCompiledAnew() {
    int kept = 0;
    for (int seed = 0; seed < NAMESPACES; seed++) {
      RandomNamespace namespace = new RandomNamespace(seed);
      Snapshot snapshot = SnapshotCompiler.compile(namespace.source(), null);
      RandomCalls calls = new RandomCalls(seed);
      for (int edit = 0; edit < EDITS; edit++) {
        namespace.edit();
        Snapshot before = snapshot;
        snapshot = SnapshotCompiler.compile(namespace.source(), before);
        Snapshot anew = SnapshotCompiler.compile(namespace.source(), null);

        assertThat(snapshot.revision()).isEqualTo(anew.revision());
        assertThat(keys(snapshot)).isEqualTo(keys(anew));
        for (int i = 0; i < CALLS; i++) {
          Call call = calls.next();
          assertThat(explanations(snapshot, call))
              .as("seed %d, edit %d", seed, edit)
              .isEqualTo(explanations(anew, call));
        }
        kept += kept(before, snapshot);
      }
    }
    assertThat(kept).as("features taken over").isGreaterThan(NAMESPACES * EDITS);
  }

  /** Whoever still holds the earlier snapshot is answered from it, unchanged. */
  @Test
  void compile_afterRandomEdits_leavesTheEarlierSnapshotAsItWas() {
    RandomNamespace namespace = new RandomNamespace(7);
    Snapshot first = SnapshotCompiler.compile(namespace.source(), null);
    RandomCalls calls = new RandomCalls(7);
    List<Call> asked = new ArrayList<>();
    List<List<ExplainResponse>> answered = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Call call = calls.next();
      asked.add(call);
      answered.add(explanations(first, call));
    }
    Snapshot last = first;
    for (int edit = 0; edit < 100; edit++) {
      namespace.edit();
      last = SnapshotCompiler.compile(namespace.source(), last);
    }
    for (int i = 0; i < asked.size(); i++) {
      assertThat(explanations(first, asked.get(i))).isEqualTo(answered.get(i));
    }
    assertThat(last.revision()).isEqualTo(101);
  }

  private static List<String> keys(Snapshot snapshot) {
    return snapshot.features().stream().map(CompiledFeature::key).toList();
  }

  private List<ExplainResponse> explanations(Snapshot snapshot, Call call) {
    call.beginWithStrings(context, snapshot);
    List<ExplainResponse> explanations = new ArrayList<>();
    for (CompiledFeature feature : snapshot.features()) {
      Explanation explanation = feature.explain(context);
      assertThat(feature.evaluate(context)).isSameAs(explanation.decision());
      explanations.add(explanation.toResponse());
    }
    return explanations;
  }

  private static int kept(Snapshot before, Snapshot after) {
    int kept = 0;
    for (CompiledFeature feature : after.features()) {
      kept += before.feature(feature.key()) == feature ? 1 : 0;
    }
    return kept;
  }
}
