package dev.serin.server.http;

import java.util.List;

/**
 * Whether a server can answer, and what stands behind it; shown by {@code /readyz}.
 *
 * @param ready all namespaces are loaded and the server is not stopping
 * @param store {@code up}, or what is wrong with it; evaluations go on without it
 * @param namespaces the namespaces being served, by name
 * @param documentsLookTime when the watched directory was last looked at, RFC 3339; empty: never
 * @param documentErrors what is wrong in the watched directory now; its last good state is served
 */
public record Readiness(
    boolean ready,
    String store,
    List<NamespaceState> namespaces,
    String documentsLookTime,
    List<String> documentErrors) {

  public Readiness {
    namespaces = List.copyOf(namespaces);
    documentErrors = List.copyOf(documentErrors);
  }

  /**
   * A namespace being served.
   *
   * @param namespace its name
   * @param revision revision of the snapshot that answers
   * @param ageMillis milliseconds since it was last known to be the newest
   * @param fromDisk true: loaded from disk, the store was not reached since
   * @param lastError why there is nothing newer; empty: there is nothing newer
   */
  public record NamespaceState(
      String namespace, long revision, long ageMillis, boolean fromDisk, String lastError) {}
}
