package dev.serin.server.cli;

import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.StoredDocument;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What rollouts refer to, as a server holds it. */
final class ServedDocuments {
  private ServedDocuments() {}

  /** The metrics of a namespace, and those of these features that it has. */
  static List<Document> of(Session session, String namespace, Set<String> features) {
    List<Document> documents = new ArrayList<>();
    ListDocumentsRequest metrics =
        ListDocumentsRequest.newBuilder()
            .setNamespace(namespace)
            .setKind(DocumentKind.DOCUMENT_KIND_METRIC)
            .build();
    Listing.documents(session, metrics).getDocumentsList().stream()
        .map(StoredDocument::getDocument)
        .forEach(documents::add);
    for (String feature : features) {
      try {
        documents.add(
            session
                .features()
                .getDocument(
                    GetDocumentRequest.newBuilder()
                        .setNamespace(namespace)
                        .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                        .setKey(feature)
                        .build())
                .getDocument()
                .getDocument());
      } catch (StatusRuntimeException failed) {
        if (failed.getStatus().getCode() != Status.Code.NOT_FOUND) {
          throw failed;
        }
      }
    }
    return documents;
  }
}
