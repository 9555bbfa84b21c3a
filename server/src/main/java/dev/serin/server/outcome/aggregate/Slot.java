package dev.serin.server.outcome.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * What fell into one slot of a chart.
 *
 * @param startMillis event time of its beginning, milliseconds since 1970
 * @param count number of values, above 0
 * @param sum their sum
 * @param min the smallest, in steps of 2^-20
 * @param max the largest, in steps of 2^-20
 * @param histogram counts by size; null: not a quantile metric
 */
public record Slot(
    long startMillis,
    long count,
    FixedSum sum,
    long min,
    long max,
    @Nullable CoarseHistogram histogram) {}
