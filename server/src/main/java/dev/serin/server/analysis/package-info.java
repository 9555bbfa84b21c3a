/**
 * Statistics: pure functions of aggregates, over input records of their own.
 *
 * <p>Every inference says how often it may be looked at ({@link
 * dev.serin.server.analysis.Validity}): those of this package once, as planned beforehand; those of
 * the packages below at any time, and decisions rest on these alone. Where the numbers do not
 * suffice, the answer is an absence with its reason ({@link dev.serin.server.analysis.Figure}),
 * never NaN or infinity. Differences are treatment minus control throughout. All types are
 * immutable.
 */
@NullMarked
package dev.serin.server.analysis;

import org.jspecify.annotations.NullMarked;
