package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A rollout of which a run was rolled back.
 *
 * @param namespace of the rollout
 * @param rollout its key
 * @param time of the last such decision, by the clock of the log
 */
public record RolledBack(String namespace, String rollout, Instant time) {
  /** Checks that all is there. */
  public RolledBack {
    requireNonNull(namespace, "namespace");
    requireNonNull(rollout, "rollout");
    requireNonNull(time, "time");
  }
}
