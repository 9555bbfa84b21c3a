package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.ExplainResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
        Snapshot anew = SnapshotCompiler.compile(fromNothing(namespace.source()), null);

        assertThat(snapshot.revision()).isEqualTo(anew.revision());
        assertThat(keys(snapshot)).isEqualTo(keys(anew));
        assertThat(found(snapshot)).isEqualTo(snapshot.features());
        assertThat(metrics(snapshot)).isEqualTo(metrics(anew));
        assertThat(differences(before, snapshot)).isEqualTo(expectedDifferences(before, snapshot));
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

  /** Who names whom is kept from state to state, and what is wrong is found by it. */
  @Test
  void validate_afterRandomEdits_findsWhatIsFoundInASourceMadeFromNothing() {
    int invalid = 0;
    for (int seed = 0; seed < NAMESPACES; seed++) {
      RandomNamespace namespace = new RandomNamespace(seed);
      for (int edit = 0; edit < EDITS; edit++) {
        namespace.edit();
        SnapshotSource before = namespace.source();
        SnapshotSource after = namespace.tried();
        SnapshotSource anew = fromNothing(after);
        Set<DocumentId> changed = after.changedSince(before);

        assertThat(after.referrers()).isEqualTo(anew.referrers());
        List<Violation> found = DocumentValidator.validate(after, changed);
        assertThat(found).isEqualTo(DocumentValidator.validate(anew, changed));
        // Of two that overlap in a layer only the one that changed is told.
        List<Violation> all = DocumentValidator.validate(anew, null);
        assertThat(all).as("seed %d, edit %d", seed, edit).containsAll(found);
        assertThat(found.isEmpty()).isEqualTo(all.isEmpty());
        invalid += found.isEmpty() ? 0 : 1;
      }
    }
    assertThat(invalid).as("edits that are refused").isGreaterThan(NAMESPACES);
  }

  private static SnapshotSource fromNothing(SnapshotSource source) {
    return new SnapshotSource(
        source.namespace(),
        source.revision(),
        source.features(),
        source.segments(),
        source.layers(),
        source.holdouts(),
        source.metrics());
  }

  /** The features that are found by the keys there may be, as text and as bytes. */
  private static List<CompiledFeature> found(Snapshot snapshot) {
    List<CompiledFeature> found = new ArrayList<>();
    for (String key : RandomNamespace.featureKeys()) {
      byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
      CompiledFeature feature = snapshot.feature(utf8, 0, utf8.length);
      assertThat(snapshot.feature(key)).isSameAs(feature);
      if (feature != null) {
        found.add(feature);
      }
    }
    return found;
  }

  /** All metrics by feature, each found by its key, as text and as bytes. */
  private static Map<String, List<CompiledMetric>> metrics(Snapshot snapshot) {
    Map<String, List<CompiledMetric>> all = new HashMap<>();
    for (String key : RandomNamespace.featureKeys()) {
      FeatureMetrics metrics = snapshot.metrics().of(key);
      for (CompiledMetric metric : metrics.all()) {
        byte[] utf8 = metric.key().getBytes(StandardCharsets.UTF_8);
        assertThat(metrics.find(metric.key())).isSameAs(metric);
        assertThat(metrics.find(utf8, 0, utf8.length)).isSameAs(metric);
      }
      all.put(key, metrics.all());
    }
    return all;
  }

  private static Map<String, List<Optional<CompiledFeature>>> differences(
      Snapshot before, Snapshot after) {
    Map<String, List<Optional<CompiledFeature>>> differences = new HashMap<>();
    after.forEachDifference(
        before,
        (was, is) -> {
          String key = (is != null ? is : Objects.requireNonNull(was)).key();
          differences.put(key, List.of(Optional.ofNullable(was), Optional.ofNullable(is)));
        });
    return differences;
  }

  private static Map<String, List<Optional<CompiledFeature>>> expectedDifferences(
      Snapshot before, Snapshot after) {
    Map<String, List<Optional<CompiledFeature>>> differences = new HashMap<>();
    for (String key : RandomNamespace.featureKeys()) {
      CompiledFeature was = before.feature(key);
      CompiledFeature is = after.feature(key);
      if (was != is) {
        differences.put(key, List.of(Optional.ofNullable(was), Optional.ofNullable(is)));
      }
    }
    return differences;
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
