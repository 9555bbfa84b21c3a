package dev.serin.server.cli;

import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListDocumentsResponse;

/** Reads all pages of a list of documents. */
final class Listing {
  /** As the API allows. */
  private static final int PAGE_SIZE = 1_000;

  private Listing() {}

  /** All documents, with the revision of the last page. */
  static ListDocumentsResponse documents(Session session, ListDocumentsRequest filter) {
    ListDocumentsRequest.Builder request = filter.toBuilder().setPageSize(PAGE_SIZE);
    ListDocumentsResponse.Builder all = ListDocumentsResponse.newBuilder();
    String token;
    do {
      ListDocumentsResponse page = session.features().listDocuments(request.build());
      all.addAllDocuments(page.getDocumentsList()).setRevision(page.getRevision());
      token = page.getNextPageToken();
      request.setPageToken(token);
    } while (!token.isEmpty());
    return all.build();
  }
}
