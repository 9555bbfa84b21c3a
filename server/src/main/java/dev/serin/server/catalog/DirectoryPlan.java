package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a namespace ask to be written, beside what others did meanwhile. Pure.
 *
 * <p>The directory is the truth for what it once applied; what people do over the API is theirs:
 *
 * <table>
 * <caption>Per document</caption>
 * <tr><th>file</th><th>stored document</th><th>what happens</th></tr>
 * <tr><td>there</td><td>not there, also where the API deleted it</td><td>created</td></tr>
 * <tr><td>there</td><td>last changed by the directory</td><td>replaced where it differs</td></tr>
 * <tr><td>as the directory last applied it</td><td>changed or archived over the API since</td>
 *     <td>left as it is</td></tr>
 * <tr><td>changed since, or never applied</td><td>last changed over the API</td>
 *     <td>replaced</td></tr>
 * <tr><td>gone</td><td>last changed by the directory</td><td>deleted</td></tr>
 * <tr><td>gone</td><td>last changed over the API</td><td>left as it is</td></tr>
 * </table>
 *
 * <p>So a change made over the API in an emergency outlives rescans and restarts, until somebody
 * changes the file; to take a document out of service for good one archives it or removes its file.
 */
final class DirectoryPlan {
  private DirectoryPlan() {}

  /**
   * The writes of all files, and the deletions of what has none.
   *
   * @param settled documents the directory has nothing to do about
   * @param lastApplied the document as the directory last wrote it, null where it never did or last
   *     deleted it; asked only for documents the API changed since
   */
  static List<DocumentWrite> all(
      NamespaceState state,
      List<Document> files,
      SettledDocuments settled,
      Function<DocumentId, @Nullable Document> lastApplied) {
    List<DocumentWrite> writes = new ArrayList<>();
    Set<DocumentId> inFiles = new HashSet<>();
    for (Document file : files) {
      DocumentId id = DocumentIds.of(file);
      inFiles.add(id);
      if (settled.contains(state, id, file)) {
        continue;
      }
      StoredVersion stored = state.documents().get(id);
      if (stored == null || isOfDirectory(stored) || isNews(state, file, lastApplied.apply(id))) {
        writes.add(new DocumentWrite.Put(file, OptionalLong.empty()));
      }
    }
    for (Map.Entry<DocumentId, StoredVersion> stored : state.documents().entrySet()) {
      if (isOfDirectory(stored.getValue()) && !inFiles.contains(stored.getKey())) {
        writes.add(new DocumentWrite.Delete(stored.getKey(), OptionalLong.empty()));
      }
    }
    return writes;
  }

  /**
   * The writes of those files only whose documents are not there. For files that were applied as
   * they are: where replicas watch directories of different age, none may undo the other for ever.
   */
  static List<DocumentWrite> missing(NamespaceState state, List<Document> files) {
    List<DocumentWrite> writes = new ArrayList<>();
    for (Document file : files) {
      if (!state.documents().containsKey(DocumentIds.of(file))) {
        writes.add(new DocumentWrite.Put(file, OptionalLong.empty()));
      }
    }
    return writes;
  }

  /** How many documents stand there because of the directory. */
  static int countOfDirectory(NamespaceState state) {
    return (int) state.documents().values().stream().filter(DirectoryPlan::isOfDirectory).count();
  }

  private static boolean isOfDirectory(StoredVersion stored) {
    return stored.source() == ChangeSource.CHANGE_SOURCE_DIRECTORY;
  }

  private static boolean isNews(NamespaceState state, Document file, @Nullable Document applied) {
    return applied == null
        || !DocumentNormalizer.normalize(state.name(), file, applied).equals(applied);
  }
}
