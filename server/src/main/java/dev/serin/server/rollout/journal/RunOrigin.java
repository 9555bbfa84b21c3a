package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * What a run is of. Never changes.
 *
 * @param run id, drawn at random: it salts the run's draw
 * @param namespace of the rollout
 * @param rollout key of the rollout
 * @param feature key of the feature
 * @param split id of the split that the run owns while it is active
 * @param documents the documents it is judged by, as they were at its start
 */
public record RunOrigin(
    String run,
    String namespace,
    String rollout,
    String feature,
    String split,
    ByteString documents) {
  /** Checks that all is there. */
  public RunOrigin {
    requireNonNull(run, "run");
    requireNonNull(namespace, "namespace");
    requireNonNull(rollout, "rollout");
    requireNonNull(feature, "feature");
    requireNonNull(split, "split");
    requireNonNull(documents, "documents");
  }
}
