package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.DocumentId;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.engine.SnapshotSource;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What rollouts will bring along: runs in snapshots, and documents that must stay. */
@ParameterizedClass
@EnumSource(TestStore.class)
class RunStateTest {
  private static final LiveRun RUN =
      new LiveRun("main", "run-1", 1, "on", "off", 5, 100, false, RunPhase.RUNNING, 60_000);

  private final TestStore store;
  @TempDir Path directory;

  RunStateTest(TestStore store) {
    this.store = store;
  }

  /** A run of "checkout" since a revision. */
  private record OneRun(long since) implements RunState {
    @Override
    public Map<String, FeatureRuns> changedSince(Handle handle, String namespace, long revision) {
      return since > revision ? Map.of("checkout", new FeatureRuns(since, List.of(RUN))) : Map.of();
    }

    @Override
    public void refuseWhileActive(
        SnapshotSource before, SnapshotSource after, Set<DocumentId> changed) {
      if (changed.contains(Samples.featureId("checkout"))
          && before.features().containsKey("checkout")) {
        throw ApiErrors.rolloutActive("feature/checkout", "run-1");
      }
    }
  }

  private TestCatalog open(RunState runState) {
    return new TestCatalog(store.fresh(directory), TransactionObserver.NONE, runState);
  }

  @Test
  void runs_ofFeature_areInItsSourceAndMoveItsRevision() {
    try (TestCatalog test = open(new OneRun(3))) {
      test.put(feature("checkout"), feature("search"));
      test.put(segment("beta"));

      SnapshotSource source = test.catalog.states().current("default").source();

      FeatureSource checkout = source.features().get("checkout");
      assertThat(checkout).isNotNull();
      assertThat(checkout.runs()).containsExactly(RUN);
      assertThat(checkout.revision()).isEqualTo(3);
      assertThat(source.features().get("search"))
          .matches(feature -> feature != null && feature.revision() == 2);
    }
  }

  @Test
  void apply_toWhatRunDependsOn_isRefusedAndKillStillWorks() {
    try (TestCatalog test = open(new OneRun(2))) {
      test.put(feature("checkout"));

      assertThat(CatalogApplyTest.refused(() -> test.put(feature("checkout", 50))).reason())
          .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
      assertThat(CatalogApplyTest.refused(() -> test.archive("checkout")).reason())
          .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
      assertThat(test.put(segment("beta")).revision()).isEqualTo(3);
      assertThat(test.catalog.kill("default", "checkout", TestCatalog.NOTE).changed()).isTrue();
    }
  }
}
