/**
 * Quantiles, judged as often as one likes.
 *
 * <p>The guardrail to begin with is another: <em>a user had a request above the limit</em>, an
 * event metric that the caller reports as 1 or 0 with each outcome. It is exact, counts users, and
 * is tested like every event ({@code dev.serin.server.analysis.count}); nothing is computed here
 * for it. {@link dev.serin.server.analysis.quantile.QuantileTest} is for those who have no limit
 * and want no quantile to be so many percent above the control's. All types are immutable.
 */
@NullMarked
package dev.serin.server.analysis.quantile;

import org.jspecify.annotations.NullMarked;
