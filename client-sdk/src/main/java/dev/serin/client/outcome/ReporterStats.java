package dev.serin.client.outcome;

/**
 * What a reporter did since it was built, in outcomes. At rest {@code reported + recovered} is
 * {@code queued + acknowledged + refused + dropped}.
 *
 * @param reported given to {@code report}
 * @param recovered found in the spool at the start; the process before may have heard of some
 * @param queued taken, and not yet acknowledged
 * @param spooled of those queued, safe on disk
 * @param acknowledged counted durably; one whose refusal was lost on the way is among them
 * @param displayed of those acknowledged, counted for display only
 * @param refused not counted, and why was told
 * @param dropped not taken: the queue was full, or the reporter had stopped
 * @param lost gone after they were taken: by the server, after it had acknowledged them, or from
 *     damaged files of the spool
 * @param resends sent once more after a stream was cut; each is counted once all the same
 * @param streams streams opened, the first included
 */
public record ReporterStats(
    long reported,
    long recovered,
    long queued,
    long spooled,
    long acknowledged,
    long displayed,
    long refused,
    long dropped,
    long lost,
    long resends,
    long streams) {}
