package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureFor;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.metric;
import static dev.serin.server.catalog.Samples.metricId;
import static dev.serin.server.catalog.Samples.ratio;
import static dev.serin.server.catalog.Samples.segment;
import static dev.serin.server.catalog.Samples.segmentId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Timestamps;
import dev.serin.engine.MetricSource;
import dev.serin.engine.SnapshotSource;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.StoredDocument;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestStore.class)
class CatalogApplyTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  CatalogApplyTest(TestStore store) {
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
  void store_new_holdsTheDefaultNamespaceAtRevisionOne() {
    assertThat(test.catalog.listNamespaces())
        .singleElement()
        .satisfies(
            namespace -> {
              assertThat(namespace.getName()).isEqualTo("default");
              assertThat(namespace.getRevision()).isEqualTo(1);
              assertThat(namespace.getCreateTime().getSeconds()).isPositive();
            });
    assertThat(test.keys()).isEmpty();
    assertThat(test.history()).isEmpty();
  }

  @Test
  void apply_newDocuments_areOneRevision() {
    test.clock.advance(Duration.ofMillis(1_250));

    ApplyResult result = test.put(feature("checkout"), segment("beta", "ann"));

    assertThat(result.revision()).isEqualTo(2);
    assertThat(result.unchanged()).isZero();
    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("CREATED feature/checkout", "CREATED segment/beta");
    assertThat(test.revision()).isEqualTo(2);
    StoredDocument stored = test.get(featureId("checkout"));
    assertThat(stored.getRevision()).isEqualTo(2);
    assertThat(stored.getNote().getActor()).isEqualTo("ann");
    assertThat(stored.getNote().getReason()).isEqualTo("test");
    assertThat(stored.getSource()).isEqualTo(ChangeSource.CHANGE_SOURCE_API);
    assertThat(stored.getArchived()).isFalse();
    assertThat(stored.getKilled()).isFalse();
    assertThat(Timestamps.toMillis(stored.getChangeTime())).isEqualTo(test.clock.millis());
  }

  @Test
  void apply_newSplit_isStoredWithItsSalt() {
    test.put(feature("checkout"));

    Feature stored = test.get(featureId("checkout")).getDocument().getFeature();
    assertThat(stored.getSplits(0).getSalt()).isEqualTo("default/checkout/main");
  }

  @Test
  void apply_equalDocuments_changeNothing() {
    test.put(feature("checkout"), segment("beta"));

    ApplyResult result = test.put(feature("checkout"), segment("beta"), segment("new"));
    ApplyResult again = test.put(feature("checkout"));

    assertThat(result.revision()).isEqualTo(3);
    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("CREATED segment/new");
    assertThat(result.unchanged()).isEqualTo(2);
    assertThat(again).isEqualTo(new ApplyResult(3, List.of(), 1));
    assertThat(test.get(featureId("checkout")).getRevision()).isEqualTo(2);
  }

  @Test
  void apply_changedDocument_tellsFieldByField() {
    test.put(feature("checkout", 25));

    ApplyResult result = test.put(feature("checkout", 50));

    assertThat(result.changes())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(TestCatalog.shown(change)).isEqualTo("UPDATED feature/checkout");
              assertThat(change.getFieldsList())
                  .extracting(field -> field.getPath() + " " + field.getAfter())
                  .containsExactly(
                      "splits[0].weights[0].weight 50", "splits[0].weights[1].weight 50");
            });
    assertThat(test.get(featureId("checkout")).getRevision()).isEqualTo(3);
    assertThat(test.getAt(featureId("checkout"), 2).getDocument().getFeature().getSplits(0))
        .satisfies(split -> assertThat(split.getWeights(0).getWeight()).isEqualTo(25));
  }

  @Test
  void apply_dryRun_saysWhatWouldChangeAndChangesNothing() {
    ApplyResult result =
        test.catalog.apply(
            new ApplyCommand(
                "default",
                TestCatalog.puts(feature("checkout")),
                OptionalLong.empty(),
                true,
                TestCatalog.NOTE,
                ChangeSource.CHANGE_SOURCE_API));

    assertThat(result.revision()).isEqualTo(1);
    assertThat(result.changes()).hasSize(1);
    assertThat(test.revision()).isEqualTo(1);
    assertThat(test.keys()).isEmpty();
  }

  @Test
  void apply_oneInvalidDocument_refusesAllOfThem() {
    test.put(segment("beta"));

    ApiException refused =
        refused(() -> test.put(feature("good"), feature("bad", 101), featureFor("sad", "gone")));

    assertThat(refused.reason()).isEqualTo(ErrorReason.INVALID_DOCUMENT);
    assertThat(refused.violations())
        .extracting(violation -> violation.document())
        .contains("feature/bad", "feature/sad")
        .doesNotContain("feature/good");
    assertThat(test.keys()).containsExactly("segment/beta");
    assertThat(test.revision()).isEqualTo(2);
  }

  @Test
  void apply_namespaceUnknown_isNotFound() {
    assertThat(refused(() -> test.put("shop", feature("checkout"))).reason())
        .isEqualTo(ErrorReason.NAMESPACE_NOT_FOUND);
  }

  @Test
  void apply_documentTwice_isRefusedByName() {
    ApiException refused = refused(() -> test.put(segment("beta"), segment("beta", "ann")));

    assertThat(refused.reason()).isEqualTo(ErrorReason.INVALID_REQUEST);
    assertThat(refused).hasMessageContaining("documents[1]: segment/beta for the second time");
  }

  @Test
  void apply_metrics_areStoredAndReferToEachOther() {
    test.put(metric("errors"), metric("requests"), ratio("rate", "errors", "requests"));
    test.put(feature("checkout"));

    ApiException refused = refused(() -> test.delete(metricId("errors")));
    assertThat(refused.reason()).isEqualTo(ErrorReason.DOCUMENT_IN_USE);
    assertThat(refused).hasMessageContaining("metric/rate");

    test.delete(metricId("rate"));
    test.delete(metricId("errors"));
    SnapshotSource source = test.catalog.states().current("default").source();
    assertThat(source.metrics())
        .isEqualTo(Map.of("requests", new MetricSource(metric("requests").getMetric(), 2)));
  }

  @Test
  void apply_documentOfNoKind_isRefused() {
    assertThat(refused(() -> test.put(Document.getDefaultInstance())).reason())
        .isEqualTo(ErrorReason.INVALID_REQUEST);
  }

  @Test
  void apply_expectedRevisionOfNamespace_isHeld() {
    test.put(segment("beta"));

    ApiException refused = refused(() -> applyExpecting(1, segment("beta", "ann")));

    assertThat(refused.reason()).isEqualTo(ErrorReason.REVISION_CONFLICT);
    assertThat(refused).hasMessage("namespace \"default\": revision 2 (expected: revision 1)");
    assertThat(applyExpecting(2, segment("beta", "ann")).revision()).isEqualTo(3);
  }

  private ApplyResult applyExpecting(long revision, Document document) {
    return test.catalog.apply(
        new ApplyCommand(
            "default",
            TestCatalog.puts(document),
            OptionalLong.of(revision),
            false,
            TestCatalog.NOTE,
            ChangeSource.CHANGE_SOURCE_API));
  }

  @Test
  void apply_expectedRevisionOfDocument_isHeld() {
    test.put(segment("beta"));
    test.put(segment("other"));

    DocumentWrite created = new DocumentWrite.Put(segment("beta", "ann"), OptionalLong.of(0));
    DocumentWrite stale = new DocumentWrite.Put(segment("beta", "ann"), OptionalLong.of(3));
    DocumentWrite right = new DocumentWrite.Put(segment("beta", "ann"), OptionalLong.of(2));
    DocumentWrite absent = new DocumentWrite.Put(segment("new"), OptionalLong.of(2));

    assertThat(refused(() -> test.write(created)))
        .hasMessage("segment/beta: revision 2 (expected: not there)");
    assertThat(refused(() -> test.write(stale)))
        .hasMessage("segment/beta: revision 2 (expected: revision 3)");
    assertThat(refused(() -> test.write(absent)).reason()).isEqualTo(ErrorReason.REVISION_CONFLICT);
    assertThat(test.write(right).revision()).isEqualTo(4);
  }

  @Test
  void delete_documentInUse_namesItsUsers() {
    test.put(segment("beta"), featureFor("checkout", "beta"), featureFor("search", "beta"));

    ApiException refused = refused(() -> test.delete(segmentId("beta")));

    assertThat(refused.reason()).isEqualTo(ErrorReason.DOCUMENT_IN_USE);
    assertThat(refused)
        .hasMessage(
            "segment/beta: 2 documents refer to it: feature/checkout, feature/search"
                + " (expected: none)");
    assertThat(test.keys()).hasSize(3);
  }

  @Test
  void delete_withItsUsers_isOneRevision() {
    test.put(segment("beta"), featureFor("checkout", "beta"));

    ApplyResult result =
        test.write(
            new DocumentWrite.Delete(segmentId("beta"), OptionalLong.empty()),
            new DocumentWrite.Delete(featureId("checkout"), OptionalLong.of(2)));

    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("DELETED segment/beta", "DELETED feature/checkout");
    assertThat(test.keys()).isEmpty();
    assertThat(refused(() -> test.get(featureId("checkout"))).reason())
        .isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(test.getAt(featureId("checkout"), 2).getRevision()).isEqualTo(2);
    assertThat(refused(() -> test.delete(featureId("checkout"))).reason())
        .isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
  }

  @Test
  void archive_feature_isKeptAndNotEvaluated() {
    test.put(feature("checkout"));

    ApplyResult result = test.archive("checkout");
    ApplyResult again = test.archive("checkout");

    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("ARCHIVED feature/checkout");
    assertThat(again.revision()).isEqualTo(3);
    assertThat(again.unchanged()).isEqualTo(1);
    assertThat(test.get(featureId("checkout")).getArchived()).isTrue();
    assertThat(test.catalog.states().current("default").source().features()).isEmpty();
    assertThat(refused(() -> test.archive("gone")).reason())
        .isEqualTo(ErrorReason.FEATURE_NOT_FOUND);
  }

  @Test
  void apply_archivedFeature_bringsItBack() {
    test.put(feature("checkout"));
    test.archive("checkout");

    ApplyResult result = test.put(feature("checkout"));

    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("UPDATED feature/checkout");
    assertThat(test.get(featureId("checkout")).getArchived()).isFalse();
    assertThat(test.catalog.states().current("default").source().features())
        .containsOnlyKeys("checkout");
  }

  @Test
  void validate_documents_reportsAllAndChangesNothing() {
    assertThat(
            test.catalog.validate("default", List.of(feature("bad", 101), featureFor("sad", "no"))))
        .extracting(violation -> violation.key())
        .contains("bad", "sad");
    assertThat(test.catalog.validate("default", List.of(feature("good")))).isEmpty();
    assertThat(test.revision()).isEqualTo(1);
  }

  static ApiException refused(ThrowingCallable call) {
    return catchThrowableOfType(ApiException.class, call);
  }
}
