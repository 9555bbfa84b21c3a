package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.ChangeKind;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import dev.serin.v1.Feature;
import dev.serin.v1.FieldChange;
import dev.serin.v1.GetDocumentResponse;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Split;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValidateDocumentsRequest;
import dev.serin.v1.ValidateDocumentsResponse;
import dev.serin.v1.Violation;
import dev.serin.v1.WeightedVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** apply and validate: what they read, send and print. */
class FilesCommandsTest {
  private static final String SEGMENT =
      """
      segment:
        key: beta
        included: [user-7]
      """;

  private static final String FEATURE =
      """
      feature:
        key: new-checkout
        variants:
          - {key: "off", value: false}
          - {key: "on", value: true}
        default_variant: "off"
        rules:
          - when: [{segment: beta}]
            serve: {variant: "on"}
      """;

  @TempDir private Path dir;
  private FakeApi api;

  @BeforeEach
  void open() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void apply_severalFiles_areOneRequest() throws IOException {
    Path feature = Files.writeString(dir.resolve("feature.yaml"), FEATURE);
    Path folder = Files.createDirectory(dir.resolve("folder"));
    Files.writeString(folder.resolve("segment.yaml"), SEGMENT);
    api.will(
        "ApplyDocuments",
        ApplyDocumentsResponse.newBuilder()
            .setRevision(8)
            .setUnchanged(1)
            .addChanges(change(DocumentKind.DOCUMENT_KIND_FEATURE, ChangeKind.CHANGE_KIND_CREATED))
            .build());

    Run run =
        api.run(
            "apply",
            "-f" + feature,
            "-f" + folder,
            "-n=shop",
            "--expect=7",
            "--actor=ann",
            "--reason=first try");

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                feature x: created
                1 document changed, 1 unchanged, revision 8
                """,
                ""));
    ApplyDocumentsRequest request = api.request(0, ApplyDocumentsRequest.class);
    assertThat(request.getNamespace()).isEqualTo("shop");
    assertThat(request.getExpectedRevision()).isEqualTo(7);
    assertThat(request.getDryRun()).isFalse();
    assertThat(request.getNote())
        .isEqualTo(ChangeNote.newBuilder().setActor("ann").setReason("first try").build());
    assertThat(request.getDocumentsList())
        .extracting(document -> document.getDocument().getDocumentCase().name())
        .containsExactly("FEATURE", "SEGMENT");
  }

  @Test
  void apply_dryRun_isADiff() {
    api.will(
        "ApplyDocuments",
        ApplyDocumentsResponse.newBuilder()
            .setRevision(7)
            .addChanges(
                change(DocumentKind.DOCUMENT_KIND_FEATURE, ChangeKind.CHANGE_KIND_UPDATED)
                    .addFields(field("splits[0].weights[0].weight", "25", "50"))
                    .addFields(field("description", "", "\"" + "x".repeat(200) + "\""))
                    .addFields(field("owner", "\"ann\"", "")))
            .addChanges(change(DocumentKind.DOCUMENT_KIND_SEGMENT, ChangeKind.CHANGE_KIND_DELETED))
            .build());

    Run run =
        Run.of(Run.NO_SERVER, SEGMENT, false, "apply", "-f-", "--dry-run", "-s" + api.address());

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                feature x: updated
                  - splits[0].weights[0].weight: 25
                  + splits[0].weights[0].weight: 50
                  + description: "%s…
                  - owner: "ann"
                segment x: deleted
                2 documents would change, revision 7 (dry run)
                """
                    .formatted("x".repeat(118)),
                ""));
    assertThat(api.request(0, ApplyDocumentsRequest.class).getDryRun()).isTrue();
    assertThat(api.request(0, ApplyDocumentsRequest.class).hasExpectedRevision()).isFalse();
  }

  @Test
  void apply_nothingNew_saysSo() {
    api.will(
        "ApplyDocuments",
        ApplyDocumentsResponse.newBuilder().setRevision(7).setUnchanged(1).build());

    assertThat(Run.of(Run.NO_SERVER, SEGMENT, false, "apply", "-f-", "-s" + api.address()).out())
        .isEqualTo("nothing to change, 1 unchanged, revision 7\n");
  }

  @Test
  void apply_unreadableFiles_areNotSent() throws IOException {
    Path broken = Files.writeString(dir.resolve("broken.yaml"), "feature:\n  kee: x\n");

    Run run = api.run("apply", "-f", broken.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(run.out()).startsWith(broken + ":2:3: ").contains("kee");
    assertThat(run.err()).endsWith("nothing was changed\n");
    assertThat(api.requests()).isEmpty();
  }

  @Test
  void apply_refusedDocuments_areToldWithTheirPlaces() throws IOException {
    Path file = Files.writeString(dir.resolve("feature.yaml"), FEATURE);
    api.will(
            "ApplyDocuments",
            ApiErrors.invalidDocument(
                List.of(new FieldViolation("feature/new-checkout", "rules", "shortened"))))
        .will(
            "ValidateDocuments",
            ValidateDocumentsResponse.newBuilder()
                .addViolations(
                    Violation.newBuilder()
                        .setRef(
                            DocumentRef.newBuilder()
                                .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                                .setKey("new-checkout"))
                        .setField("rules[0].when[0].segment")
                        .setDescription("beta (expected: a segment)"))
                .build());

    Run run = api.run("apply", "-n=shop", "-f", file.toString());

    assertThat(run)
        .isEqualTo(
            new Run(
                ExitCode.REFUSED.code(),
                file + ":8:15: rules[0].when[0].segment: beta (expected: a segment)\n",
                "error: 1 violation\nnothing was changed\n"));
    assertThat(api.request(1, ValidateDocumentsRequest.class).getNamespace()).isEqualTo("shop");
  }

  @Test
  void apply_otherRefusal_isToldAsItIs() {
    api.will("ApplyDocuments", ApiErrors.revisionConflict("namespace \"default\"", 9, 7));

    Run run =
        Run.of(Run.NO_SERVER, SEGMENT, false, "apply", "-f-", "--expect=7", "-s" + api.address());

    assertThat(run.exitCode()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(run.err()).startsWith("error: REVISION_CONFLICT: namespace \"default\": revision 9");
  }

  @Test
  void files_missing_isWrongUsage() {
    assertThat(Run.of("apply").err()).contains("Missing required option: '--file=");
    Run run = Run.of("validate", "-f", dir.resolve("no-such.yaml").toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).contains("no-such.yaml: not there (expected: a file or a directory)");
  }

  @Test
  void validate_documentStatedTwice_isAnErrorOnce() throws IOException {
    Files.writeString(dir.resolve("a.yaml"), SEGMENT);
    Files.writeString(dir.resolve("b.yaml"), SEGMENT);

    Run run = Run.of("validate", "-f", dir.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(run.out().lines())
        .singleElement()
        .asString()
        .contains("b.yaml:2:3: key: segment/beta: stated twice, first in ");

    Run input = Run.of(Run.NO_SERVER, SEGMENT + "---\n" + SEGMENT, false, "validate", "-f-");
    assertThat(input.out()).startsWith("stdin:6:3: key: segment/beta: stated twice");
  }

  @Test
  void validate_offline_takesTheFilesForAll() throws IOException {
    Files.writeString(dir.resolve("feature.yaml"), FEATURE);
    Files.writeString(dir.resolve("segment.yaml"), SEGMENT);

    assertThat(Run.of("validate", "-f", dir.toString()))
        .isEqualTo(new Run(0, "2 documents: valid\n", ""));

    Run alone = Run.of("validate", "-f", dir.resolve("feature.yaml").toString());
    assertThat(alone.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(alone.out())
        .startsWith(dir.resolve("feature.yaml") + ":8:15: rules[0].when[0].segment: ")
        .contains("beta")
        .contains("(expected: ");
    assertThat(alone.err()).isEqualTo("error: 1 violation\n");
  }

  @Test
  void validate_metricOffline_isToldWhatItLacks() {
    String metric = "metric: {key: latency, kind: quantile, measure: ms, better: %s, cap: %s}";

    Run bad = Run.of(Run.NO_SERVER, metric.formatted("lower", "9"), false, "validate", "-f-");
    assertThat(bad.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(bad.out())
        .isEqualTo("stdin:1:68: cap: 9.0 (expected: none, or a mean instead of a quantile)\n");
    Run unknown = Run.of(Run.NO_SERVER, metric.formatted("faster", "9"), false, "validate", "-f-");
    assertThat(unknown.out()).contains("better: faster (expected: one of lower, higher)");
  }

  @Test
  void validate_rolloutOffline_isCheckedAgainstTheFeaturesOfTheFiles() {
    String rollout =
        """
        rollout:
          key: r
          feature: f
          split: half
          treatment: "on"
          control: "off"
          template: gradual
        """;
    String feature =
        """
        ---
        feature:
          key: f
          variants: [{key: "on", value: true}, {key: "off", value: false}]
          default_variant: "off"
          splits: [{id: %s, weights: [{variant: "on", weight: 1}, {variant: "off", weight: 1}],
            total: 2}]
        """;

    assertThat(Run.of(Run.NO_SERVER, rollout, false, "validate", "-f-"))
        .isEqualTo(
            new Run(
                0,
                "1 document: valid\n",
                "rollout/r: its feature is in none of the files: split and metrics not checked\n"));
    assertThat(Run.of(Run.NO_SERVER, rollout + feature.formatted("half"), false, "validate", "-f-"))
        .isEqualTo(new Run(0, "2 documents: valid\n", ""));
    assertThat(
            Run.of(Run.NO_SERVER, rollout + feature.formatted("haf"), false, "validate", "-f-")
                .out())
        .isEqualTo("stdin:4:3: split: 'half' is no split of feature f (expected: haf)\n");
  }

  @Test
  void validate_online_asksTheServer() {
    api.will("ValidateDocuments", ValidateDocumentsResponse.getDefaultInstance());

    Run run =
        Run.of(Run.NO_SERVER, SEGMENT, false, "validate", "-f-", "-n=shop", "-s" + api.address());

    assertThat(run).isEqualTo(new Run(0, "1 document: valid in namespace shop\n", ""));
    assertThat(api.request(0, ValidateDocumentsRequest.class).getDocumentsList()).hasSize(1);
  }

  /** The server does not take rollouts yet: the command checks them beside what it holds. */
  @Test
  void validate_rolloutOnline_isCheckedBesideWhatTheServerHolds() {
    String rollout =
        """
        rollout:
          key: r
          feature: f
          split: %s
          treatment: "on"
          control: "off"
          template: gradual
          guardrails: [{metric: errors}]
        """;
    for (int call = 0; call < 2; call++) {
      api.will("ListDocuments", metrics("errors"));
      api.will("GetDocument", feature());
    }
    String[] online = {"validate", "-f-", "-n=shop", "-s" + api.address()};

    assertThat(Run.of(Run.NO_SERVER, rollout.formatted("half"), false, online))
        .isEqualTo(new Run(0, "1 document: valid in namespace shop\n", ""));
    assertThat(Run.of(Run.NO_SERVER, rollout.formatted("haf"), false, online).out())
        .isEqualTo("stdin:4:3: split: 'haf' is no split of feature f (expected: half)\n");
    api.will("ListDocuments", metrics("errors"));
    api.will("GetDocument", ApiErrors.documentNotFound("shop", "feature", "f"));
    assertThat(Run.of(Run.NO_SERVER, rollout.formatted("half"), false, online).out())
        .isEqualTo(
            "stdin:3:3: feature: not there (expected: a feature of the files or of namespace"
                + " shop)\n");
  }

  private static ListDocumentsResponse metrics(String key) {
    Metric metric = Metric.newBuilder().setKey(key).setKind(MetricKind.METRIC_KIND_EVENT).build();
    return ListDocumentsResponse.newBuilder()
        .addDocuments(
            StoredDocument.newBuilder().setDocument(Document.newBuilder().setMetric(metric)))
        .build();
  }

  private static GetDocumentResponse feature() {
    Split.Builder split = Split.newBuilder().setId("half");
    for (String variant : List.of("on", "off")) {
      split.addWeights(WeightedVariant.newBuilder().setVariant(variant).setWeight(1));
    }
    Feature feature = Feature.newBuilder().setKey("f").addSplits(split).build();
    return GetDocumentResponse.newBuilder()
        .setDocument(
            StoredDocument.newBuilder().setDocument(Document.newBuilder().setFeature(feature)))
        .build();
  }

  private static DocumentChange.Builder change(DocumentKind document, ChangeKind kind) {
    return DocumentChange.newBuilder()
        .setRef(DocumentRef.newBuilder().setKind(document).setKey("x"))
        .setKind(kind);
  }

  private static FieldChange field(String path, String before, String after) {
    return FieldChange.newBuilder().setPath(path).setBefore(before).setAfter(after).build();
  }
}
