package dev.serin.server.catalog;

import static dev.serin.server.catalog.CatalogApplyTest.refused;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.run;
import static dev.serin.server.catalog.Samples.segment;
import static dev.serin.server.catalog.Samples.segmentId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Value;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.DocumentId;
import dev.serin.server.catalog.ServedRun.Serving;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.EventWhen;
import dev.serin.v1.Feature;
import dev.serin.v1.LayerSlot;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;
import dev.serin.v1.Override;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Schedule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** protocols.md 1: what may change while a run is active, and what may not. */
class RunGuardTest {
  /** Split "main" is reached by the rule "to-main", after "first" and before "after". */
  private static final Feature CHECKOUT =
      Feature.newBuilder()
          .setKey("checkout")
          .setDescription("described")
          .addVariants(variant("on", 1))
          .addVariants(variant("off", 2))
          .addVariants(variant("other", 3))
          .setOffVariant("off")
          .setDefaultVariant("off")
          .addPrerequisites(Prerequisite.newBuilder().setFeature("account").addVariants("on"))
          .setHoldout("new")
          .setLayer(LayerSlot.newBuilder().setLayer("ui").setFrom(0).setUntil(50))
          .addSplits(split("main", "on", "off", 25))
          .addSplits(split("second", "on", "other", 50))
          .addRules(rule("first", "staff").setServe(Serve.newBuilder().setVariant("other")))
          .addRules(rule("to-main", "beta").setServe(Serve.newBuilder().setSplit("main")))
          .addRules(rule("after", "later").setServe(Serve.newBuilder().setSplit("second")))
          .setDefaultRule(Serve.newBuilder().setVariant("off"))
          .build();

  @TempDir Path directory;
  private TestCatalog test;

  private static Variant variant(String key, int value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setNumberValue(value))
        .build();
  }

  private static Split split(String id, String first, String second, int percent) {
    return Split.newBuilder()
        .setId(id)
        .addWeights(WeightedVariant.newBuilder().setVariant(first).setWeight(percent))
        .addWeights(WeightedVariant.newBuilder().setVariant(second).setWeight(100 - percent))
        .build();
  }

  private static Rule.Builder rule(String id, String segment) {
    return Rule.newBuilder()
        .setId(id)
        .addWhen(Condition.newBuilder().addAny(Condition.newBuilder().setSegment(segment)));
  }

  private static Document segmentOf(String key, String other) {
    return Document.newBuilder()
        .setSegment(
            Segment.newBuilder()
                .setKey(key)
                .addWhen(Condition.newBuilder().setNot(Condition.newBuilder().setSegment(other))))
        .build();
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(TestStore.SQLITE.fresh(directory));
    test.put(
        segment("staff", "ann"),
        segmentOf("beta", "base"),
        segment("base", "bob"),
        segment("later", "cid"),
        segment("of-account", "dan"),
        Samples.layer("ui"),
        Samples.holdout("new"),
        Samples.featureFor("account", "of-account"),
        Samples.feature("search"),
        Samples.document(CHECKOUT.toBuilder()));
    test.serve(run("checkout", "run-1"));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private DynamicTest held(String what, String document, Runnable change) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          long revision = test.revision();
          ApiException refused = refused(change::run);
          assertThat(refused.reason()).isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
          assertThat(refused)
              .hasMessage(document + ": run run-1 depends on it (expected: no active run)");
          assertThat(test.revision()).isEqualTo(revision);
        });
  }

  private DynamicTest heldEdit(String what, Consumer<Feature.Builder> edit) {
    return held(what, "feature/checkout", () -> put(edit));
  }

  private DynamicTest freeEdit(String what, Consumer<Feature.Builder> edit) {
    return free(what, () -> put(edit));
  }

  private DynamicTest free(String what, Runnable change) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          long revision = test.revision();
          change.run();
          assertThat(test.revision()).isGreaterThan(revision);
          test.put(Samples.document(CHECKOUT.toBuilder()));
        });
  }

  private void put(Consumer<Feature.Builder> edit) {
    Feature.Builder next = CHECKOUT.toBuilder();
    edit.accept(next);
    test.put(Samples.document(next));
  }

  @TestFactory
  Stream<DynamicTest> edit_ofWhatLeadsToTheSplit_isRefused() {
    return Stream.of(
        heldEdit("weights", f -> f.setSplits(0, split("main", "on", "off", 50))),
        heldEdit(
            "coverage", f -> f.getSplitsBuilder(0).setCoverage(Share.newBuilder().setParts(50))),
        heldEdit("salt", f -> f.getSplitsBuilder(0).setSalt("other")),
        heldEdit("treatment's value", f -> f.setVariants(0, variant("on", 9))),
        heldEdit("control's value", f -> f.setVariants(1, variant("off", 9))),
        heldEdit("off variant", f -> f.setOffVariant("other")),
        heldEdit("default variant", f -> f.setDefaultVariant("other")),
        heldEdit("disabled", f -> f.setDisabled(true)),
        heldEdit(
            "schedule",
            f ->
                f.setSchedule(
                    Schedule.newBuilder().setUntil(Timestamps.fromSeconds(2_000_000_000)))),
        heldEdit("prerequisite", f -> f.clearPrerequisites()),
        heldEdit("prerequisite's variants", f -> f.getPrerequisitesBuilder(0).addVariants("off")),
        heldEdit("holdout", f -> f.clearHoldout()),
        heldEdit("layer slot", f -> f.getLayerBuilder().setUntil(60)),
        heldEdit("rule before", f -> f.getRulesBuilder(0).clearWhen()),
        heldEdit("rule to the split", f -> f.getRulesBuilder(1).clearWhen()),
        heldEdit("rule put before", f -> f.addRules(0, rule("new", "later").setServe(off()))),
        heldEdit("rules in another order", f -> f.addRules(f.getRules(0)).removeRules(0)),
        heldEdit("another way to the split", f -> f.getRulesBuilder(2).setServe(main())),
        heldEdit("the default rule to the split", f -> f.setDefaultRule(main())),
        heldEdit("split gone", f -> f.removeSplits(0).getRulesBuilder(1).setServe(off())));
  }

  private static Serve off() {
    return Serve.newBuilder().setVariant("off").build();
  }

  private static Serve main() {
    return Serve.newBuilder().setSplit("main").build();
  }

  @TestFactory
  Stream<DynamicTest> edit_ofAnythingElseOfTheFeature_isFree() {
    return Stream.of(
        freeEdit("words", f -> f.setDescription("new").setOwner("payments").addTags("a")),
        freeEdit("words of parts", RunGuardTest::describe),
        freeEdit("another variant's value", f -> f.setVariants(2, variant("other", 9))),
        freeEdit("another variant", f -> f.addVariants(variant("more", 4))),
        freeEdit("another split", f -> f.setSplits(1, split("second", "on", "other", 60))),
        freeEdit("rule behind", f -> f.getRulesBuilder(2).clearWhen()),
        freeEdit("rule put behind", f -> f.addRules(2, rule("new", "later").setServe(off()))),
        freeEdit("default rule", f -> f.clearDefaultRule()),
        freeEdit(
            "overrides",
            f -> f.addOverrides(Override.newBuilder().setVariant("on").addUserKeys("qa"))),
        freeEdit("metrics", f -> f.addMetrics(Samples.metric("errors").getMetric())));
  }

  private static void describe(Feature.Builder feature) {
    feature.getVariantsBuilder(0).setDescription("new");
    feature.getSplitsBuilder(0).setDescription("new");
    feature.getRulesBuilder(0).setDescription("new");
  }

  @TestFactory
  Stream<DynamicTest> documents_onTheWayToTheSplit_areKeptWhole() {
    return Stream.of(
        held("segment of a rule before", "segment/staff", () -> test.put(segment("staff", "eve"))),
        held("segment of the rule", "segment/beta", () -> test.put(segment("beta", "eve"))),
        held("segment of a segment", "segment/base", () -> test.put(segment("base", "eve"))),
        held("prerequisite", "feature/account", () -> test.put(Samples.feature("account", 50))),
        held(
            "segment of a prerequisite",
            "segment/of-account",
            () -> test.put(segment("of-account", "eve"))),
        held(
            "layer",
            "layer/ui",
            () ->
                test.put(
                    Document.newBuilder()
                        .setLayer(Samples.layer("ui").getLayer().toBuilder().setDescription("new"))
                        .build())),
        held(
            "holdout",
            "holdout/new",
            () ->
                test.put(
                    Document.newBuilder()
                        .setHoldout(
                            Samples.holdout("new").getHoldout().toBuilder()
                                .setShare(Share.newBuilder().setParts(6)))
                        .build())));
  }

  @TestFactory
  Stream<DynamicTest> documents_elsewhere_areFree() {
    return Stream.of(
        free("segment of a rule behind", () -> test.put(segment("later", "eve"))),
        free("another feature", () -> test.put(Samples.feature("search", 50))),
        free("a metric", () -> test.put(Samples.metric("errors"))),
        free("a rollout", () -> test.put(Samples.rollout("checkout", "checkout"))),
        free("a rollout's deletion", () -> test.delete(Samples.rolloutId("checkout"))),
        free("another feature's deletion", () -> test.delete(featureId("search"))),
        free("kill switch", () -> test.catalog.kill("default", "checkout", TestCatalog.NOTE)),
        free(
            "kill switch lifted",
            () -> test.catalog.revive("default", "checkout", TestCatalog.NOTE)),
        free(
            "kill switch of a prerequisite",
            () -> test.catalog.kill("default", "account", TestCatalog.NOTE)));
  }

  /** One that says otherwise what an outcome without a value means. */
  private static Metric.Builder otherwise(String key) {
    return Samples.metricBuilder(key, MetricKind.METRIC_KIND_EVENT)
        .setMissing(MissingMeans.MISSING_MEANS_ZERO);
  }

  private static ServedRun judging(Serving serving, boolean active, String... metrics) {
    return new ServedRun(
        "checkout",
        "main",
        "run-1",
        serving,
        active,
        1,
        "on",
        "off",
        5,
        100,
        false,
        60_000,
        List.of(metrics));
  }

  private void assertHeld(String document, Runnable change) {
    long revision = test.revision();
    assertThat(refused(change::run))
        .hasMessage(document + ": run run-1 depends on it (expected: no active run)");
    assertThat(test.revision()).isEqualTo(revision);
  }

  @Test
  void metrics_thatARunJudges_areCountedByOneDefinitionToItsEnd() {
    test.put(
        Samples.metric("errors"),
        Samples.metric("calls"),
        Samples.metric("spare"),
        Samples.ratio("rate", "errors", "calls"));
    test.serve(judging(Serving.RUNNING, true, "rate"));

    assertHeld("metric/errors", () -> test.put(Samples.metric(otherwise("errors"))));
    assertHeld("metric/calls", () -> test.put(Samples.metric(otherwise("calls"))));
    assertHeld("metric/rate", () -> test.put(Samples.ratio("rate", "calls", "errors")));
    assertHeld("metric/rate", () -> test.delete(Samples.metricId("rate")));
    test.put(Samples.metric(otherwise("spare")));
    test.put(
        Samples.metric(
            Samples.metricBuilder("errors", MetricKind.METRIC_KIND_EVENT).setDescription("new")));

    test.serve(judging(Serving.COMPLETED, false, "rate"));

    test.put(Samples.metric(otherwise("errors")));
    test.delete(Samples.metricId("rate"));
  }

  /** A ratio of an event that is made of a mean: what the mean counts decides what the ratio is. */
  @Test
  void metrics_thatPartsOfAJudgedOneAreMadeOf_areKeptToo() {
    Metric.Builder latency = Samples.metricBuilder("latency", MetricKind.METRIC_KIND_MEAN);
    test.put(
        Samples.metric(latency),
        Samples.metric(
            Samples.metricBuilder("slow", MetricKind.METRIC_KIND_EVENT)
                .setWhen(EventWhen.newBuilder().setMetric("latency").setAbove(800))),
        Samples.metric("calls"),
        Samples.ratio("slow-calls", "slow", "calls"));
    test.serve(judging(Serving.RUNNING, true, "slow-calls"));

    assertHeld("metric/latency", () -> test.put(Samples.metric(latency.clone().setCap(500))));
  }

  @Test
  void featuresOwnMetric_insteadOfAJudgedOne_isFreeWhereItCountsAlike() {
    test.put(Samples.metric("errors"));
    test.serve(judging(Serving.RUNNING, true, "errors"));

    assertHeld("feature/checkout", () -> put(f -> f.addMetrics(otherwise("errors"))));
    put(f -> f.addMetrics(Samples.metric("errors").getMetric()));
    assertHeld("feature/checkout", () -> put(f -> f.addMetrics(otherwise("errors"))));

    // The feature counts by its own from here on.
    test.put(Samples.metric(otherwise("errors")));
    assertHeld("feature/checkout", () -> put(f -> f.clearMetrics()));
  }

  @Test
  void feature_ofAnActiveRun_isNeitherArchivedNorDeleted() {
    assertThat(refused(() -> test.archive("checkout")).reason())
        .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    assertThat(refused(() -> test.delete(featureId("checkout"))).reason())
        .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    assertThat(refused(() -> test.archive("account")).reason())
        .isIn(ErrorReason.ROLLOUT_ACTIVE, ErrorReason.DOCUMENT_IN_USE);
  }

  @Test
  void restore_ofWhatWasOtherwise_isRefused() {
    test.put(segment("free", "x"));
    long revision = test.revision();

    assertThat(refused(() -> restore(1, Optional.empty())).reason())
        .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    assertThat(restore(2, Optional.of(segmentId("later"))).changes()).isEmpty();
    assertThat(test.revision()).isEqualTo(revision);
    assertThat(restore(2, Optional.empty()).changes()).hasSize(1);
  }

  private ApplyResult restore(long revision, Optional<DocumentId> document) {
    return test.catalog.restore(
        new RestoreCommand(
            "default", document, revision, OptionalLong.empty(), false, TestCatalog.NOTE));
  }

  @Test
  void dryRun_ofWhatIsRefused_saysSo() {
    assertThat(
            refused(
                    () ->
                        test.catalog.apply(
                            new ApplyCommand(
                                "default",
                                TestCatalog.puts(segment("beta", "eve")),
                                OptionalLong.empty(),
                                true,
                                TestCatalog.NOTE,
                                ChangeSource.CHANGE_SOURCE_API)))
                .reason())
        .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
  }

  @Test
  void documents_ofARunThatWaitsOrIsTakenBack_areKeptToItsEnd() {
    for (Serving serving : List.of(Serving.WAITING, Serving.ROLLED_BACK)) {
      test.serve(run("checkout", "run-1", serving, true));
      assertThat(refused(() -> test.put(segment("beta", "eve"))).reason())
          .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    }

    test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));

    put(f -> f.setSplits(0, split("main", "on", "off", 50)));
    test.put(segment("beta", "eve"));
    test.archive("checkout");
  }

  @Test
  void namespace_withAnActiveRun_isNotDeleted() {
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", Samples.feature("checkout"));
    test.serve("shop", run("checkout", "run-2"));

    assertThat(refused(() -> test.catalog.deleteNamespace("shop", TestCatalog.NOTE)))
        .hasMessage("namespace/shop: run run-2 depends on it (expected: no active run)");
  }

  @Test
  void copy_overWhatARunDependsOn_isRefused() {
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", segment("beta", "eve"));

    assertThat(
            refused(
                    () ->
                        test.catalog.copy(
                            new CopyCommand(
                                "shop",
                                "default",
                                List.of(new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, "beta")),
                                OptionalLong.empty(),
                                false,
                                TestCatalog.NOTE)))
                .reason())
        .isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
  }

  /** It takes a revision, which the change was not decided on. */
  @Test
  void run_thatStartsWhileAChangeIsDecided_hasItDecidedAgain() {
    AtomicInteger decided = new AtomicInteger();
    Catalog catalog =
        new Catalog(
            test.database,
            rollout -> {
              if (decided.getAndIncrement() == 0) {
                test.serve(run("search", "run-2"));
              }
              return List.of();
            },
            test.clock,
            new SecureRandom());
    ApplyCommand command =
        TestCatalog.command(
            "default",
            TestCatalog.puts(Samples.rollout("half", "search"), Samples.feature("search", 60)));

    assertThat(refused(() -> catalog.apply(command)))
        .hasMessage("feature/search: run run-2 depends on it (expected: no active run)");

    assertThat(decided).hasValue(2);
    assertThat(test.keys()).doesNotContain("rollout/half");
  }
}
