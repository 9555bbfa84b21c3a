package dev.serin.house.planted.store;

/** Something of the store. */
public record Rows() {}
