package dev.serin.server.rollout.control;

import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.error.ApiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the switches of the features of runs, and of those that they wait for. What cannot be read
 * of one namespace stops no run of another.
 *
 * @param failed told of runs of namespaces that cannot be read
 */
record RunSwitches(RunCatalog catalog, HeldRuns failed) {
  /**
   * As the store has them now.
   *
   * @param runs from which those are taken out whose namespace cannot be read
   * @throws ApiException where the store does not answer
   */
  Map<FeatureName, FeatureSwitches> of(List<HeldRun> runs) {
    try {
      return catalog.switches(features(runs));
    } catch (ApiException e) {
      throw e;
    } catch (RuntimeException unreadable) {
      return ofReadable(runs);
    }
  }

  private Map<FeatureName, FeatureSwitches> ofReadable(List<HeldRun> runs) {
    Map<FeatureName, FeatureSwitches> switches = new HashMap<>();
    Map<String, List<HeldRun>> byNamespace =
        runs.stream().collect(Collectors.groupingBy(run -> run.origin().namespace()));
    for (List<HeldRun> some : byNamespace.values()) {
      try {
        switches.putAll(catalog.switches(features(some)));
      } catch (ApiException e) {
        throw e;
      } catch (RuntimeException e) {
        some.forEach(run -> failed.failed(run, e));
        runs.removeAll(some);
      }
    }
    return switches;
  }

  private static Set<FeatureName> features(List<HeldRun> runs) {
    Set<FeatureName> features = new HashSet<>();
    for (HeldRun run : runs) {
      features.add(run.feature());
      Gates.awaitedFeature(run).ifPresent(features::add);
    }
    return features;
  }
}
