/**
 * What outcomes add up to: forms that merge exactly. Any split of the outcomes over streams,
 * flushes, replicas and restarts, in any order and grouping, gives the same bits.
 *
 * <p>Everything here is pure and single-threaded: no clock, no lock, no store. Merging is integer
 * addition, union, minimum and maximum, and nothing else, so that it is associative and
 * commutative. Units appear as 64-bit hashes; their keys never come here.
 */
@NullMarked
package dev.serin.server.outcome.aggregate;

import org.jspecify.annotations.NullMarked;
