package dev.serin.server.catalog;

import java.util.List;

/**
 * What an operator wants to know of the snapshots being served.
 *
 * @param ready true: every namespace was loaded
 * @param storeError why the store cannot be read; empty: it can
 * @param namespaces the namespaces by name
 */
public record RefresherStatus(boolean ready, String storeError, List<NamespaceStatus> namespaces) {
  /** Copies the list. */
  public RefresherStatus {
    namespaces = List.copyOf(namespaces);
  }

  /** What the server waits for while it is not ready, as a text for people. */
  public String awaited() {
    return storeError.isEmpty()
        ? "namespaces are still being loaded; " + namespaces.size() + " of them can be served"
        : storeError;
  }
}
