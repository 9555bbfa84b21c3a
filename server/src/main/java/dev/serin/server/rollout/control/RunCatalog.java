package dev.serin.server.rollout.control;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.catalog.RunScene;
import dev.serin.v1.AwaitedReplica;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
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

  /** Who does not serve a revision yet; see {@link Acknowledgements#awaited}. */
  List<AwaitedReplica> awaited(String namespace, long revision, Optional<Duration> staleAfter);

  /** Knows what replicas serve. Safe for all threads; may block for the store. */
  @FunctionalInterface
  interface Acknowledgements {
    /**
     * The replicas that serve neither a revision of a namespace nor a later one, as far as they
     * said, and have not been silent for so long that their holders serve the control; empty: it is
     * served everywhere.
     *
     * @param staleAfter that silence; empty: they never do by themselves
     */
    List<AwaitedReplica> awaited(String namespace, long revision, Optional<Duration> staleAfter);
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
      public List<AwaitedReplica> awaited(
          String namespace, long revision, Optional<Duration> staleAfter) {
        return acknowledgements.awaited(namespace, revision, staleAfter);
      }
    };
  }
}
