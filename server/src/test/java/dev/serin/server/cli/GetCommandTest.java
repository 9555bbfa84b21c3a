package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.GetDocumentResponse;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.ListNamespacesResponse;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;
import dev.serin.v1.Namespace;
import dev.serin.v1.Segment;
import dev.serin.v1.Share;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GetCommandTest {
  private static final Timestamp NOON =
      Timestamp.newBuilder().setSeconds(1_893_499_200).setNanos(5).build();

  private static final String WIDE =
      """
      FEATURE  TYPE  VARIANTS  DEFAULT  STATE     OWNER  REVISION  CHANGED               BY
      look     bool  off, on   off      on        us           12  2030-01-01T12:00:00Z  ann (why)
      old      bool  off, on   off      KILLED    us            3  2030-01-01T12:00:00Z  ann (why)
      zoo      bool  off, on   off      archived  us            4  2030-01-01T12:00:00Z  ann (why)
      """;

  private final FakeApi api = api();

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void get_features_isATable() {
    api.will(
            "ListDocuments",
            ListDocumentsResponse.newBuilder()
                .addDocuments(stored(feature("look"), 12))
                .addDocuments(stored(feature("old"), 3).toBuilder().setKilled(true))
                .setNextPageToken("more")
                .build())
        .will(
            "ListDocuments",
            ListDocumentsResponse.newBuilder()
                .addDocuments(stored(feature("zoo"), 4).toBuilder().setArchived(true))
                .build());

    Run run = api.run("get", "features", "--archived", "-n", "shop", "--contains", "o", "-owide");

    assertThat(run).isEqualTo(new Run(0, WIDE, ""));
    assertThat(api.request(1, ListDocumentsRequest.class))
        .isEqualTo(
            ListDocumentsRequest.newBuilder()
                .setNamespace("shop")
                .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                .setKeyContains("o")
                .setIncludeArchived(true)
                .setPageSize(1_000)
                .setPageToken("more")
                .build());
  }

  @Test
  void get_all_isATableForEachKind() {
    api.will(
        "ListDocuments",
        ListDocumentsResponse.newBuilder()
            .addDocuments(stored(feature("f"), 1))
            .addDocuments(
                stored(
                    Document.newBuilder()
                        .setSegment(
                            Segment.newBuilder()
                                .setKey("beta")
                                .addIncluded("u1")
                                .addIncluded("u2")
                                .addWhen(Condition.getDefaultInstance()))
                        .build(),
                    2))
            .addDocuments(
                stored(
                    Document.newBuilder()
                        .setLayer(Layer.newBuilder().setKey("prices").setTotal(1_000))
                        .build(),
                    3))
            .addDocuments(
                stored(
                    Document.newBuilder()
                        .setHoldout(
                            Holdout.newBuilder()
                                .setKey("five")
                                .setUnit("device")
                                .setShare(Share.newBuilder().setParts(5)))
                        .build(),
                    4))
            .addDocuments(
                stored(
                    Document.newBuilder()
                        .setMetric(
                            Metric.newBuilder()
                                .setKey("spent")
                                .setKind(MetricKind.METRIC_KIND_MEAN)
                                .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER)
                                .setMeasure("CNY")
                                .setCap(2_500)
                                .setMissing(MissingMeans.MISSING_MEANS_ZERO))
                        .build(),
                    5))
            .addDocuments(
                stored(
                    Document.newBuilder()
                        .setMetric(
                            Metric.newBuilder()
                                .setKey("failing")
                                .setKind(MetricKind.METRIC_KIND_RATIO)
                                .setNumerator("errors")
                                .setDenominator("requests")
                                .setBetter(BetterDirection.BETTER_DIRECTION_LOWER))
                        .build(),
                    6))
            .build());

    assertThat(api.run("get", "all").out())
        .isEqualTo(
            """
            FEATURE  TYPE  VARIANTS  DEFAULT  STATE  OWNER  REVISION
            f        bool  off, on   off      on     us            1

            SEGMENT  ATTRIBUTE  INCLUDED  EXCLUDED  CONDITIONS  REVISION
            beta     user_key          2         0           1         2

            LAYER   UNIT      TOTAL  REVISION
            prices  user_key   1000         3

            HOLDOUT  UNIT    SHARE     REVISION
            five     device  5 of 100         4

            METRIC   KIND                   MEASURE  BETTER   CAP  MISSING  REVISION
            spent    mean                   CNY      higher  2500  zero            5
            failing  ratio errors/requests           lower                         6
            """);
  }

  @Test
  void get_nothingThere_saysSoBesideTheOutput() {
    api.will("ListDocuments", ListDocumentsResponse.getDefaultInstance());

    assertThat(api.run("get", "segments"))
        .isEqualTo(new Run(0, "", "no segments in namespace default\n"));
  }

  @Test
  void get_namespaces_isATableOrOne() {
    ListNamespacesResponse two =
        ListNamespacesResponse.newBuilder()
            .addNamespaces(
                Namespace.newBuilder().setName("default").setRevision(-1).setCreateTime(NOON))
            .addNamespaces(Namespace.newBuilder().setName("shop").setRevision(9))
            .build();
    api.will("ListNamespaces", two).will("ListNamespaces", two).will("ListNamespaces", two);

    assertThat(api.run("get", "namespaces").out())
        .isEqualTo(
            """
            NAMESPACE              REVISION  CREATED
            default    18446744073709551615  2030-01-01T12:00:00Z
            shop                          9
            """);
    assertThat(api.run("get", "namespace", "shop", "-o", "json").out())
        .isEqualTo(
            """
            {
              "namespaces": [{
                "name": "shop",
                "revision": "9"
              }]
            }
            """);
    Run missing = api.run("get", "namespaces", "nope");
    assertThat(missing.exitCode()).isEqualTo(ExitCode.NOT_FOUND.code());
    assertThat(missing.err()).startsWith("error: namespace \"nope\": not found");
  }

  @Test
  void get_oneFeature_isItsFile() {
    api.will(
        "GetDocument",
        GetDocumentResponse.newBuilder()
            .setDocument(stored(feature("f"), 12).toBuilder().setKilled(true))
            .build());

    Run run = api.run("get", "feature", "f", "--at", "12");

    assertThat(run.out())
        .isEqualTo(
            """
            # revision 12, 2030-01-01T12:00:00Z, ann (why)
            # KILLED: everybody gets the off variant
            feature:
              key: f
              owner: us
              type: bool
              variants:
                - key: "off"
                  value: false
                - key: "on"
                  value: true
              default_variant: "off"
            """);
    assertThat(api.request(0, GetDocumentRequest.class))
        .isEqualTo(
            GetDocumentRequest.newBuilder()
                .setNamespace("default")
                .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                .setKey("f")
                .setAtRevision(12)
                .build());
  }

  @Test
  void get_oneFeatureAsYaml_isTheApisMessage() {
    api.will(
        "GetDocument",
        GetDocumentResponse.newBuilder().setDocument(stored(feature("f"), 12)).build());

    assertThat(api.run("get", "features", "f", "-o", "yaml").out())
        .isEqualTo(
            """
            document:
              feature:
                key: f
                owner: us
                type: bool
                variants:
                  - key: "off"
                    value: false
                  - key: "on"
                    value: true
                default_variant: "off"
            revision: 12
            note:
              actor: ann
              reason: why
            change_time: "2030-01-01T12:00:00.000000005Z"
            """);
  }

  private static Document feature(String key) {
    return Document.newBuilder()
        .setFeature(
            Feature.newBuilder()
                .setKey(key)
                .setOwner("us")
                .setType(ValueType.VALUE_TYPE_BOOL)
                .addVariants(variant("off", false))
                .addVariants(variant("on", true))
                .setDefaultVariant("off"))
        .build();
  }

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  private static StoredDocument stored(Document document, long revision) {
    return StoredDocument.newBuilder()
        .setDocument(document)
        .setRevision(revision)
        .setNote(ChangeNote.newBuilder().setActor("ann").setReason("why"))
        .setChangeTime(NOON)
        .build();
  }

  private static FakeApi api() {
    try {
      return new FakeApi();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
