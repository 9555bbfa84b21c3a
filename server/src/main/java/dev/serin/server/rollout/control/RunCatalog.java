package dev.serin.server.rollout.control;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.catalog.RunScene;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** What runs read of the catalog. Safe for all threads; blocks for the store. */
public interface RunCatalog {
  /**
   * What a start is decided on, read at one revision.
   *
   * @throws dev.serin.server.error.ApiException {@code NAMESPACE_NOT_FOUND}, or of the store
   */
  RunScene scene(String namespace, String rollout);

  /** The switches of some features, of all that are asked for, as the store has them now. */
  Map<FeatureName, FeatureSwitches> switches(Collection<FeatureName> features);

  /** Who serves a revision by now; see {@link Acknowledgements#acknowledged}. */
  boolean acknowledged(String namespace, long revision, Optional<Duration> staleAfter);

  /** Knows what replicas serve. Safe for all threads; may block for the store. */
  @FunctionalInterface
  interface Acknowledgements {
    /**
     * Whether every live replica serves a revision of a namespace, or a later one, or has been
     * silent for so long that its holders serve the control.
     *
     * @param staleAfter that silence; empty: they never do by themselves
     */
    boolean acknowledged(String namespace, long revision, Optional<Duration> staleAfter);
  }

  /** That of a server. */
  static RunCatalog of(Catalog catalog, Acknowledgements acknowledgements) {
    return new RunCatalog() {
      @Override
      public RunScene scene(String namespace, String rollout) {
        return catalog.scene(namespace, rollout);
      }

      @Override
      public Map<FeatureName, FeatureSwitches> switches(Collection<FeatureName> features) {
        return catalog.switches(features);
      }

      @Override
      public boolean acknowledged(String namespace, long revision, Optional<Duration> staleAfter) {
        return acknowledgements.acknowledged(namespace, revision, staleAfter);
      }
    };
  }
}
