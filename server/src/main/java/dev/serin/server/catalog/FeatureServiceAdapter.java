package dev.serin.server.catalog;

import com.google.protobuf.Message;
import dev.serin.engine.DocumentId;
import dev.serin.engine.Limits;
import dev.serin.engine.Violation;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.ArchiveFeatureRequest;
import dev.serin.v1.ArchiveFeatureResponse;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.CopyDocumentsRequest;
import dev.serin.v1.CopyDocumentsResponse;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.CreateNamespaceResponse;
import dev.serin.v1.DeleteDocumentRequest;
import dev.serin.v1.DeleteDocumentResponse;
import dev.serin.v1.DeleteNamespaceRequest;
import dev.serin.v1.DeleteNamespaceResponse;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.GetDocumentResponse;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.KillFeatureResponse;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.ListHistoryRequest;
import dev.serin.v1.ListHistoryResponse;
import dev.serin.v1.ListNamespacesRequest;
import dev.serin.v1.ListNamespacesResponse;
import dev.serin.v1.RestoreDocumentsRequest;
import dev.serin.v1.RestoreDocumentsResponse;
import dev.serin.v1.ReviveFeatureRequest;
import dev.serin.v1.ReviveFeatureResponse;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValidateDocumentsRequest;
import dev.serin.v1.ValidateDocumentsResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * FeatureService over the {@link Catalog}: reads requests, tells everything that is wrong with one
 * at once, and writes answers.
 *
 * <p>Calls block for the store: the port that serves them runs them on a bounded executor. Failures
 * are thrown and leave through {@link dev.serin.server.error.ErrorInterceptor}. Stateless.
 */
public final class FeatureServiceAdapter extends FeatureServiceGrpc.FeatureServiceImplBase {
  /** Bytes of a request that carries documents, also where no transport counts them. */
  public static final int MAX_REQUEST_BYTES = 16 << 20;

  /** Bytes of a request that sets or lifts a kill switch: several times its names and reason. */
  public static final int MAX_KILL_REQUEST_BYTES = 64 << 10;

  private final Catalog catalog;
  private final ServedRevisions revisions;

  /**
   * The service over this catalog.
   *
   * @param revisions tells who serves a kill switch
   */
  public FeatureServiceAdapter(Catalog catalog, ServedRevisions revisions) {
    this.catalog = catalog;
    this.revisions = revisions;
  }

  @Override
  public void createNamespace(
      CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String name = checks.requiredNamespace("name", request.getName());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    answer(
        responses,
        CreateNamespaceResponse.newBuilder()
            .setNamespace(catalog.createNamespace(name, note))
            .build());
  }

  @Override
  public void listNamespaces(
      ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> responses) {
    answer(
        responses,
        ListNamespacesResponse.newBuilder().addAllNamespaces(catalog.listNamespaces()).build());
  }

  @Override
  public void deleteNamespace(
      DeleteNamespaceRequest request, StreamObserver<DeleteNamespaceResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String name = checks.requiredNamespace("name", request.getName());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    catalog.deleteNamespace(name, note);
    answer(responses, DeleteNamespaceResponse.getDefaultInstance());
  }

  @Override
  public void getDocument(
      GetDocumentRequest request, StreamObserver<GetDocumentResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    DocumentId id = checks.document("", request.getKind(), request.getKey());
    long at = request.getAtRevision();
    OptionalLong atRevision = checks.revision("at_revision", at != 0, at);
    checks.requireValid();
    answer(
        responses,
        GetDocumentResponse.newBuilder()
            .setDocument(catalog.get(namespace, id, atRevision))
            .build());
  }

  @Override
  public void listDocuments(
      ListDocumentsRequest request, StreamObserver<ListDocumentsResponse> responses) {
    RequestChecks checks = new RequestChecks();
    ListQuery query =
        new ListQuery(
            checks.namespace("namespace", request.getNamespace()),
            checks.optionalKind("kind", request.getKind()),
            checks.text("key_contains", request.getKeyContains(), Limits.MAX_KEY_CHARS),
            request.getIncludeArchived(),
            checks.pageSize(request.getPageSize()),
            request.getPageToken());
    checks.requireValid();
    Page<StoredDocument> page = catalog.list(query);
    answer(
        responses,
        ListDocumentsResponse.newBuilder()
            .addAllDocuments(page.entries())
            .setRevision(page.revision())
            .setNextPageToken(page.nextPageToken())
            .build());
  }

  @Override
  public void applyDocuments(
      ApplyDocumentsRequest request, StreamObserver<ApplyDocumentsResponse> responses) {
    requireSize(request);
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    List<DocumentWrite> writes = new ArrayList<>();
    for (int i = 0; i < request.getDocumentsCount(); i++) {
      ApplyDocument document = request.getDocuments(i);
      writes.add(
          new DocumentWrite.Put(
              document.getDocument(),
              checks.revision(
                  "documents[" + i + "].expected_revision",
                  document.hasExpectedRevision(),
                  document.getExpectedRevision())));
    }
    checks.documents(
        request.getDocumentsList().stream().map(ApplyDocument::getDocument).toList(), ".document");
    ApplyCommand command =
        new ApplyCommand(
            namespace,
            writes,
            checks.revision(
                "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision()),
            request.getDryRun(),
            checks.note(request.getNote()),
            ChangeSource.CHANGE_SOURCE_API);
    checks.requireValid();
    ApplyResult result = catalog.apply(command);
    answer(
        responses,
        ApplyDocumentsResponse.newBuilder()
            .setRevision(result.revision())
            .addAllChanges(AnswerSize.of(result.changes()))
            .setUnchanged(result.unchanged())
            .build());
  }

  @Override
  public void deleteDocument(
      DeleteDocumentRequest request, StreamObserver<DeleteDocumentResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    DocumentId id = checks.document("", request.getKind(), request.getKey());
    OptionalLong expected =
        checks.revision(
            "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    long revision = write(namespace, new DocumentWrite.Delete(id, expected), note);
    answer(responses, DeleteDocumentResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void archiveFeature(
      ArchiveFeatureRequest request, StreamObserver<ArchiveFeatureResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String key = checks.key("key", request.getKey());
    OptionalLong expected =
        checks.revision(
            "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    long revision = write(namespace, new DocumentWrite.Archive(key, expected), note);
    answer(responses, ArchiveFeatureResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void killFeature(
      KillFeatureRequest request, StreamObserver<KillFeatureResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String key = checks.key("key", request.getKey());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    KillResult result = catalog.kill(namespace, key, note);
    KillFeatureResponse.Builder told =
        KillFeatureResponse.newBuilder()
            .setRevision(result.revision())
            .setChanged(result.changed());
    answer(responses, KillReach.tell(told, revisions, namespace, key).build());
  }

  @Override
  public void reviveFeature(
      ReviveFeatureRequest request, StreamObserver<ReviveFeatureResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String key = checks.key("key", request.getKey());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    KillResult result = catalog.revive(namespace, key, note);
    answer(
        responses,
        ReviveFeatureResponse.newBuilder()
            .setRevision(result.revision())
            .setChanged(result.changed())
            .build());
  }

  @Override
  public void copyDocuments(
      CopyDocumentsRequest request, StreamObserver<CopyDocumentsResponse> responses) {
    RequestChecks checks = new RequestChecks();
    List<DocumentId> documents = new ArrayList<>();
    for (int i = 0; i < request.getDocumentsCount(); i++) {
      documents.add(
          checks.document(
              "documents[" + i + "].",
              request.getDocuments(i).getKind(),
              request.getDocuments(i).getKey()));
    }
    checks.atMostDocuments("documents", documents.size());
    CopyCommand command =
        new CopyCommand(
            checks.namespace("from_namespace", request.getFromNamespace()),
            checks.requiredNamespace("to_namespace", request.getToNamespace()),
            documents,
            checks.revision(
                "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision()),
            request.getDryRun(),
            checks.note(request.getNote()));
    checks.requireValid();
    ApplyResult result = catalog.copy(command);
    answer(
        responses,
        CopyDocumentsResponse.newBuilder()
            .setRevision(result.revision())
            .addAllChanges(AnswerSize.of(result.changes()))
            .setUnchanged(result.unchanged())
            .build());
  }

  @Override
  public void listHistory(
      ListHistoryRequest request, StreamObserver<ListHistoryResponse> responses) {
    RequestChecks checks = new RequestChecks();
    HistoryQuery query =
        new HistoryQuery(
            checks.namespace("namespace", request.getNamespace()),
            checks.optionalDocument(request.getKind(), request.getKey()),
            checks.pageSize(request.getPageSize()),
            request.getPageToken());
    checks.requireValid();
    Page<HistoryEntry> page = catalog.history(query);
    answer(
        responses,
        ListHistoryResponse.newBuilder()
            .addAllEntries(page.entries())
            .setNextPageToken(page.nextPageToken())
            .build());
  }

  @Override
  public void restoreDocuments(
      RestoreDocumentsRequest request, StreamObserver<RestoreDocumentsResponse> responses) {
    RequestChecks checks = new RequestChecks();
    RestoreCommand command =
        new RestoreCommand(
            checks.namespace("namespace", request.getNamespace()),
            checks.optionalDocument(request.getKind(), request.getKey()),
            checks.requiredRevision("revision", request.getRevision()),
            checks.revision(
                "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision()),
            request.getDryRun(),
            checks.note(request.getNote()));
    checks.requireValid();
    ApplyResult result = catalog.restore(command);
    answer(
        responses,
        RestoreDocumentsResponse.newBuilder()
            .setRevision(result.revision())
            .addAllChanges(AnswerSize.of(result.changes()))
            .build());
  }

  @Override
  public void validateDocuments(
      ValidateDocumentsRequest request, StreamObserver<ValidateDocumentsResponse> responses) {
    requireSize(request);
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    checks.documents(request.getDocumentsList(), "");
    checks.requireValid();
    ValidateDocumentsResponse.Builder response = ValidateDocumentsResponse.newBuilder();
    catalog.validate(namespace, request.getDocumentsList()).stream()
        .limit(AnswerSize.MAX_VIOLATIONS)
        .map(FeatureServiceAdapter::violation)
        .forEach(response::addViolations);
    answer(responses, response.build());
  }

  private static dev.serin.v1.Violation violation(Violation violation) {
    DocumentId id = new DocumentId(violation.kind(), violation.key());
    FieldViolation shown =
        new FieldViolation(DocumentIds.shown(id), violation.field(), violation.description());
    return dev.serin.v1.Violation.newBuilder()
        .setRef(DocumentIds.ref(id))
        .setField(shown.field())
        .setDescription(shown.description())
        .build();
  }

  private long write(String namespace, DocumentWrite write, Note note) {
    return catalog
        .apply(
            new ApplyCommand(
                namespace,
                List.of(write),
                OptionalLong.empty(),
                false,
                note,
                ChangeSource.CHANGE_SOURCE_API))
        .revision();
  }

  private static void requireSize(Message request) {
    int sizeBytes = request.getSerializedSize();
    if (sizeBytes > MAX_REQUEST_BYTES) {
      throw ApiErrors.requestTooLarge(
          "request", sizeBytes + " bytes", MAX_REQUEST_BYTES + " bytes");
    }
  }

  private static <R> void answer(StreamObserver<R> responses, R response) {
    responses.onNext(response);
    responses.onCompleted();
  }
}
