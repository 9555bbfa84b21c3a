package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.FeatureSource;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** protocols.md 1: the kill switch is run state, set and lifted by command only. */
@ParameterizedClass
@EnumSource(TestStore.class)
class KillSwitchTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  KillSwitchTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
    test.put(feature("checkout"));
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void kill_feature_isRevisionOfTheNamespaceNotOfTheFeature() {
    KillResult killed = kill();
    KillResult again = kill();

    assertThat(killed).isEqualTo(new KillResult(3, true));
    assertThat(again).isEqualTo(new KillResult(3, false));
    assertThat(test.revision()).isEqualTo(3);
    assertThat(test.get(featureId("checkout")).getKilled()).isTrue();
    assertThat(test.get(featureId("checkout")).getRevision()).isEqualTo(2);
    FeatureSource source = sources().get("checkout");
    assertThat(source).isNotNull();
    assertThat(source.killed()).isTrue();
    assertThat(source.revision()).isEqualTo(2);
  }

  @Test
  void revive_killedFeature_liftsIt() {
    kill();

    assertThat(revive()).isEqualTo(new KillResult(4, true));
    assertThat(revive()).isEqualTo(new KillResult(4, false));
    assertThat(test.get(featureId("checkout")).getKilled()).isFalse();
    assertThat(kill()).isEqualTo(new KillResult(5, true));
  }

  @Test
  void kill_applyRestoreDeleteAndCopy_neverTouchIt() {
    test.put(feature("checkout", 50));
    kill();
    test.put(feature("checkout", 75));
    assertThat(test.get(featureId("checkout")).getKilled()).isTrue();

    test.catalog.restore(
        new RestoreCommand(
            "default", Optional.empty(), 2, OptionalLong.empty(), false, TestCatalog.NOTE));
    assertThat(test.get(featureId("checkout")).getKilled()).isTrue();

    test.delete(featureId("checkout"));
    test.put(feature("checkout"));
    assertThat(test.get(featureId("checkout")).getKilled()).isTrue();
    assertThat(sources().get("checkout")).matches(source -> source != null && source.killed());
  }

  @Test
  void kill_whatIsNotEvaluated_isRefused() {
    test.put(segment("beta"), feature("old"));
    test.archive("old");

    assertThat(refusal("default", "gone")).isEqualTo(ErrorReason.FEATURE_NOT_FOUND);
    assertThat(refusal("default", "beta")).isEqualTo(ErrorReason.FEATURE_NOT_FOUND);
    assertThat(refusal("default", "old")).isEqualTo(ErrorReason.FEATURE_ARCHIVED);
    assertThat(refusal("shop", "checkout")).isEqualTo(ErrorReason.NAMESPACE_NOT_FOUND);
    assertThat(test.revision()).isEqualTo(4);
  }

  private ErrorReason refusal(String namespace, String feature) {
    return CatalogApplyTest.refused(() -> test.catalog.kill(namespace, feature, TestCatalog.NOTE))
        .reason();
  }

  private KillResult kill() {
    return test.catalog.kill("default", "checkout", TestCatalog.NOTE);
  }

  private KillResult revive() {
    return test.catalog.revive("default", "checkout", TestCatalog.NOTE);
  }

  private Map<String, FeatureSource> sources() {
    return test.catalog.states().current("default").source().features();
  }
}
