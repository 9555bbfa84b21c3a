package dev.serin.server.catalog;

import static dev.serin.server.catalog.FeatureServer.failure;
import static dev.serin.server.catalog.FeatureServiceTest.BETA;
import static dev.serin.server.catalog.FeatureServiceTest.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.FeatureServer.Failure;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.ArchiveFeatureRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CopyDocumentsRequest;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DeleteDocumentRequest;
import dev.serin.v1.DeleteNamespaceRequest;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListHistoryRequest;
import dev.serin.v1.RestoreDocumentsRequest;
import dev.serin.v1.Rollout;
import dev.serin.v1.Segment;
import dev.serin.v1.ValidateDocumentsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FeatureService over a real port and a real store: bad requests, and that they change nothing. */
class FeatureServiceErrorsTest {
  private static final String LONG_KEY = "k".repeat(129);

  @TempDir Path directory;
  private FeatureServer server;
  private long revision;

  @BeforeEach
  void start() throws IOException {
    server = new FeatureServer(directory);
    revision = server.apply(CHECKOUT + "---\n" + BETA).getRevision();
  }

  @AfterEach
  void stop() {
    assertThat(server.catalog.states().current("default").revision())
        .as("nothing was changed")
        .isEqualTo(revision);
    server.close();
  }

  @Test
  void requests_ofUnknownNamespace_namesIt() {
    GetDocumentRequest get =
        GetDocumentRequest.newBuilder()
            .setNamespace("shop")
            .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
            .setKey("checkout")
            .build();

    assertThat(failure(() -> server.stub.getDocument(get)))
        .isEqualTo(
            new Failure(
                "NOT_FOUND",
                "NAMESPACE_NOT_FOUND",
                "namespace \"shop\": not found (expected: one that was created)",
                List.of()));
    assertThat(
            List.of(
                failure(
                    () ->
                        server.stub.listDocuments(
                            ListDocumentsRequest.newBuilder().setNamespace("shop").build())),
                failure(
                    () ->
                        server.stub.listHistory(
                            ListHistoryRequest.newBuilder().setNamespace("shop").build())),
                failure(
                    () ->
                        server.stub.applyDocuments(
                            FeatureServer.request(BETA).setNamespace("shop").build())),
                failure(
                    () ->
                        server.stub.copyDocuments(
                            CopyDocumentsRequest.newBuilder().setToNamespace("shop").build())),
                failure(
                    () ->
                        server.stub.deleteNamespace(
                            DeleteNamespaceRequest.newBuilder().setName("shop").build())),
                failure(
                    () ->
                        server.stub.killFeature(
                            KillFeatureRequest.newBuilder()
                                .setNamespace("shop")
                                .setKey("checkout")
                                .build()))))
        .extracting(Failure::reason)
        .containsOnly("NAMESPACE_NOT_FOUND");
  }

  @Test
  void getDocument_thatIsNotThere_namesIt() {
    assertThat(
            failure(
                () ->
                    server.stub.getDocument(
                        GetDocumentRequest.newBuilder()
                            .setKind(DocumentKind.DOCUMENT_KIND_SEGMENT)
                            .setKey("gamma")
                            .build())))
        .isEqualTo(
            new Failure(
                "NOT_FOUND",
                "DOCUMENT_NOT_FOUND",
                "segment \"gamma\": not found in namespace \"default\"",
                List.of()));
  }

  @Test
  void getDocument_atRevisionThatWasNot_saysWhichThereAre() {
    assertThat(
            failure(
                () ->
                    server.stub.getDocument(
                        GetDocumentRequest.newBuilder()
                            .setKind(DocumentKind.DOCUMENT_KIND_SEGMENT)
                            .setKey("beta")
                            .setAtRevision(99)
                            .build())))
        .isEqualTo(
            new Failure(
                "NOT_FOUND",
                "REVISION_NOT_FOUND",
                "revision 99: not found in namespace \"default\" (expected: 1 to 2)",
                List.of()));
  }

  @Test
  void request_wrongInManyFields_tellsAllAtOnce() {
    ChangeNote note =
        ChangeNote.newBuilder().setActor("a".repeat(129)).setReason("r".repeat(1_001)).build();
    assertThat(
            failure(
                () ->
                    server.stub.deleteDocument(
                        DeleteDocumentRequest.newBuilder()
                            .setNamespace("No Namespace")
                            .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                            .setKey(LONG_KEY)
                            .setExpectedRevision(-1)
                            .setNote(note)
                            .build())))
        .isEqualTo(
            new Failure(
                "INVALID_ARGUMENT",
                "INVALID_REQUEST",
                "namespace: \"No Namespace\" (expected: [a-z0-9][a-z0-9-]*, at most 64"
                    + " characters) (and 4 more)",
                List.of(
                    "namespace: \"No Namespace\" (expected: [a-z0-9][a-z0-9-]*, at most 64"
                        + " characters)",
                    "key: 129 characters (expected: at most 128)",
                    "expected_revision: 18446744073709551615 (expected: at most"
                        + " 9223372036854775807)",
                    "note.actor: 129 characters (expected: at most 128)",
                    "note.reason: 1001 characters (expected: at most 1000)")));
  }

  @Test
  void request_withControlCharacters_isRefusedByField() {
    ChangeNote note =
        ChangeNote.newBuilder().setActor("ann\u001b[2J").setReason("one\u0000two").build();

    assertThat(
            violations(
                () ->
                    server.stub.killFeature(
                        KillFeatureRequest.newBuilder()
                            .setKey("checkout\u0000")
                            .setNote(note)
                            .build())))
        .containsExactly(
            "key: character U+0000 (expected: no control characters)",
            "note.actor: character U+001B (expected: no control characters)",
            "note.reason: character U+0000 (expected: no control characters)");
  }

  @Test
  void requests_withoutRequiredFields_nameThem() {
    assertThat(violations(() -> server.stub.getDocument(GetDocumentRequest.getDefaultInstance())))
        .containsExactly("kind: absent (expected: feature, segment, layer, holdout, …)");
    assertThat(
            violations(
                () ->
                    server.stub.getDocument(
                        GetDocumentRequest.newBuilder().setKindValue(77).setKey("x").build())))
        .containsExactly(
            "kind: of no known number (expected: feature, segment, layer, holdout, …)");
    assertThat(
            violations(
                () -> server.stub.createNamespace(CreateNamespaceRequest.getDefaultInstance())))
        .containsExactly("name: absent (expected: [a-z0-9][a-z0-9-]*, at most 64 characters)");
    assertThat(violations(() -> server.stub.killFeature(KillFeatureRequest.getDefaultInstance())))
        .containsExactly("key: absent (expected: a key)");
    assertThat(
            violations(
                () -> server.stub.archiveFeature(ArchiveFeatureRequest.getDefaultInstance())))
        .containsExactly("key: absent (expected: a key)");
    assertThat(
            violations(
                () -> server.stub.restoreDocuments(RestoreDocumentsRequest.getDefaultInstance())))
        .containsExactly("revision: absent (expected: 1 or more)");
    assertThat(
            violations(
                () -> server.stub.applyDocuments(ApplyDocumentsRequest.getDefaultInstance())))
        .containsExactly("documents: none (expected: at least one)");
    assertThat(
            violations(
                () ->
                    server.stub.applyDocuments(
                        ApplyDocumentsRequest.newBuilder()
                            .addDocuments(ApplyDocument.getDefaultInstance())
                            .build())))
        .containsExactly(
            "documents[0].document: absent (expected: a feature, a segment, a layer, a holdout, a"
                + " metric or a rollout)");
    assertThat(
            violations(
                () ->
                    server.stub.listHistory(
                        ListHistoryRequest.newBuilder()
                            .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                            .build())))
        .containsExactly("key: absent (expected: a key)");
    assertThat(
            violations(
                () ->
                    server.stub.copyDocuments(
                        CopyDocumentsRequest.newBuilder()
                            .setToNamespace("eu")
                            .addDocuments(DocumentRef.newBuilder().setKey("x"))
                            .build())))
        .containsExactly(
            "documents[0].kind: absent (expected: feature, segment, layer, holdout, …)");
  }

  @Test
  void lists_withBadPages_areRefused() {
    assertThat(
            violations(
                () ->
                    server.stub.listDocuments(
                        ListDocumentsRequest.newBuilder().setPageSize(1_001).build())))
        .containsExactly("page_size: 1001 (expected: 1 to 1000)");
    Failure failure =
        failure(
            () ->
                server.stub.listDocuments(
                    ListDocumentsRequest.newBuilder().setPageToken("made up").build()));
    assertThat(failure.reason()).isEqualTo("PAGE_TOKEN_INVALID");
    assertThat(failure.violations())
        .containsExactly(
            "page_token: \"made up\" (expected: next_page_token of the page before, of the same"
                + " request)");
    String token =
        server
            .stub
            .listDocuments(ListDocumentsRequest.newBuilder().setPageSize(1).build())
            .getNextPageToken();
    assertThat(
            failure(
                    () ->
                        server.stub.listDocuments(
                            ListDocumentsRequest.newBuilder()
                                .setKeyContains("x")
                                .setPageToken(token)
                                .build()))
                .reason())
        .isEqualTo("PAGE_TOKEN_INVALID");
  }

  @Test
  void applyDocuments_sameDocumentTwice_namesBothPlaces() {
    assertThat(violations(() -> server.apply(BETA + "---\n" + CHECKOUT + "---\n" + BETA)))
        .containsExactly(
            "documents[2].document: \"segment/beta\" for the second time, first in documents[0]"
                + " (expected: once)");
  }

  @Test
  void applyDocuments_rolloutThatIsWrongByItself_isRefusedNamingItsFields() {
    Document rollout =
        Document.newBuilder()
            .setRollout(Rollout.newBuilder().setKey("checkout").setFeature("checkout"))
            .build();

    Failure failure =
        failure(
            () ->
                server.stub.applyDocuments(
                    FeatureServer.request(BETA)
                        .addDocuments(ApplyDocument.newBuilder().setDocument(rollout))
                        .build()));

    assertThat(failure.reason()).isEqualTo("INVALID_DOCUMENT");
    assertThat(failure.violations())
        .anySatisfy(text -> assertThat(text).startsWith("rollout/checkout: split: "));
    assertThat(
            server
                .stub
                .validateDocuments(
                    ValidateDocumentsRequest.newBuilder().addDocuments(rollout).build())
                .getViolationsList())
        .anySatisfy(violation -> assertThat(violation.getField()).isEqualTo("split"));
  }

  @Test
  void applyDocuments_withOldRevision_isRefused() {
    assertThat(
            failure(
                () ->
                    server.stub.applyDocuments(
                        FeatureServer.request(BETA.replace("bob", "cat"))
                            .setExpectedRevision(1)
                            .build())))
        .isEqualTo(
            new Failure(
                "ABORTED",
                "REVISION_CONFLICT",
                "namespace \"default\": revision 2 (expected: revision 1)",
                List.of()));
    ApplyDocumentsRequest.Builder create = FeatureServer.request(BETA.replace("bob", "cat"));
    create.getDocumentsBuilder(0).setExpectedRevision(0);
    assertThat(failure(() -> server.stub.applyDocuments(create.build())))
        .isEqualTo(
            new Failure(
                "ABORTED",
                "REVISION_CONFLICT",
                "segment/beta: revision 2 (expected: not there)",
                List.of()));
  }

  @Test
  void applyDocuments_byTwoWritersAtOnce_oneWinsAndTheOtherIsTold() throws Exception {
    CountDownLatch ready = new CountDownLatch(2);
    List<Object> outcomes = new ArrayList<>();
    try (ExecutorService writers = Executors.newFixedThreadPool(2)) {
      List<Future<Object>> futures = new ArrayList<>();
      for (String user : List.of("cat", "dan")) {
        futures.add(
            writers.submit(
                () -> {
                  ApplyDocumentsRequest request =
                      FeatureServer.request(BETA.replace("bob", user))
                          .setExpectedRevision(2)
                          .build();
                  ready.countDown();
                  ready.await();
                  try {
                    return server.stub.applyDocuments(request).getRevision();
                  } catch (RuntimeException e) {
                    return failure(
                            () -> {
                              throw e;
                            })
                        .reason();
                  }
                }));
      }
      for (Future<Object> future : futures) {
        outcomes.add(future.get());
      }
    }

    assertThat(outcomes).containsExactlyInAnyOrder(3L, "REVISION_CONFLICT");
    revision = 3;
  }

  @Test
  void deleteDocument_thatOthersName_namesThem() {
    assertThat(
            failure(
                () ->
                    server.stub.deleteDocument(
                        DeleteDocumentRequest.newBuilder()
                            .setKind(DocumentKind.DOCUMENT_KIND_SEGMENT)
                            .setKey("beta")
                            .build())))
        .isEqualTo(
            new Failure(
                "FAILED_PRECONDITION",
                "DOCUMENT_IN_USE",
                "segment/beta: 1 document refers to it: feature/checkout (expected: none)",
                List.of()));
  }

  @Test
  void namespaces_thatCannotBeMadeOrDeleted_areRefused() {
    assertThat(
            failure(
                () ->
                    server.stub.createNamespace(
                        CreateNamespaceRequest.newBuilder().setName("default").build())))
        .isEqualTo(
            new Failure(
                "ALREADY_EXISTS",
                "NAMESPACE_EXISTS",
                "namespace \"default\": exists (expected: a new name)",
                List.of()));
    assertThat(
            violations(
                () ->
                    server.stub.deleteNamespace(
                        DeleteNamespaceRequest.newBuilder().setName("default").build())))
        .containsExactly("name: \"default\" (expected: another namespace)");
    server.stub.createNamespace(CreateNamespaceRequest.newBuilder().setName("eu").build());
    server.stub.applyDocuments(FeatureServer.request(BETA).setNamespace("eu").build());
    assertThat(
            failure(
                () ->
                    server.stub.deleteNamespace(
                        DeleteNamespaceRequest.newBuilder().setName("eu").build())))
        .isEqualTo(
            new Failure(
                "FAILED_PRECONDITION",
                "NAMESPACE_NOT_EMPTY",
                "namespace \"eu\": holds 1 documents (expected: none)",
                List.of()));
  }

  @Test
  void request_largerThanItsLimit_isRefusedWithItsSize() {
    assertThat(failure(() -> server.stub.applyDocuments(ofSize(16 << 20))).reason())
        .isEqualTo("INVALID_DOCUMENT");
    assertThat(failure(() -> server.stub.applyDocuments(ofSize((16 << 20) + 1))))
        .isEqualTo(
            new Failure(
                "RESOURCE_EXHAUSTED",
                "REQUEST_TOO_LARGE",
                "request: 16777217 bytes (expected: at most 16777216 bytes)",
                List.of()));
    assertThat(failure(() -> server.stub.applyDocuments(ofSize(20 << 20))))
        .isEqualTo(
            new Failure(
                "RESOURCE_EXHAUSTED",
                "",
                "gRPC message exceeds maximum size 16842752: 20971520",
                List.of()));
  }

  /** A request of exactly that many bytes. */
  private static ApplyDocumentsRequest ofSize(int sizeBytes) {
    Segment.Builder segment = Segment.newBuilder().setKey("beta");
    ApplyDocumentsRequest.Builder request = ApplyDocumentsRequest.newBuilder();
    request
        .addDocumentsBuilder()
        .getDocumentBuilder()
        .setSegment(segment.setDescription("d".repeat(sizeBytes - 100)));
    int left = sizeBytes - request.build().getSerializedSize();
    request
        .getDocumentsBuilder(0)
        .getDocumentBuilder()
        .setSegment(segment.setDescription("d".repeat(sizeBytes - 100 + left)));
    assertThat(request.build().getSerializedSize()).isEqualTo(sizeBytes);
    return request.build();
  }

  @Test
  void applyDocuments_ofTooManyDocuments_isRefused() {
    ApplyDocumentsRequest.Builder request = ApplyDocumentsRequest.newBuilder();
    for (int i = 0; i <= 10_000; i++) {
      request.addDocuments(
          ApplyDocument.newBuilder()
              .setDocument(Document.newBuilder().setSegment(Segment.newBuilder().setKey("s" + i))));
    }

    assertThat(violations(() -> server.stub.applyDocuments(request.build())))
        .containsExactly("documents: 10001 documents (expected: at most 10000)");
  }

  @Test
  void applyDocuments_dryRunOfManyLongChanges_fitsIntoAnAnswer() {
    ApplyDocumentsRequest.Builder request = ApplyDocumentsRequest.newBuilder().setDryRun(true);
    for (int i = 0; i < 10_000; i++) {
      request.addDocuments(
          ApplyDocument.newBuilder()
              .setDocument(
                  Document.newBuilder()
                      .setSegment(
                          Segment.newBuilder().setKey("s" + i).setDescription("d".repeat(900)))));
    }

    ApplyDocumentsResponse response = server.stub.applyDocuments(request.build());

    assertThat(response.getChangesCount()).isEqualTo(10_000);
  }

  private static List<String> violations(ThrowingCallable call) {
    Failure failure = failure(call);
    assertThat(failure.reason()).isEqualTo("INVALID_REQUEST");
    return failure.violations();
  }
}
