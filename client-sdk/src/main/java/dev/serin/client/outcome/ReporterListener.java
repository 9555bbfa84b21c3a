package dev.serin.client.outcome;

/**
 * Hears what does not go as it should. Called on the reporter's own thread: a listener that takes
 * its time holds up the reporter, never those who report; it must not close or flush it. What it
 * throws is logged. All of it is logged besides, once in a while, and counted in {@link
 * ReporterStats}.
 */
public interface ReporterListener {
  /** Hears nothing. */
  ReporterListener NONE = new ReporterListener() {};

  /** An outcome was refused, or counted for display only. Told once. */
  default void onRefused(RefusedOutcome refused) {}

  /**
   * Outcomes were dropped, because the queue was full or the reporter stopped.
   *
   * @param outcomes how many since it was last told; told at most once a second
   */
  default void onDropped(long outcomes) {}

  /**
   * Outcomes are gone that had been taken: the server lost what it had acknowledged, or the spool's
   * files are damaged.
   *
   * @param outcomes how many
   */
  default void onLost(long outcomes) {}

  /**
   * Another process has opened this one's session, by a copy of its spool. The reporter has stopped
   * for good: what it had not heard of is counted once or not at all, what is reported is dropped.
   *
   * @param description as the server told it
   */
  default void onFenced(String description) {}
}
