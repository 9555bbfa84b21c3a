/**
 * Plans: how many users a comparison needs, how long a rollout's judgements take, and what they can
 * see, from a baseline, a margin and the traffic. Forecasts assume that every user is new and that
 * the traffic is steady; they are for choosing margins and dwells, and decide nothing.
 */
@NullMarked
package dev.serin.server.analysis.planning;

import org.jspecify.annotations.NullMarked;
