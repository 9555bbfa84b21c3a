package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.StoredDocument;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A catalog on an opened store, with words for what tests do most. */
final class TestCatalog implements AutoCloseable {
  static final Note NOTE = new Note("ann", "test");

  final TestClock clock = new TestClock();
  final Database database;
  final Catalog catalog;

  TestCatalog(StoreConfig config) {
    this(config, TransactionObserver.NONE);
  }

  TestCatalog(StoreConfig config, TransactionObserver observer) {
    this(Database.open(config, observer));
  }

  /** A second catalog over the same store, like another replica's. */
  TestCatalog(Database database) {
    this.database = database;
    // Identities of changes: no test depends on them, and processes must not draw the same.
    this.catalog = new Catalog(database, PlanReader::violations, clock, new SecureRandom());
  }

  ApplyResult put(Document... documents) {
    return put("default", documents);
  }

  ApplyResult put(String namespace, Document... documents) {
    return catalog.apply(command(namespace, puts(documents)));
  }

  static List<DocumentWrite> puts(Document... documents) {
    return Arrays.stream(documents)
        .<DocumentWrite>map(document -> new DocumentWrite.Put(document, OptionalLong.empty()))
        .toList();
  }

  static ApplyCommand command(String namespace, List<DocumentWrite> writes) {
    return new ApplyCommand(
        namespace, writes, OptionalLong.empty(), false, NOTE, ChangeSource.CHANGE_SOURCE_API);
  }

  ApplyResult write(DocumentWrite... writes) {
    return catalog.apply(command("default", List.of(writes)));
  }

  /** What a rollout's move does: a revision, and what a run serves from it on. */
  long serve(ServedRun run) {
    return serve("default", run);
  }

  long serve(String namespace, ServedRun run) {
    return database.write(
        Priority.ROLLOUT,
        handle -> {
          TakenRevision taken =
              catalog.serving().take(handle, namespace, OptionalLong.empty(), "rollouts", "moved");
          catalog.serving().serve(handle, taken, run);
          return taken.revision();
        });
  }

  ApplyResult delete(DocumentId id) {
    return write(new DocumentWrite.Delete(id, OptionalLong.empty()));
  }

  ApplyResult archive(String feature) {
    return write(new DocumentWrite.Archive(feature, OptionalLong.empty()));
  }

  StoredDocument get(DocumentId id) {
    return catalog.get("default", id, OptionalLong.empty());
  }

  StoredDocument getAt(DocumentId id, long revision) {
    return catalog.get("default", id, OptionalLong.of(revision));
  }

  long revision() {
    return revision("default");
  }

  long revision(String namespace) {
    return catalog.states().current(namespace).revision();
  }

  /** All documents, archived ones too. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    String token = "";
    do {
      Page<StoredDocument> page =
          catalog.list(new ListQuery("default", Optional.empty(), "", true, 1_000, token));
      page.entries()
          .forEach(stored -> keys.add(DocumentIds.shown(DocumentIds.of(stored.getDocument()))));
      token = page.nextPageToken();
    } while (!token.isEmpty());
    return keys;
  }

  /** The newest changes, as "3 ann UPDATED feature/checkout". */
  List<String> history() {
    return catalog
        .history(new HistoryQuery("default", Optional.empty(), 1_000, ""))
        .entries()
        .stream()
        .map(TestCatalog::shown)
        .toList();
  }

  static String shown(HistoryEntry entry) {
    return entry.getRevision() + " " + entry.getNote().getActor() + " " + shown(entry.getChange());
  }

  /** "UPDATED feature/checkout". */
  static String shown(DocumentChange change) {
    return change.getKind().name().substring("CHANGE_KIND_".length())
        + " "
        + DocumentIds.shown(new DocumentId(change.getRef().getKind(), change.getRef().getKey()));
  }

  @Override
  public void close() {
    database.close();
  }
}
