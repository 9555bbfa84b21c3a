package dev.serin.server.catalog;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The states of namespaces as they were last read, so that the next reading fetches only what
 * changed since. Safe for all threads; two that read at once each read for themselves.
 */
final class NamespaceStates {
  private final Database database;
  private final StateReader reader;
  private final Map<String, NamespaceState> held = new ConcurrentHashMap<>();

  NamespaceStates(Database database, StateReader reader) {
    this.database = database;
    this.reader = reader;
  }

  /** The state of a namespace as the store has it now. */
  NamespaceState current(String namespace) {
    try {
      NamespaceState before = held.get(namespace);
      NamespaceState now = database.read(handle -> reader.read(handle, namespace, before));
      held.put(namespace, now);
      return now;
    } catch (ApiException e) {
      if (e.reason() == ErrorReason.NAMESPACE_NOT_FOUND) {
        held.remove(namespace);
      }
      throw e;
    }
  }

  /**
   * The states of some namespaces, those that are there; reads what changed since they were read.
   */
  Map<String, NamespaceState> current(Set<String> namespaces) {
    Map<String, NamespaceState> current = new HashMap<>();
    for (NamespaceHead head : heads()) {
      if (namespaces.contains(head.name())) {
        NamespaceState before = held.get(head.name());
        boolean isCurrent = before != null && before.head().equals(head);
        current.put(head.name(), isCurrent ? before : current(head.name()));
      }
    }
    return current;
  }

  /** Where the histories of all namespaces end now. */
  List<NamespaceHead> heads() {
    return database.read(NamespaceRows::all);
  }
}
