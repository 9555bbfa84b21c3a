package dev.serin.server.rollout;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * Of which runs and minutes somebody wants to know where they stood.
 *
 * @param namespace of the feature
 * @param feature whose runs are meant
 * @param fromMillis first moment, milliseconds since 1970; minutes that begin before are left out
 * @param untilMillis first moment after
 * @param metrics keys of those that are told of; empty: all
 * @param most metrics of all minutes that are wanted at the most; one without any counts as one
 */
public record SlotQuestion(
    String namespace,
    String feature,
    long fromMillis,
    long untilMillis,
    Set<String> metrics,
    int most) {
  /** Checks that all is there, and copies. */
  public SlotQuestion {
    requireNonNull(namespace, "namespace");
    requireNonNull(feature, "feature");
    metrics = Set.copyOf(metrics);
  }
}
