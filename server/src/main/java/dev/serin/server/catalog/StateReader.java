package dev.serin.server.catalog;

import dev.serin.server.error.ApiErrors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads the state of namespaces: whole the first time, what changed afterwards. Stateless. */
final class StateReader {
  /**
   * The state of a namespace now; {@code held} itself where nothing changed.
   *
   * @param held a state read before; null: none
   */
  NamespaceState read(Handle handle, String name, @Nullable NamespaceState held) {
    NamespaceHead head =
        NamespaceRows.find(handle, name).orElseThrow(() -> ApiErrors.namespaceNotFound(name));
    if (held == null || !continues(handle, held.head(), head)) {
      return readWhole(handle, head);
    }
    if (held.head().equals(head)) {
      return held;
    }
    StateBuilder next = new StateBuilder(held);
    VersionRows.readChangedSince(handle, name, held.revision(), version -> add(next, version));
    addRunState(handle, head, held.revision(), next);
    return next.build(head);
  }

  private NamespaceState readWhole(Handle handle, NamespaceHead head) {
    StateBuilder whole = new StateBuilder(null);
    VersionRows.readAll(handle, head.name(), head.revision(), version -> add(whole, version));
    addRunState(handle, head, 0, whole);
    return whole.build(head);
  }

  /** Whether the change we hold is still part of the history: the store may have been set back. */
  private static boolean continues(Handle handle, NamespaceHead held, NamespaceHead head) {
    if (held.revision() == head.revision()) {
      return held.head() == head.head();
    }
    return held.revision() < head.revision()
        && ChangeSetRows.isHead(handle, held.name(), held.revision(), held.head());
  }

  private static void addRunState(
      Handle handle, NamespaceHead head, long after, StateBuilder next) {
    PeriodRows.readChangedSince(handle, head.name(), after, next::addPeriod);
    KillRows.changedSince(handle, head.name(), after).forEach(next::addKill);
    ServedRunRows.readChangedSince(handle, head.name(), after, next::addRun);
  }

  private static void add(StateBuilder next, VersionRows.Version version) {
    if (version.version() == null) {
      next.remove(version.id());
    } else {
      next.put(version.id(), version.version());
    }
  }
}
