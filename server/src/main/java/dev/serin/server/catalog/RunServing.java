package dev.serin.server.catalog;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.store.Revision;
import dev.serin.v1.ChangeSource;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/**
 * Lets rollouts change what a namespace serves inside their own transaction: first {@link #take},
 * which everybody else who changes the namespace waits for from there on, then the rest. Once the
 * transaction is committed all replicas are signalled, as of any other change.
 *
 * <p>Safe for all threads.
 */
public final class RunServing {
  private final ChangeWriter writer;

  RunServing(ChangeWriter writer) {
    this.writer = writer;
  }

  /**
   * Takes the next revision of a namespace.
   *
   * @param expected revision that the change was decided on; empty: any
   * @param actor who changes what is served; kept with the revision
   * @param reason why; may be empty
   * @throws StaleNamespaceException if the namespace has another revision than was expected
   * @throws dev.serin.server.error.ApiException {@code NAMESPACE_NOT_FOUND} if it is gone
   */
  public TakenRevision take(
      Handle handle, String namespace, OptionalLong expected, String actor, String reason) {
    long applyId = writer.newApplyId();
    OptionalLong taken =
        expected.isPresent()
            ? NamespaceRows.take(handle, namespace, expected.getAsLong(), applyId)
            : NamespaceRows.takeNext(handle, namespace, applyId);
    if (taken.isEmpty()) {
      NamespaceHead head =
          NamespaceRows.find(handle, namespace)
              .orElseThrow(() -> ApiErrors.namespaceNotFound(namespace));
      throw new StaleNamespaceException(namespace, expected.orElse(0), head.revision());
    }
    writer.record(
        handle,
        applyId,
        new Revision(namespace, taken.getAsLong()),
        new Note(actor, reason),
        ChangeSource.CHANGE_SOURCE_API);
    return new TakenRevision(namespace, taken.getAsLong(), applyId);
  }

  /**
   * Whether a feature's kill switch is set. Asked after {@link #take} in the same transaction, it
   * stays so until that ends.
   */
  public boolean isKilled(Handle handle, String namespace, String feature) {
    return KillRows.isKilled(handle, namespace, feature);
  }

  /** Writes what a run serves from a revision on; once for each split and revision. */
  public void serve(Handle handle, TakenRevision taken, ServedRun run) {
    ServedRunRows.insert(handle, taken, run);
  }
}
