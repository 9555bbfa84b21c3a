package dev.serin.house.planted;

/** The root package, which nobody may use. */
public record Root() {}
