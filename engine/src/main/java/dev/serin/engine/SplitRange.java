package dev.serin.engine;

/**
 * A part of a split's whole and what it is served.
 *
 * @param start first draw in it, unsigned; the next range's start ends it
 * @param label what it is, as {@code treatment [0, 25)}
 * @param decision what is served
 * @param staleDecision what is served instead when the holder has heard nothing for too long
 */
record SplitRange(long start, String label, Decision decision, Decision staleDecision) {}
