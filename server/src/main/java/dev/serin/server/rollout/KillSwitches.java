package dev.serin.server.rollout;

import static java.util.stream.Collectors.groupingBy;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.error.ApiException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells which features' kill switches are set, as the store has them now: the holder of the lease
 * notes them in runs a little later. Safe for all threads; blocks for the store.
 */
final class KillSwitches {
  private final Catalog catalog;

  KillSwitches(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Whether that of a feature is set; false of a feature that is not there. */
  boolean isSet(String namespace, String feature) {
    return !among(Set.of(new FeatureName(namespace, feature))).isEmpty();
  }

  /**
   * Those of some features that are set.
   *
   * @throws ApiException where the store does not answer
   */
  Set<FeatureName> among(Collection<FeatureName> features) {
    if (features.isEmpty()) {
      return Set.of();
    }
    try {
      return set(features);
    } catch (ApiException e) {
      throw e;
    } catch (RuntimeException unreadable) {
      return ofReadable(features);
    }
  }

  /** A namespace that this server cannot read hides the switches of no other. */
  private Set<FeatureName> ofReadable(Collection<FeatureName> features) {
    Set<FeatureName> set = new HashSet<>();
    for (List<FeatureName> some :
        features.stream().collect(groupingBy(FeatureName::namespace)).values()) {
      try {
        set.addAll(set(some));
      } catch (ApiException e) {
        throw e;
      } catch (RuntimeException unreadable) {
        // Whoever asks for its documents is told.
      }
    }
    return set;
  }

  private Set<FeatureName> set(Collection<FeatureName> features) {
    return catalog.switches(features).entrySet().stream()
        .filter(entry -> entry.getValue().killed())
        .map(entry -> entry.getKey())
        .collect(Collectors.toSet());
  }
}
