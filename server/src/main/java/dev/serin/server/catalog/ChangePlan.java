package dev.serin.server.catalog;

import dev.serin.engine.Violation;
import dev.serin.v1.DocumentChange;
import java.util.List;

/**
 * A change that was decided on one state of its namespace and may be committed on that only.
 *
 * @param base the state it was decided on
 * @param writes what differs from it
 * @param changes the same, told field by field
 * @param unchanged documents that do not differ
 * @param violations what is wrong with it; only a plan without may be committed
 */
record ChangePlan(
    NamespaceState base,
    List<PlannedWrite> writes,
    List<DocumentChange> changes,
    int unchanged,
    List<Violation> violations) {
  ChangePlan {
    writes = List.copyOf(writes);
    changes = List.copyOf(changes);
    violations = List.copyOf(violations);
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }
}
