package dev.serin.house.planted.analysis;

import dev.serin.house.planted.store.Rows;

/** A breach: statistics are pure functions and see no store. */
public record ReadsRows(Rows rows) {}
