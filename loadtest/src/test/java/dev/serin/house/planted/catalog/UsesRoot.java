package dev.serin.house.planted.catalog;

import dev.serin.house.planted.Root;

/** A breach: nobody uses the root package. */
public record UsesRoot(Root root) {}
