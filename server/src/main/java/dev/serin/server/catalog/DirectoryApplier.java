package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.v1.ChangeKind;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.HistoryEntry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The application of a directory to the catalog, namespace by namespace, each whole or not at all.
 *
 * <p>What is written, {@link DirectoryPlan} says: all that the files ask for when they differ from
 * what this process applied last (or when it starts), else only what is missing. A folder or a
 * directory without any file deletes nothing, for that is what a volume looks like that is not
 * mounted: remove the folder to delete its documents.
 *
 * <p>Not thread-safe; {@link DirectoryWatcher} uses it from one thread. Errors are values here.
 */
final class DirectoryApplier {
  /** Times a namespace is looked at anew because others changed it meanwhile. */
  private static final int MAX_ATTEMPTS = 5;

  private static final Note NOTE = new Note("directory", "");

  /** Changes of one page when the directory's last version of a document is looked for. */
  private static final int HISTORY_PAGE_SIZE = 100;

  private final Catalog catalog;
  private final Path directory;
  private final InstantSource clock;
  private final FileReadings readings;

  /** What was seen last, by namespace. */
  private final Map<String, Seen> seen = new HashMap<>();

  /** What the plan for all files need not look at again, by namespace. */
  private final Map<String, SettledDocuments> settled = new HashMap<>();

  /**
   * A look at one namespace whose outcome only another revision or other files can change.
   *
   * @param result what it led to, with the revision after it
   */
  private record Seen(String fingerprint, DirectoryStatus.Namespace result) {
    boolean isNow(String fingerprintNow, @Nullable Long revisionNow) {
      return fingerprint.equals(fingerprintNow)
          && revisionNow != null
          && result.revision() == revisionNow;
    }

    boolean isApplied(String fingerprintNow) {
      return fingerprint.equals(fingerprintNow) && result.errors().isEmpty();
    }
  }

  DirectoryApplier(Catalog catalog, Path directory, InstantSource clock) {
    this.catalog = catalog;
    this.directory = directory;
    this.clock = clock;
    this.readings = new FileReadings(directory, clock);
  }

  /** Looks at the directory now and applies it. */
  DirectoryStatus scan() {
    DirectoryContent content = DirectoryContent.look(directory, readings);
    List<FileError> errors = new ArrayList<>(content.errors());
    List<DirectoryStatus.Namespace> results = new ArrayList<>();
    if (content.readable()) {
      try {
        apply(content, results, errors);
      } catch (ApiException e) {
        errors.add(FileError.ofFile(directory.toString(), message(e)));
      }
    }
    return new DirectoryStatus(directory, clock.instant(), results, errors);
  }

  private void apply(
      DirectoryContent content, List<DirectoryStatus.Namespace> results, List<FileError> errors) {
    Map<String, Long> revisions = new TreeMap<>();
    catalog
        .listNamespaces()
        .forEach(namespace -> revisions.put(namespace.getName(), namespace.getRevision()));
    boolean empty =
        content.namespaces().values().stream().allMatch(files -> files.files().isEmpty());
    TreeSet<String> names = new TreeSet<>(content.namespaces().keySet());
    names.addAll(revisions.keySet());
    for (String name : names) {
      NamespaceFiles files = content.namespaces().get(name);
      if (files == null && empty) {
        int left = DirectoryPlan.countOfDirectory(catalog.states().current(name));
        if (left > 0) {
          errors.add(noFiles(directory.toString(), name, left));
        }
        continue;
      }
      if (files == null) {
        files = new NamespaceFiles(name, List.of(), List.of(), "");
      }
      boolean folder = content.namespaces().containsKey(name);
      DirectoryStatus.Namespace result = namespace(files, revisions.get(name), folder);
      if (folder || result.changes() > 0 || !result.errors().isEmpty()) {
        results.add(result);
      }
    }
  }

  private DirectoryStatus.Namespace namespace(
      NamespaceFiles files, @Nullable Long revision, boolean folder) {
    String name = files.namespace();
    Seen before = seen.get(name);
    if (before != null && before.isNow(files.fingerprint(), revision)) {
      return new DirectoryStatus.Namespace(
          name, before.result().revision(), 0, before.result().errors());
    }
    long revisionNow = revision == null ? 0 : revision;
    ParsedDocuments documents = files.documents();
    DirectoryStatus.Namespace result;
    try {
      List<FileError> errors = documents.errors();
      if (!errors.isEmpty()) {
        result = new DirectoryStatus.Namespace(name, revisionNow, 0, errors);
      } else {
        if (revision == null) {
          create(name);
        }
        boolean onlyMissing = before != null && before.isApplied(files.fingerprint());
        result = apply(name, documents.toDocuments(), onlyMissing, folder);
      }
    } catch (ApiException e) {
      if (e.violations().isEmpty()) {
        // Not remembered: a store that was away may be back at the next look.
        List<FileError> errors = List.of(FileError.ofFile(name + "/", message(e)));
        return new DirectoryStatus.Namespace(name, revisionNow, 0, errors);
      }
      result =
          new DirectoryStatus.Namespace(name, revisionNow, 0, documents.locate(e.violations()));
    }
    seen.put(name, new Seen(files.fingerprint(), result));
    return result;
  }

  private void create(String name) {
    try {
      catalog.createNamespace(name, NOTE);
    } catch (ApiException e) {
      // Another replica, which watches the same files, was faster.
      if (e.reason() != ErrorReason.NAMESPACE_EXISTS) {
        throw e;
      }
    }
  }

  private DirectoryStatus.Namespace apply(
      String name, List<Document> documents, boolean onlyMissing, boolean folder) {
    for (int attempt = 1; ; attempt++) {
      NamespaceState state = catalog.states().current(name);
      int left = DirectoryPlan.countOfDirectory(state);
      // A file has at least one document, else it has an error.
      if (folder && documents.isEmpty() && left > 0) {
        return new DirectoryStatus.Namespace(
            name, state.revision(), 0, List.of(noFiles(name + "/", name, left)));
      }
      List<DocumentWrite> writes =
          onlyMissing
              ? DirectoryPlan.missing(state, documents)
              : DirectoryPlan.all(
                  state,
                  documents,
                  settled.getOrDefault(name, SettledDocuments.NONE),
                  id -> lastApplied(state.name(), id));
      if (writes.isEmpty()) {
        if (!onlyMissing) {
          settled.put(name, SettledDocuments.of(state, documents));
        }
        return new DirectoryStatus.Namespace(state.name(), state.revision(), 0, List.of());
      }
      try {
        ApplyResult result =
            catalog.apply(
                new ApplyCommand(
                    state.name(),
                    writes,
                    OptionalLong.of(state.revision()),
                    false,
                    NOTE,
                    ChangeSource.CHANGE_SOURCE_DIRECTORY));
        NamespaceState after = catalog.states().current(name);
        // Otherwise others wrote in between, and the next plan looks at everything.
        if (!onlyMissing && after.revision() == result.revision()) {
          settled.put(name, SettledDocuments.of(after, documents));
        }
        return new DirectoryStatus.Namespace(
            state.name(), result.revision(), result.changes().size(), List.of());
      } catch (ApiException e) {
        // The plan was made for one revision: with the next one it may be another plan.
        if (e.reason() != ErrorReason.REVISION_CONFLICT || attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** The document as the directory last wrote it; null: never, or it deleted it. */
  private @Nullable Document lastApplied(String namespace, DocumentId id) {
    String token = "";
    do {
      Page<HistoryEntry> page =
          catalog.history(new HistoryQuery(namespace, Optional.of(id), HISTORY_PAGE_SIZE, token));
      for (HistoryEntry entry : page.entries()) {
        if (entry.getSource() == ChangeSource.CHANGE_SOURCE_DIRECTORY) {
          return entry.getChange().getKind() == ChangeKind.CHANGE_KIND_DELETED
              ? null
              : catalog.get(namespace, id, OptionalLong.of(entry.getRevision())).getDocument();
        }
      }
      token = page.nextPageToken();
    } while (!token.isEmpty());
    return null;
  }

  private static FileError noFiles(String place, String namespace, int left) {
    return FileError.ofFile(
        place,
        "no files, but "
            + left
            + " documents of namespace \""
            + namespace
            + "\" are of files (expected: at least one file, or the folder removed)");
  }

  private static String message(ApiException e) {
    return String.valueOf(e.getMessage());
  }
}
