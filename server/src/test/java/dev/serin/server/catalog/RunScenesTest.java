package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.metric;
import static dev.serin.server.catalog.Samples.ratio;
import static dev.serin.server.catalog.Samples.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.store.TestStore;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What starts, ticks and gates of rollouts read of documents and switches. */
@ParameterizedClass
@EnumSource(TestStore.class)
class RunScenesTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  RunScenesTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void scene_ofARollout_isOfOneRevision() {
    test.put(
        feature("checkout"),
        metric(Samples.metricBuilder("errors", MetricKind.METRIC_KIND_EVENT)),
        metric("unnamed"));
    long revision = test.put(rollout("checkout-half", "checkout")).revision();
    long killed = test.catalog.kill("default", "checkout", new Note("ann", "smoke")).revision();

    RunScene scene = test.catalog.scene("default", "checkout-half");

    assertThat(scene.revision()).isEqualTo(killed);
    assertThat(scene.rollout())
        .contains(
            new RunScene.StoredRollout(
                rollout("checkout-half", "checkout").getRollout(), revision));
    assertThat(scene.feature()).map(Feature::getKey).contains("checkout");
    assertThat(scene.archived()).isFalse();
    assertThat(scene.metrics()).extracting(Metric::getKey).containsExactly("errors");
    assertThat(scene.shared()).extracting(Metric::getKey).containsExactly("errors", "unnamed");
    assertThat(scene.switches())
        .isEqualTo(new FeatureSwitches(true, false, false, true, "ann", "smoke", killed));
  }

  @Test
  void scene_ofARatio_hasItsParts() {
    test.put(
        feature("checkout"),
        metric(Samples.metricBuilder("requests", MetricKind.METRIC_KIND_EVENT)),
        metric(Samples.metricBuilder("failures", MetricKind.METRIC_KIND_EVENT)),
        ratio("errors", "failures", "requests"),
        rollout("half", "checkout"));

    assertThat(test.catalog.scene("default", "half").metrics())
        .extracting(Metric::getKey)
        .containsExactly("errors", "failures", "requests");
  }

  @Test
  void scene_whereSomethingIsMissing_saysSo() {
    test.put(feature("checkout"), rollout("half", "checkout"), rollout("lost", "nothing"));
    test.archive("checkout");

    assertThat(test.catalog.scene("default", "nothing").rollout()).isEmpty();
    assertThat(test.catalog.scene("default", "half").archived()).isTrue();
    assertThat(test.catalog.scene("default", "half").feature()).isPresent();
    assertThat(test.catalog.scene("default", "lost").feature()).isEmpty();
    assertThat(test.catalog.scene("default", "lost").switches().present()).isFalse();
  }

  @Test
  void switches_ofFeatures_areThoseOfNow() {
    test.put(
        feature("on"),
        feature("killed"),
        feature("archived"),
        Samples.document(Samples.featureBuilder("disabled", 5).setDisabled(true)));
    test.archive("archived");
    List<FeatureName> names =
        List.of(
            new FeatureName("default", "on"),
            new FeatureName("default", "killed"),
            new FeatureName("default", "archived"),
            new FeatureName("default", "disabled"),
            new FeatureName("default", "nothing"),
            new FeatureName("nowhere", "on"));
    assertThat(test.catalog.switches(names).values().stream().filter(FeatureSwitches::isOn))
        .hasSize(2);
    // By another replica, of which this one has heard nothing.
    new TestCatalog(test.database).catalog.kill("default", "killed", new Note("bob", "alarm"));

    Map<FeatureName, FeatureSwitches> switches = test.catalog.switches(names);

    assertThat(switches).hasSize(names.size());
    assertThat(switches.entrySet().stream().filter(entry -> entry.getValue().isOn()))
        .extracting(entry -> entry.getKey().feature())
        .containsExactly("on");
    assertThat(switches.get(new FeatureName("default", "killed")))
        .isEqualTo(new FeatureSwitches(true, false, false, true, "bob", "alarm", test.revision()));

    test.catalog.revive("default", "killed", new Note("cid", "fixed"));

    assertThat(test.catalog.switches(names).get(new FeatureName("default", "killed")))
        .isEqualTo(new FeatureSwitches(true, false, false, false, "cid", "fixed", test.revision()));
  }

  @Test
  void rollouts_asDocuments_areKeptLikeTheOthers() {
    test.put(feature("checkout"), rollout("half", "checkout"));
    long first = test.revision();
    test.put(Samples.document(Samples.featureBuilder("checkout", 30)), rollout("half", "search"));
    test.delete(Samples.rolloutId("half"));

    assertThat(test.keys()).containsExactly("feature/checkout");
    assertThat(test.getAt(Samples.rolloutId("half"), first).getDocument())
        .isEqualTo(rollout("half", "checkout"));
    assertThat(test.history())
        .contains(
            first + " ann CREATED rollout/half",
            (first + 1) + " ann UPDATED rollout/half",
            (first + 2) + " ann DELETED rollout/half");

    test.catalog.restore(
        new RestoreCommand(
            "default",
            Optional.of(Samples.rolloutId("half")),
            first,
            OptionalLong.empty(),
            false,
            TestCatalog.NOTE));

    assertThat(test.get(Samples.rolloutId("half")).getDocument())
        .isEqualTo(rollout("half", "checkout"));
  }
}
