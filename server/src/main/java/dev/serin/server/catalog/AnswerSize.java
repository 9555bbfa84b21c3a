package dev.serin.server.catalog;

import dev.serin.v1.DocumentChange;
import java.util.ArrayList;
import java.util.List;

/**
 * How much an answer tells: gRPC clients take messages of 4 MiB unless told otherwise, and a change
 * that was made must not look like a failure because its description is long.
 */
final class AnswerSize {
  /** Violations of one answer; nobody mends more at once. */
  static final int MAX_VIOLATIONS = 1_000;

  private AnswerSize() {}

  /** The changes; once {@link Page#MAX_BYTES} are told, the rest without their fields. */
  static List<DocumentChange> of(List<DocumentChange> changes) {
    List<DocumentChange> told = new ArrayList<>(changes.size());
    long sizeBytes = 0;
    for (DocumentChange change : changes) {
      sizeBytes += change.getSerializedSize();
      told.add(sizeBytes <= Page.MAX_BYTES ? change : change.toBuilder().clearFields().build());
    }
    return told;
  }
}
