package dev.serin.house.planted.decision;

import dev.serin.house.planted.store.Rows;

/** No breach: a domain uses the store. */
public record Right(Rows rows) {}
