package dev.serin.server.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Passes signals on to whoever listens in this process. Safe for all threads. */
final class RevisionSignals {
  private final List<RevisionListener> listeners = new CopyOnWriteArrayList<>();

  /** Adds a listener until what is returned is closed. */
  Subscription subscribe(RevisionListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void changed(Revision revision) {
    each(listener -> listener.revisionChanged(revision));
  }

  void missed() {
    each(RevisionListener::signalsMissed);
  }

  private void each(Consumer<RevisionListener> call) {
    listeners.forEach(call);
  }
}
