package dev.serin.server.decision;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The snapshots being served, by namespace; asking never loads, waits or locks. */
public interface ServedSnapshots {

  /**
   * The place of one namespace. It stays the same while the namespace is there, so that a caller
   * may keep it; asking it allocates nothing.
   */
  interface Place {
    /** The newest snapshot; null: the namespace is gone. */
    @Nullable ServedSnapshot snapshot();

    /** Milliseconds since the snapshot was last known to be the newest; 0: just now. */
    long silentMillis();
  }

  /** The place of a namespace; null: there is none of this name. */
  @Nullable Place place(String namespace);

  /** All namespaces being served. */
  Set<String> namespaces();

  /** Whether all namespaces were loaded: until then an unknown one may exist. */
  boolean ready();

  /** The newest snapshot of a namespace; null: there is none of this name. */
  default @Nullable ServedSnapshot get(String namespace) {
    Place place = place(namespace);
    return place == null ? null : place.snapshot();
  }
}
