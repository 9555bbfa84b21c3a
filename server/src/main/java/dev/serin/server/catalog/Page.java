package dev.serin.server.catalog;

import java.util.List;

/**
 * One page of a list.
 *
 * @param <T> what is listed
 * @param entries the entries
 * @param revision revision of the namespace the page was read at
 * @param nextPageToken token of the next page; empty: this was the last
 */
public record Page<T>(List<T> entries, long revision, String nextPageToken) {
  /**
   * Size at which a page ends though it holds fewer entries than asked for: gRPC clients take
   * messages of 4 MiB unless told otherwise.
   */
  static final int MAX_BYTES = 3 << 20;

  /** Copies the list. */
  public Page {
    entries = List.copyOf(entries);
  }
}
