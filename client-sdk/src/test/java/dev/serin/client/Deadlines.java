package dev.serin.client;

import java.time.Duration;

/** Deadlines for tests. */
final class Deadlines {
  /** For calls that must be answered, however busy the machine is. */
  static final Duration GENEROUS = Duration.ofSeconds(60);

  /** For calls that must not be answered. */
  static final Duration SHORT = Duration.ofMillis(100);

  private Deadlines() {}
}
