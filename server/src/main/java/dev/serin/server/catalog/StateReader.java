package dev.serin.server.catalog;

import dev.serin.server.error.ApiErrors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads the state of namespaces: whole the first time, what changed afterwards. */
final class StateReader {
  private final RunState runState;

  StateReader(RunState runState) {
    this.runState = runState;
  }

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
    PeriodRows.readChangedSince(handle, name, held.revision(), next::addPeriod);
    addRunState(handle, head, held.revision(), next);
    return next.build(head);
  }

  private NamespaceState readWhole(Handle handle, NamespaceHead head) {
    StateBuilder whole = new StateBuilder(null);
    VersionRows.readAll(handle, head.name(), head.revision(), version -> add(whole, version));
    PeriodRows.readChangedSince(handle, head.name(), 0, whole::addPeriod);
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

  private void addRunState(Handle handle, NamespaceHead head, long after, StateBuilder next) {
    KillRows.changedSince(handle, head.name(), after)
        .forEach(kill -> next.setKilled(kill.feature(), kill.killed()));
    runState.changedSince(handle, head.name(), after).forEach(next::setRuns);
  }

  private static void add(StateBuilder next, VersionRows.Version version) {
    if (version.version() == null) {
      next.remove(version.id());
    } else {
      next.put(version.id(), version.version());
    }
  }
}
