package dev.serin.server.outcome.ledger;

/**
 * Those who know what the ledger's bytes mean.
 *
 * @param source where flushes come from
 * @param sink the view that what others committed is added to
 * @param bounds what keeps that view within its bounds
 * @param merger adds deltas up
 * @param watermarks how complete the outcomes are
 */
public record LedgerParts(
    FlushSource source,
    DeltaSink sink,
    ViewBounds bounds,
    DeltaMerger merger,
    Watermarks watermarks) {}
