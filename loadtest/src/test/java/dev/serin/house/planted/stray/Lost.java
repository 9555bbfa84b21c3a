package dev.serin.house.planted.stray;

/** A breach: its package is not in the table. */
public record Lost() {}
