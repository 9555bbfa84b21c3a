package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.store.Database;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.StoredDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Reads documents and their history. Safe for all threads. */
final class CatalogQueries {
  private final Database database;
  private final NamespaceStates states;

  CatalogQueries(Database database, NamespaceStates states) {
    this.database = database;
    this.states = states;
  }

  StoredDocument get(String namespace, DocumentId id, OptionalLong atRevision) {
    NamespaceState now = states.current(namespace);
    StoredVersion version =
        atRevision.isPresent()
            ? database.read(handle -> at(handle, now, id, atRevision.getAsLong()))
            : now.documents().get(id);
    if (version == null) {
      throw ChangeTargets.notFound(namespace, id);
    }
    return version.toProto(isKilled(now, id));
  }

  private static StoredVersion at(Handle handle, NamespaceState now, DocumentId id, long revision) {
    requireRevision(now, revision);
    StoredVersion version =
        VersionRows.findAt(handle, now.name(), id, revision)
            .map(VersionRows.Version::version)
            .orElse(null);
    if (version == null) {
      throw ChangeTargets.notFound(now.name(), id);
    }
    return version;
  }

  /** A document as it was; refused where it was not there. */
  StoredVersion at(NamespaceState now, DocumentId id, long revision) {
    return database.read(handle -> at(handle, now, id, revision));
  }

  /** All documents as they were. */
  Map<DocumentId, StoredVersion> allAt(NamespaceState now, long revision) {
    requireRevision(now, revision);
    Map<DocumentId, StoredVersion> then = new HashMap<>();
    return database.read(
        handle -> {
          VersionRows.readAllAt(
              handle,
              now.name(),
              revision,
              version -> {
                if (version.version() != null) {
                  then.put(version.id(), version.version());
                }
              });
          return then;
        });
  }

  private static void requireRevision(NamespaceState now, long revision) {
    if (revision < 1 || revision > now.revision()) {
      throw ApiErrors.revisionNotFound(now.name(), revision, now.revision());
    }
  }

  Page<StoredDocument> list(ListQuery query) {
    NamespaceState now = states.current(query.namespace());
    String wanted = query.keyContains().toLowerCase(Locale.ROOT);
    List<StoredDocument> page = new ArrayList<>();
    PageSize size = new PageSize();
    DocumentId last = null;
    for (Map.Entry<DocumentId, StoredVersion> entry : rest(query, now)) {
      DocumentId id = entry.getKey();
      StoredVersion version = entry.getValue();
      boolean matches =
          query.kind().map(kind -> kind == id.kind()).orElse(true)
              && (query.includeArchived() || !version.archived())
              && id.key().toLowerCase(Locale.ROOT).contains(wanted);
      if (!matches) {
        continue;
      }
      StoredDocument document = version.toProto(isKilled(now, id));
      if (last != null
          && (page.size() == query.pageSize() || !size.add(document.getSerializedSize()))) {
        String token =
            PageToken.of(request(query), Integer.toString(last.kind().getNumber()), last.key());
        return new Page<>(page, now.revision(), token);
      }
      if (last == null) {
        size.add(document.getSerializedSize());
      }
      page.add(document);
      last = id;
    }
    return new Page<>(page, now.revision(), "");
  }

  private static Iterable<Map.Entry<DocumentId, StoredVersion>> rest(
      ListQuery query, NamespaceState now) {
    String token = query.pageToken();
    if (token.isEmpty()) {
      return now.documents().entrySet();
    }
    List<String> position = PageToken.read(token, request(query), 2);
    DocumentKind kind =
        DocumentKind.forNumber(
            Math.toIntExact(
                Math.clamp(PageToken.number(token, position.get(0)), 0, Integer.MAX_VALUE)));
    if (kind == null) {
      throw ApiErrors.pageTokenInvalid(token);
    }
    return now.documents().entriesAfter(new DocumentId(kind, position.get(1)));
  }

  private static Object request(ListQuery query) {
    return List.of(
        "documents", query.namespace(), query.kind(), query.keyContains(), query.includeArchived());
  }

  private static boolean isKilled(NamespaceState state, DocumentId id) {
    return id.kind() == DocumentKind.DOCUMENT_KIND_FEATURE && state.isKilled(id.key());
  }

  Page<HistoryEntry> history(HistoryQuery query) {
    return database.read(
        handle -> {
          NamespaceHead head =
              NamespaceRows.find(handle, query.namespace())
                  .orElseThrow(() -> ApiErrors.namespaceNotFound(query.namespace()));
          return HistoryReader.page(handle, query, head);
        });
  }
}
