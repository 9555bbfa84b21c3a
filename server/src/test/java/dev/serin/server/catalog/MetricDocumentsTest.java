package dev.serin.server.catalog;

import static dev.serin.server.catalog.FeatureServer.failure;
import static dev.serin.server.catalog.FeatureServer.shown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.FeatureServer.Failure;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.CopyDocumentsRequest;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DeleteDocumentRequest;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListHistoryRequest;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;
import dev.serin.v1.RestoreDocumentsRequest;
import dev.serin.v1.StoredDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics, as documents and in features, through every call of FeatureService that takes them. */
class MetricDocumentsTest {
  private static final String METRICS =
      """
      metric:
        key: spent
        description: What an order costs.
        kind: mean
        measure: CNY
        better: higher
        cap: 2500
        missing: zero
      ---
      metric: {key: errors, kind: event, better: lower}
      ---
      metric: {key: requests, kind: event, better: higher}
      ---
      metric: {key: failing, kind: ratio, better: lower, numerator: errors, denominator: requests}
      """;

  private static final String FEATURE =
      """
      feature:
        key: checkout
        variants: [{key: "on", value: true}, {key: "off", value: false}]
        default_variant: "off"
        metrics:
          - {key: latency, kind: quantile, measure: ms, better: lower}
          - {key: spent, kind: mean, measure: CNY, better: higher, cap: 100}
          - {key: per-order, kind: ratio, better: higher, numerator: spent, denominator: requests}
      """;

  @TempDir Path directory;
  private FeatureServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FeatureServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void applyDocuments_ofMetrics_storesThemAsTheyAreWritten() {
    ApplyDocumentsResponse response = server.apply(METRICS);

    assertThat(shown(response.getChangesList()))
        .containsExactlyInAnyOrder(
            "CREATED metric/errors",
            "CREATED metric/failing",
            "CREATED metric/requests",
            "CREATED metric/spent");
    StoredDocument stored = get("default", "spent");
    assertThat(stored.getRevision()).isEqualTo(response.getRevision());
    assertThat(stored.getDocument().getMetric())
        .isEqualTo(
            Metric.newBuilder()
                .setKey("spent")
                .setDescription("What an order costs.")
                .setKind(MetricKind.METRIC_KIND_MEAN)
                .setMeasure("CNY")
                .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER)
                .setCap(2500)
                .setMissing(MissingMeans.MISSING_MEANS_ZERO)
                .build());
    assertThat(
            server
                .stub
                .listDocuments(
                    ListDocumentsRequest.newBuilder()
                        .setKind(DocumentKind.DOCUMENT_KIND_METRIC)
                        .setKeyContains("e")
                        .build())
                .getDocumentsList())
        .extracting(document -> document.getDocument().getMetric().getKey())
        .containsExactly("errors", "requests", "spent");
    assertThat(server.apply(METRICS).getUnchanged()).isEqualTo(4);
  }

  @Test
  void applyDocuments_dryRun_tellsWhatWouldChangeInMetricsAndInFeatures() {
    server.apply(METRICS + "---\n" + FEATURE);

    ApplyDocumentsResponse dry =
        server.stub.applyDocuments(
            FeatureServer.request(
                    METRICS.replace("cap: 2500", "cap: 3000")
                        + "---\n"
                        + FEATURE.replace("cap: 100", "missing: zero"))
                .setDryRun(true)
                .build());

    assertThat(shown(dry.getChangesList()))
        .containsExactlyInAnyOrder(
            "UPDATED feature/checkout metrics[1].cap,metrics[1].missing",
            "UPDATED metric/spent cap");
    assertThat(get("default", "spent").getDocument().getMetric().getCap()).isEqualTo(2500);
  }

  @Test
  void deleteDocument_ofAMetricInUse_namesItsUsers() {
    server.apply(METRICS + "---\n" + FEATURE);

    Failure failure = failure(() -> delete("requests"));

    assertThat(failure.code()).isEqualTo("FAILED_PRECONDITION");
    assertThat(failure.reason()).isEqualTo("DOCUMENT_IN_USE");
    assertThat(failure.message())
        .isEqualTo(
            "metric/requests: 2 documents refer to it: feature/checkout, metric/failing"
                + " (expected: none)");
    // The feature has a metric of its own of this key.
    delete("spent");
    delete("failing");
    assertThat(server.list("default"))
        .containsExactly("feature/checkout", "metric/errors", "metric/requests");
  }

  @Test
  void applyDocuments_thatChangeAMetricsKind_isRefusedByThoseWhoCountOnIt() {
    server.apply(METRICS + "---\n" + FEATURE);

    Failure failure =
        failure(() -> server.apply("metric: {key: requests, kind: quantile, better: higher}"));

    assertThat(failure.reason()).isEqualTo("INVALID_DOCUMENT");
    assertThat(failure.violations())
        .containsExactly(
            "feature/checkout: metrics[2].denominator: 'requests', a quantile"
                + " (expected: the key of an event or a mean)",
            "metric/failing: denominator: 'requests', a quantile (expected: the key"
                + " of an event or a mean)");
  }

  @Test
  void history_ofAMetric_isKeptAndRestored() {
    long first = server.apply(METRICS).getRevision();
    server.apply(METRICS.replace("cap: 2500", "cap: 3000"));

    assertThat(
            server
                .stub
                .listHistory(
                    ListHistoryRequest.newBuilder()
                        .setKind(DocumentKind.DOCUMENT_KIND_METRIC)
                        .setKey("spent")
                        .build())
                .getEntriesList())
        .extracting(entry -> shown(entry.getChange()))
        .containsExactly("UPDATED metric/spent cap", "CREATED metric/spent");

    server.stub.restoreDocuments(RestoreDocumentsRequest.newBuilder().setRevision(first).build());

    StoredDocument restored = get("default", "spent");
    assertThat(restored.getDocument().getMetric().getCap()).isEqualTo(2500);
    assertThat(restored.getRevision()).isEqualTo(first + 2);
  }

  @Test
  void copyDocuments_ofARatio_takesItsPartsAlongOrIsRefused() {
    server.apply(METRICS);
    server.stub.createNamespace(CreateNamespaceRequest.newBuilder().setName("eu").build());

    Failure alone = failure(() -> copy("failing", "errors"));
    assertThat(alone.reason()).isEqualTo("INVALID_DOCUMENT");
    assertThat(alone.violations())
        .containsExactly(
            "metric/failing: denominator: 'requests' (expected: the key of a metric"
                + " of the namespace)");

    copy("failing", "errors", "requests");
    assertThat(server.list("eu"))
        .containsExactly("metric/errors", "metric/failing", "metric/requests");
    assertThat(get("eu", "failing").getDocument())
        .isEqualTo(get("default", "failing").getDocument());
  }

  private StoredDocument get(String namespace, String key) {
    return server
        .stub
        .getDocument(
            GetDocumentRequest.newBuilder()
                .setNamespace(namespace)
                .setKind(DocumentKind.DOCUMENT_KIND_METRIC)
                .setKey(key)
                .build())
        .getDocument();
  }

  private void delete(String key) {
    server.stub.deleteDocument(
        DeleteDocumentRequest.newBuilder()
            .setKind(DocumentKind.DOCUMENT_KIND_METRIC)
            .setKey(key)
            .build());
  }

  private void copy(String... keys) {
    CopyDocumentsRequest.Builder copy = CopyDocumentsRequest.newBuilder().setToNamespace("eu");
    for (String key : List.of(keys)) {
      copy.addDocuments(
          DocumentRef.newBuilder().setKind(DocumentKind.DOCUMENT_KIND_METRIC).setKey(key));
    }
    server.stub.copyDocuments(copy.build());
  }
}
