package dev.serin.server.rollout.monitor;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.v1.Verdict;
import java.util.Locale;
import java.util.Optional;

/**
 * An active run as meters show it.
 *
 * @param namespace of the rollout
 * @param rollout its key
 * @param feature key of its feature
 * @param run id
 * @param state its state, in lower case
 * @param stage number of its stage, from 1; 0: none yet
 * @param share treatment's share of the split, 0 to 1
 * @param verdict what the last look showed; empty: nothing yet
 */
public record SeenRun(
    String namespace,
    String rollout,
    String feature,
    String run,
    String state,
    int stage,
    double share,
    Optional<Verdict> verdict) {
  static SeenRun of(RunView run, Optional<Verdict> verdict) {
    RunOrigin origin = run.stored().origin();
    return new SeenRun(
        origin.namespace(),
        origin.rollout(),
        origin.feature(),
        origin.run(),
        run.state().phase().name().toLowerCase(Locale.ROOT),
        run.state().stage(),
        run.state().traffic().fraction(),
        verdict);
  }

  /** Checks that all is there. */
  public SeenRun {
    requireNonNull(namespace, "namespace");
    requireNonNull(rollout, "rollout");
    requireNonNull(feature, "feature");
    requireNonNull(run, "run");
    requireNonNull(state, "state");
    requireNonNull(verdict, "verdict");
  }
}
