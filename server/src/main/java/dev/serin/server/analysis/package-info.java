/**
 * Statistics: pure functions of aggregates, over input records of their own.
 *
 * <p>Every inference here is of fixed size: valid for one look, planned beforehand, and shown as
 * such ({@link dev.serin.server.analysis.Validity}). Where the numbers do not suffice, the answer
 * is an absence with its reason ({@link dev.serin.server.analysis.Figure}), never NaN or infinity.
 * Differences are treatment minus control throughout. All types are immutable.
 */
@NullMarked
package dev.serin.server.analysis;

import org.jspecify.annotations.NullMarked;
