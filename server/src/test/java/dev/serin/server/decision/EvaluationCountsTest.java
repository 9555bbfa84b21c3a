package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.telemetry.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted when there are more series than are shown. */
class EvaluationCountsTest {
  private final HeldSnapshots snapshots = new HeldSnapshots();
  private final EvaluationCounts counts = new EvaluationCounts(snapshots, 1);

  @Test
  void sum_seriesComeAndGo_neverGoesDown() {
    evaluated("b", 5);
    assertThat(shown()).containsExactly("b 5");

    evaluated("c", 3);
    assertThat(shown()).containsExactly("b 5", "(other) 3");
    assertThat(shown()).as("asked again").containsExactly("b 5", "(other) 3");

    evaluated("a", 2);
    assertThat(shown()).as("one that sorts before").containsExactly("b 5", "(other) 5");

    snapshots.remove("b");
    assertThat(shown()).as("in the sum they stay there").containsExactly("(other) 5");

    snapshots.remove("c");
    assertThat(shown()).as("and what is gone too").containsExactly("(other) 5");

    evaluated("a", 4);
    assertThat(shown()).containsExactly("(other) 9");

    evaluated("d", 1);
    assertThat(shown()).as("the place is free").containsExactly("d 1", "(other) 9");
  }

  /** Counts evaluations of the only feature of a namespace. */
  private void evaluated(String namespace, int times) {
    ServedSnapshot snapshot = snapshots.get(namespace);
    if (snapshot == null) {
      snapshot = snapshots.put(namespace, 1, SampleDocuments.all().subList(0, 2));
    }
    ServedFeature feature = snapshot.features().toList().getFirst();
    feature.served(feature.compiled().decisions().getFirst()).count().add(times);
  }

  private List<String> shown() {
    List<String> shown = new ArrayList<>();
    for (Sample sample : counts.get()) {
      shown.add(sample.labels().getFirst() + " " + (long) sample.value());
    }
    return shown;
  }
}
