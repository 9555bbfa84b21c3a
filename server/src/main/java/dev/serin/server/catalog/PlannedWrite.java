package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One document of a change, as it will be stored.
 *
 * @param id which document
 * @param operation what happens to it
 * @param document the document afterwards; null: deleted
 * @param periods what it does to the counting periods of a feature's splits
 */
record PlannedWrite(
    DocumentId id, Operation operation, @Nullable Document document, List<PeriodStart> periods) {
  PlannedWrite {
    periods = List.copyOf(periods);
  }
}
