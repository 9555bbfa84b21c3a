package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.run;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.engine.EndedRun;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.server.catalog.ServedRun.Serving;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** protocols.md 1: what runs serve is state beside the documents, and of their revisions. */
@ParameterizedClass
@EnumSource(TestStore.class)
class RunServingTest {
  private static final LiveRun LIVE =
      new LiveRun("main", "run-1", 1, "on", "off", 5, 100, false, RunPhase.RUNNING, 60_000);

  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  RunServingTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
    test.put(feature("checkout"), feature("search"));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private FeatureSource source(String feature) {
    return requireNonNull(
        test.catalog.states().current("default").source().features().get(feature));
  }

  @Test
  void runs_ofFeature_areInItsSourceAndMoveItsRevision() {
    long before = test.revision();

    long revision = test.serve(run("checkout", "run-1"));

    assertThat(revision).isEqualTo(before + 1);
    assertThat(source("checkout").runs()).containsExactly(LIVE);
    assertThat(source("checkout").revision()).isEqualTo(revision);
    assertThat(source("search").revision()).isEqualTo(before);
  }

  @Test
  void metrics_thatARunJudges_areKnownAfterTheStore() {
    ServedRun run =
        new ServedRun(
            "checkout",
            "main",
            "run-1",
            Serving.RUNNING,
            true,
            1,
            "on",
            "off",
            1,
            3,
            true,
            1,
            List.of("errors", "latency"));

    test.serve(run);

    assertThat(test.catalog.states().current("default").activeRuns()).contains(run);
  }

  @Test
  void run_thatIsNeverStale_isSoAfterTheStore() {
    ServedRun run =
        new ServedRun(
            "checkout",
            "main",
            "run-1",
            Serving.RUNNING,
            true,
            3,
            "on",
            "off",
            1,
            3,
            true,
            ServedRun.NEVER_STALE,
            List.of());

    test.serve(run);

    assertThat(source("checkout").runs())
        .containsExactly(
            new LiveRun(
                "main",
                "run-1",
                3,
                "on",
                "off",
                1,
                3,
                true,
                RunPhase.RUNNING,
                LiveRun.NEVER_STALE));
  }

  @Test
  void run_thatWaits_leavesTheDocumentsWeights() {
    test.serve(run("checkout", "run-1", Serving.WAITING, true));

    assertThat(source("checkout").runs()).isEmpty();
    assertThat(test.catalog.states().current("default").activeRuns()).hasSize(1);

    test.serve(run("checkout", "run-1", Serving.WAITING, false));

    assertThat(source("checkout").runs()).isEmpty();
    assertThat(source("checkout").endedRuns()).isEmpty();
    assertThat(test.catalog.states().current("default").activeRuns()).isEmpty();
  }

  @Test
  void run_thatIsTakenBack_hasEndedOnceAllHaveHeard() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, true));
    assertThat(source("checkout").runs())
        .extracting(LiveRun::phase)
        .containsExactly(RunPhase.ROLLED_BACK);
    assertThat(source("checkout").endedRuns()).isEmpty();
    test.clock.advance(Duration.ofSeconds(3));

    long ended = test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));

    assertThat(source("checkout").runs())
        .extracting(LiveRun::phase)
        .containsExactly(RunPhase.ROLLED_BACK);
    assertThat(source("checkout").endedRuns())
        .containsExactly(new EndedRun("main", "run-1", 1, "on", "off", ended, test.clock.millis()));
  }

  @Test
  void run_thatEnded_servesUntilTheSplitIsDrawnOtherwise() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.COMPLETED, false));
    test.put(
        Samples.document(Samples.featureBuilder("checkout", 25).setDescription("other words")));
    assertThat(source("checkout").runs())
        .extracting(LiveRun::phase)
        .containsExactly(RunPhase.COMPLETED);

    long changed = test.put(feature("checkout", 100)).revision();

    assertThat(source("checkout").runs()).isEmpty();
    assertThat(source("checkout").revision()).isEqualTo(changed);
    assertThat(source("checkout").endedRuns()).extracting(EndedRun::runId).containsExactly("run-1");

    test.serve(run("checkout", "run-2"));

    assertThat(source("checkout").runs()).extracting(LiveRun::runId).containsExactly("run-2");
  }

  @Test
  void run_thatEnded_isGoneWithItsSplitAndItsVariant() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.COMPLETED, false));

    test.put(
        Samples.document(
            Samples.featureBuilder("checkout", 25)
                .clearSplits()
                .clearDefaultRule()
                .removeVariants(0)));

    assertThat(source("checkout").runs()).isEmpty();

    test.put(feature("checkout"));

    assertThat(source("checkout").runs()).isEmpty();
  }

  @Test
  void run_thatEnded_isGoneWithItsFeature() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));
    test.delete(Samples.featureId("checkout"));

    test.put(feature("checkout"));

    assertThat(source("checkout").runs()).isEmpty();
  }

  @Test
  void run_thatEnded_servesAgainWithItsFeature() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.COMPLETED, false));
    test.archive("checkout");

    test.put(feature("checkout"));

    assertThat(source("checkout").runs()).extracting(LiveRun::runId).containsExactly("run-1");
  }

  @Test
  void endedRuns_areKnownForAsLongAsOutcomesCome() {
    test.serve(run("checkout", "run-1"));
    test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));
    test.clock.advance(Duration.ofDays(7));
    test.serve(run("checkout", "run-2"));
    assertThat(source("checkout").endedRuns()).extracting(EndedRun::runId).containsExactly("run-1");
    test.serve(run("checkout", "run-2", Serving.COMPLETED, false));
    test.clock.advance(Duration.ofDays(30));

    test.serve(run("checkout", "run-3"));

    assertThat(source("checkout").endedRuns()).isEmpty();
    assertThat(source("checkout").runs()).extracting(LiveRun::runId).containsExactly("run-3");
  }

  @Test
  void lastRun_thatServes_isKnownToHaveEndedForever() {
    test.serve(run("checkout", "run-1"));
    long ended = test.serve(run("checkout", "run-1", Serving.COMPLETED, false));
    test.clock.advance(Duration.ofDays(30));
    test.serve(
        new ServedRun(
            "checkout",
            "other",
            "run-2",
            Serving.RUNNING,
            true,
            1,
            "on",
            "off",
            5,
            100,
            false,
            1,
            List.of()));

    assertThat(source("checkout").endedRuns())
        .extracting(EndedRun::revision)
        .containsExactly(ended);
  }

  @Test
  void take_onAnotherRevisionThanExpected_isStaleAndTakesNone() {
    long revision = test.revision();
    test.put(feature("more"));

    assertThatThrownBy(() -> take("default", OptionalLong.of(revision)))
        .isInstanceOf(StaleNamespaceException.class)
        .hasMessage(
            "namespace \"default\": revision " + (revision + 1) + " (expected: " + revision + ")");
    assertThat(test.revision()).isEqualTo(revision + 1);
    assertThat(take("default", OptionalLong.of(revision + 1))).isEqualTo(revision + 2);
  }

  @Test
  void take_ofNoNamespace_isRefused() {
    assertThatThrownBy(() -> take("nowhere", OptionalLong.empty()))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.NAMESPACE_NOT_FOUND));
  }

  private long take(String namespace, OptionalLong expected) {
    return test.database.write(
        Priority.ROLLOUT,
        handle ->
            test.catalog.serving().take(handle, namespace, expected, "ann", "why").revision());
  }

  @Test
  void moveThatIsUndone_takesNoRevisionAndServesNothing() {
    long revision = test.revision();

    assertThatThrownBy(
            () ->
                test.database.execute(
                    Priority.ROLLOUT,
                    handle -> {
                      RunServing serving = test.catalog.serving();
                      TakenRevision taken =
                          serving.take(handle, "default", OptionalLong.empty(), "ann", "why");
                      serving.serve(handle, taken, run("checkout", "run-1"));
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");

    assertThat(test.revision()).isEqualTo(revision);
    assertThat(source("checkout").runs()).isEmpty();
  }

  @Test
  void killSwitch_isReadInsideTheMove() {
    assertThat(isKilled()).isFalse();
    test.catalog.kill("default", "checkout", TestCatalog.NOTE);
    assertThat(isKilled()).isTrue();
    test.catalog.revive("default", "checkout", TestCatalog.NOTE);
    assertThat(isKilled()).isFalse();
  }

  private boolean isKilled() {
    return test.database.write(
        Priority.ROLLOUT,
        handle -> {
          RunServing serving = test.catalog.serving();
          TakenRevision taken =
              serving.take(handle, "default", OptionalLong.empty(), "rollouts", "");
          return serving.isKilled(handle, taken.namespace(), "checkout");
        });
  }
}
