package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.store.Priority;
import dev.serin.server.store.Revision;
import dev.serin.v1.ChangeSource;
import org.jdbi.v3.core.Handle;

/**
 * Sets and lifts kill switches: in one short transaction of the highest priority, without waiting
 * for a large apply and without being refused by one. Safe for all threads.
 *
 * <p>A kill switch belongs to the feature's key: a feature that is deleted and applied again is
 * still killed.
 */
final class KillCommands {
  private final ChangeWriter writer;

  KillCommands(ChangeWriter writer) {
    this.writer = writer;
  }

  /** Sets (true) or lifts (false) the kill switch. */
  KillResult set(String namespace, String feature, boolean killed, Note note) {
    long applyId = writer.newApplyId();
    try {
      return writer.commit(
          Priority.ROLLOUT,
          namespace,
          applyId,
          handle -> set(handle, applyId, namespace, feature, killed, note),
          revision -> new KillResult(revision, true));
    } catch (AlreadySoException e) {
      return new KillResult(e.revision, false);
    }
  }

  private KillResult set(
      Handle handle, long applyId, String namespace, String feature, boolean killed, Note note) {
    // First the revision: whoever else changes the namespace waits from here on.
    long revision =
        NamespaceRows.takeNext(handle, namespace, applyId)
            .orElseThrow(() -> ApiErrors.namespaceNotFound(namespace));
    requireEvaluated(handle, namespace, feature);
    if (KillRows.isKilled(handle, namespace, feature) == killed) {
      throw new AlreadySoException(revision - 1);
    }
    writer.record(
        handle, applyId, new Revision(namespace, revision), note, ChangeSource.CHANGE_SOURCE_API);
    KillRows.insert(handle, applyId, namespace, feature, killed);
    return new KillResult(revision, true);
  }

  private static void requireEvaluated(Handle handle, String namespace, String feature) {
    DocumentId id = DocumentIds.feature(feature);
    StoredVersion version =
        VersionRows.findAt(handle, namespace, id, Long.MAX_VALUE)
            .map(VersionRows.Version::version)
            .orElse(null);
    if (version == null) {
      throw ApiErrors.featureNotFound(namespace, feature);
    }
    if (version.archived()) {
      throw ApiErrors.featureArchived(namespace, feature);
    }
  }

  /** Rolls the transaction back: there is nothing to change, and no revision is used up. */
  private static final class AlreadySoException extends RuntimeException {
    final long revision;

    AlreadySoException(long revision) {
      super(null, null, false, false);
      this.revision = revision;
    }
  }
}
