package dev.serin.server.catalog;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.Revision;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Namespace;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Creates and deletes namespaces. Safe for all threads. */
final class NamespaceCommands {
  /** The namespace there always is. */
  static final String DEFAULT = "default";

  /** Namespaces of a store: all are held in memory, and each poll reads all their revisions. */
  static final int MAX_NAMESPACES = 1_000;

  private final Database database;
  private final NamespaceStates states;
  private final ChangeWriter writer;
  private final InstantSource clock;

  NamespaceCommands(
      Database database, NamespaceStates states, ChangeWriter writer, InstantSource clock) {
    this.database = database;
    this.states = states;
    this.writer = writer;
    this.clock = clock;
  }

  List<Namespace> list() {
    return states.heads().stream().map(NamespaceHead::toProto).toList();
  }

  /** A name that was deleted goes on with its history: its revisions are never used twice. */
  Namespace create(String name, Note note) {
    long applyId = writer.newApplyId();
    return writer.commit(
        Priority.CATALOG,
        name,
        applyId,
        handle -> create(handle, name, note, applyId),
        revision ->
            database.read(handle -> NamespaceRows.find(handle, name).orElseThrow().toProto()));
  }

  private Namespace create(Handle handle, String name, Note note, long applyId) {
    List<NamespaceHead> existing = NamespaceRows.all(handle);
    if (existing.size() >= MAX_NAMESPACES
        && existing.stream().noneMatch(head -> head.name().equals(name))) {
      throw ApiErrors.invalidRequest(
          "name",
          existing.size() + " namespaces exist (expected: fewer than " + MAX_NAMESPACES + ")");
    }
    long revision =
        NamespaceRows.create(handle, name, applyId, clock.millis())
            .orElseThrow(() -> ApiErrors.namespaceExists(name));
    record(handle, applyId, new Revision(name, revision), note);
    return NamespaceRows.find(handle, name).orElseThrow().toProto();
  }

  /** Its history stays. */
  void delete(String name, Note note) {
    if (name.equals(DEFAULT)) {
      throw ApiErrors.invalidRequest("name", "\"" + DEFAULT + "\" (expected: another namespace)");
    }
    NamespaceState state = states.current(name);
    for (ServedRun run : state.activeRuns()) {
      throw ApiErrors.rolloutActive("namespace/" + name, run.run());
    }
    if (!state.documents().isEmpty()) {
      throw ApiErrors.namespaceNotEmpty(name, state.documents().size());
    }
    long applyId = writer.newApplyId();
    writer.commit(
        Priority.CATALOG,
        name,
        applyId,
        handle -> {
          long revision =
              NamespaceRows.take(handle, name, state.revision(), applyId)
                  .orElseThrow(() -> changedMeanwhile(handle, state));
          NamespaceRows.delete(handle, name, clock.millis());
          record(handle, applyId, new Revision(name, revision), note);
          return revision;
        },
        revision -> revision);
  }

  private static RuntimeException changedMeanwhile(Handle handle, NamespaceState state) {
    return NamespaceRows.find(handle, state.name())
        .map(head -> Catalog.conflict(head, state.revision()))
        .orElseGet(() -> ApiErrors.namespaceNotFound(state.name()));
  }

  private void record(Handle handle, long applyId, Revision revision, Note note) {
    writer.record(handle, applyId, revision, note, ChangeSource.CHANGE_SOURCE_API);
  }
}
