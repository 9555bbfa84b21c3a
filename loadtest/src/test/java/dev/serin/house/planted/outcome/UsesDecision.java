package dev.serin.house.planted.outcome;

import dev.serin.house.planted.decision.Right;

/** A breach: decision uses outcome, not the other way round. */
public record UsesDecision(Right right) {}
