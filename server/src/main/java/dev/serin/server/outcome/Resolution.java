package dev.serin.server.outcome;

/** Where an outcome counts, or why nobody can say. */
sealed interface Resolution permits PlaceHandle, Refusal, Judgement.Later {}
