package dev.serin.server.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server can answer, and what stands behind it; shown by {@code /readyz}.
 *
 * @param ready all namespaces are loaded and the server is not stopping
 * @param store {@code up}, or what is wrong with it; evaluations go on without it
 * @param namespaces the namespaces being served, by name
 * @param outcomes what becomes of outcomes; information alone: decisions go on without
 * @param rollouts who moves runs of rollouts; information alone
 * @param documentsLookTime when the watched directory was last looked at, RFC 3339; empty: never
 * @param documentErrors what is wrong in the watched directory now; its last good state is served
 */
public record Readiness(
    boolean ready,
    String store,
    List<NamespaceState> namespaces,
    OutcomesState outcomes,
    RolloutsState rollouts,
    String documentsLookTime,
    List<String> documentErrors) {

  public Readiness {
    namespaces = List.copyOf(namespaces);
    documentErrors = List.copyOf(documentErrors);
  }

  /**
   * What becomes of outcomes.
   *
   * @param state {@code live}, or what is wrong
   * @param lastFlushAgeMillis milliseconds since some became durable; null: none did since the
   *     start
   * @param oldestPendingMillis milliseconds that the oldest has waited to become durable; 0: none
   *     waits
   * @param streams streams that are open
   * @param sessions producers' sessions that are open
   */
  public record OutcomesState(
      String state,
      @Nullable Long lastFlushAgeMillis,
      long oldestPendingMillis,
      int streams,
      int sessions) {}

  /**
   * Who moves runs of rollouts.
   *
   * @param leads true: this server does; false: another one, or none
   * @param held runs that it moves
   * @param failing those of them that could not be read or decided at the last look
   * @param lastLookAgeMillis milliseconds since it looked last; null: not yet
   */
  public record RolloutsState(
      boolean leads, int held, int failing, @Nullable Long lastLookAgeMillis) {}

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
