package dev.serin.server.rollout.monitor;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.control.LastLook;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.journal.RunOrigin;
import java.util.List;
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
 * @param share treatment's share of the split, 0 to 1; 0 while the kill switch is set
 * @param users of both arms in the stage, at the last look; 0: nobody has looked yet
 * @param metrics what that look showed of them; empty likewise
 */
public record SeenRun(
    String namespace,
    String rollout,
    String feature,
    String run,
    String state,
    int stage,
    double share,
    long users,
    List<SeenMetric> metrics) {
  static SeenRun of(RunView run, Optional<LastLook> look) {
    RunOrigin origin = run.stored().origin();
    return new SeenRun(
        origin.namespace(),
        origin.rollout(),
        origin.feature(),
        origin.run(),
        run.state().phase().name().toLowerCase(Locale.ROOT),
        run.state().stage(),
        run.state().killed() ? 0 : run.state().traffic().fraction(),
        look.map(it -> it.exposed().total()).orElse(0L),
        look.map(LastLook::readings).orElse(List.of()).stream().map(SeenMetric::of).toList());
  }

  /** Checks that all is there, and copies. */
  public SeenRun {
    requireNonNull(namespace, "namespace");
    requireNonNull(rollout, "rollout");
    requireNonNull(feature, "feature");
    requireNonNull(run, "run");
    requireNonNull(state, "state");
    metrics = List.copyOf(metrics);
  }
}
