package dev.serin.server.catalog;

import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import java.util.List;
import java.util.Optional;

/**
 * What a start of a rollout is decided on, of one revision of its namespace. Immutable.
 *
 * @param revision of the namespace; a start takes the next one, or is decided again
 * @param rollout the rollout; empty: there is none of this key
 * @param feature its feature, archived or not; empty: there is none
 * @param archived true: the feature is archived, and nobody is served it
 * @param metrics the namespace's metrics that the rollout names, directly or through ratios, by
 *     key; the feature's own stand in its document
 * @param shared all metrics of the namespace, by key: among them is what a wrong name may have
 *     meant
 * @param switches the feature's kill switch, and whether it is enabled
 */
public record RunScene(
    long revision,
    Optional<StoredRollout> rollout,
    Optional<Feature> feature,
    boolean archived,
    List<Metric> metrics,
    List<Metric> shared,
    FeatureSwitches switches) {
  /** Copies the lists. */
  public RunScene {
    metrics = List.copyOf(metrics);
    shared = List.copyOf(shared);
  }

  /**
   * A rollout as it is stored.
   *
   * @param document the rollout
   * @param revision namespace revision of its last change
   */
  public record StoredRollout(Rollout document, long revision) {}
}
