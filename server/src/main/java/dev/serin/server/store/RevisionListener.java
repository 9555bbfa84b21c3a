package dev.serin.server.store;

/** Hears that namespaces changed. Called by threads of the store; must return at once. */
public interface RevisionListener {
  /** A change was committed, here or in another process. May be told twice. */
  void revisionChanged(Revision revision);

  /** Changes may have been missed until now: read what there is. */
  void signalsMissed();
}
