package dev.serin.server.catalog;

/** Adds up the bytes of a page while it is filled. */
public final class PageSize {
  private long sizeBytes;
  private boolean full;

  /** Adds an entry and returns whether it still belongs to the page; the first always does. */
  public boolean add(int entryBytes) {
    full |= sizeBytes > 0 && sizeBytes + entryBytes > Page.MAX_BYTES;
    sizeBytes += entryBytes;
    return !full;
  }

  /** Whether an entry was added that belongs to the next page. */
  boolean isFull() {
    return full;
  }
}
