package dev.serin.house.planted.catalog;

import java.time.Instant;
import java.util.Random;

/** A breach where purity is asked for: a generator of its own and three impure calls. */
public record ReadsClock(Random random) {
  /** A number nobody can repeat. */
  public double unrepeatable() {
    return Math.random() + System.nanoTime() + Instant.now().toEpochMilli();
  }
}
