package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What commands want documents to be. Stateless. */
final class ChangeTargets {
  private ChangeTargets() {}

  /** What an apply, a delete or an archive wants. */
  static List<Target> ofWrites(NamespaceState base, List<DocumentWrite> writes) {
    List<Target> targets = new ArrayList<>();
    Set<DocumentId> seen = new HashSet<>();
    for (int i = 0; i < writes.size(); i++) {
      DocumentWrite write = writes.get(i);
      DocumentId id = write.id();
      requireKind(id, i);
      requireNew(seen, id, i);
      StoredVersion stored = base.documents().get(id);
      requireRevision(id, stored, write.expectedRevision());
      targets.add(new Target(id, content(base.name(), write, stored)));
    }
    return targets;
  }

  private static @Nullable VersionContent content(
      String namespace, DocumentWrite write, @Nullable StoredVersion stored) {
    return switch (write) {
      case DocumentWrite.Put put ->
          new VersionContent(
              DocumentNormalizer.normalize(
                  namespace, put.document(), stored == null ? null : stored.document()),
              false);
      case DocumentWrite.Archive archive -> {
        if (stored == null) {
          throw ApiErrors.featureNotFound(namespace, archive.feature());
        }
        yield new VersionContent(stored.document(), true);
      }
      case DocumentWrite.Delete delete -> {
        if (stored == null) {
          throw notFound(namespace, delete.id());
        }
        yield null;
      }
    };
  }

  /** What a restore wants: everything as it was then, and nothing that came since. */
  static List<Target> ofRestore(NamespaceState base, Map<DocumentId, StoredVersion> then) {
    List<Target> targets = new ArrayList<>();
    then.forEach((id, version) -> targets.add(new Target(id, VersionContent.of(version))));
    for (DocumentId id : base.documents().keySet()) {
      if (!then.containsKey(id)) {
        targets.add(new Target(id, null));
      }
    }
    return targets;
  }

  /** What a copy wants: documents of another namespace as they are there, salts included. */
  static List<Target> ofCopy(NamespaceState from, List<DocumentId> ids) {
    List<Target> targets = new ArrayList<>();
    if (ids.isEmpty()) {
      from.documents()
          .forEach(
              (id, version) -> {
                if (!version.archived()) {
                  targets.add(new Target(id, VersionContent.of(version)));
                }
              });
      return targets;
    }
    Set<DocumentId> seen = new HashSet<>();
    for (int i = 0; i < ids.size(); i++) {
      DocumentId id = ids.get(i);
      requireNew(seen, id, i);
      StoredVersion version = from.documents().get(id);
      if (version == null) {
        throw notFound(from.name(), id);
      }
      if (version.archived()) {
        throw ApiErrors.featureArchived(from.name(), id.key());
      }
      targets.add(new Target(id, VersionContent.of(version)));
    }
    return targets;
  }

  static ApiException notFound(String namespace, DocumentId id) {
    return ApiErrors.documentNotFound(namespace, DocumentIds.word(id.kind()), id.key());
  }

  private static void requireNew(Set<DocumentId> seen, DocumentId id, int index) {
    if (!seen.add(id)) {
      throw ApiErrors.invalidRequest(
          "documents[" + index + "]",
          DocumentIds.shown(id) + " for the second time (expected: each document once)");
    }
  }

  private static void requireKind(DocumentId id, int index) {
    switch (id.kind()) {
      case DOCUMENT_KIND_FEATURE,
          DOCUMENT_KIND_SEGMENT,
          DOCUMENT_KIND_LAYER,
          DOCUMENT_KIND_HOLDOUT,
          DOCUMENT_KIND_METRIC,
          DOCUMENT_KIND_ROLLOUT -> {}
      case DOCUMENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw ApiErrors.invalidRequest(
              "documents[" + index + "]",
              "nothing (expected: a feature, a segment, a layer, a holdout, a metric or a"
                  + " rollout)");
    }
  }

  private static void requireRevision(
      DocumentId id, @Nullable StoredVersion stored, OptionalLong expected) {
    long actual = stored == null ? 0 : stored.revision();
    if (expected.isPresent() && expected.getAsLong() != actual) {
      throw ApiErrors.revisionConflict(DocumentIds.shown(id), actual, expected.getAsLong());
    }
  }
}
