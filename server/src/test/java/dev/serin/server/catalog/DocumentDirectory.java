package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.StoredDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** A directory of documents and a catalog on SQLite it is applied to, with words for tests. */
final class DocumentDirectory implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  final Path root;
  final Catalog catalog;
  final Database database;

  DocumentDirectory(Path parent) throws IOException {
    root = Files.createDirectories(parent.resolve("documents"));
    database =
        Database.open(new StoreConfig.Sqlite(parent.resolve("serin.db")), TransactionObserver.NONE);
    catalog = new Catalog(database, PlanReader::violations, () -> NOW, new Random(1));
  }

  /** An applier that knows nothing of what others applied, as after a restart. */
  DirectoryApplier applier() {
    return new DirectoryApplier(catalog, root, () -> NOW);
  }

  void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    // Beside its place first: a reader sees all of it or nothing.
    Path written = Files.writeString(root.resolveSibling("written"), text);
    Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A pipe, which Java cannot make; nobody writes to it. */
  static void makePipe(Path path) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("mkfifo", path.toString()).start().waitFor();
    if (exitCode != 0) {
      throw new IOException("mkfifo " + path + ": " + exitCode + " (expected: 0)");
    }
  }

  void delete(String file) throws IOException {
    Files.delete(root.resolve(file));
  }

  /** A segment of these users, as a file. */
  static String segment(String key, String users) {
    return "segment: {key: " + key + ", included: [" + users + "]}\n";
  }

  /** Documents over the API. */
  ApplyResult put(String namespace, String yaml) {
    return apply(
        namespace,
        FeatureServer.documents(yaml).stream()
            .<DocumentWrite>map(document -> new DocumentWrite.Put(document, OptionalLong.empty()))
            .toList());
  }

  /** A deletion over the API. */
  ApplyResult deleteOverApi(String namespace, String segment) {
    return apply(
        namespace, List.of(new DocumentWrite.Delete(segmentId(segment), OptionalLong.empty())));
  }

  ApplyResult apply(String namespace, List<DocumentWrite> writes) {
    return catalog.apply(
        new ApplyCommand(
            namespace,
            writes,
            OptionalLong.empty(),
            false,
            new Note("ann", "by hand"),
            ChangeSource.CHANGE_SOURCE_API));
  }

  /** {@code beta=ann,bob by directory}, by key, archived ones too. */
  List<String> segments(String namespace) {
    return catalog
        .list(
            new ListQuery(
                namespace, Optional.of(DocumentKind.DOCUMENT_KIND_SEGMENT), "", true, 1_000, ""))
        .entries()
        .stream()
        .map(DocumentDirectory::shown)
        .toList();
  }

  private static String shown(StoredDocument stored) {
    return stored.getDocument().getSegment().getKey()
        + "="
        + String.join(",", stored.getDocument().getSegment().getIncludedList())
        + " by "
        + stored.getNote().getActor();
  }

  long revision(String namespace) {
    return catalog.states().current(namespace).revision();
  }

  static List<String> errors(DirectoryStatus status) {
    return status.allErrors().stream().map(FileError::toString).toList();
  }

  private static DocumentId segmentId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, key);
  }

  /** The store goes away. */
  void closeStore() {
    database.close();
  }

  @Override
  public void close() {
    database.close();
  }
}
