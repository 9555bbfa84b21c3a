package dev.serin.server.rollout;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Lists rollouts by key: those that are documents, and those that are gone but were started. */
final class RolloutListing {
  private final Catalog catalog;
  private final Runs runs;
  private final KillSwitches kills;

  RolloutListing(Catalog catalog, Runs runs, KillSwitches kills) {
    this.catalog = catalog;
    this.runs = runs;
    this.kills = kills;
  }

  /**
   * A part of the list.
   *
   * @param last key of the last rollout that was looked at; empty: there are no more
   */
  record Part(List<RolloutRun> runs, String last) {}

  /**
   * Looks at the rollouts that come after a key.
   *
   * @param states of the newest run that are wanted; unspecified: never started; empty: all
   * @param feature that is wanted; empty: all
   * @param limit rollouts that are looked at, 1 or more
   */
  Part after(String namespace, String after, Set<RolloutState> states, String feature, int limit) {
    TreeMap<String, RolloutRun> found = new TreeMap<>();
    for (Rollout rollout : catalog.rollouts(namespace, after, limit)) {
      found.put(rollout.getKey(), RunMessages.never(namespace, rollout));
    }
    for (StoredRun run : runs.newestOf(namespace, after, limit)) {
      found.put(run.origin().rollout(), shown(run));
    }
    boolean more = found.size() >= limit;
    List<String> keys = found.keySet().stream().limit(limit).toList();
    List<RolloutRun> wanted = new ArrayList<>();
    for (String key : keys) {
      RolloutRun run = found.get(key);
      if (run != null
          && (states.isEmpty() || states.contains(run.getState()))
          && (feature.isEmpty() || feature.equals(run.getFeature()))) {
        wanted.add(run);
      }
    }
    return new Part(marked(wanted), more ? keys.getLast() : "");
  }

  /** One that cannot be read is listed with what its row says, and hides no other. */
  private RolloutRun shown(StoredRun stored) {
    RunReading run = runs.read(stored);
    return run.view()
        .map(RunMessages::run)
        .orElseGet(() -> RunMessages.unreadable(stored, run.unreadable()))
        .build();
  }

  /** With those marked whose feature's kill switch is set. */
  private List<RolloutRun> marked(List<RolloutRun> shown) {
    Set<FeatureName> killed =
        kills.among(shown.stream().map(RolloutListing::feature).collect(Collectors.toSet()));
    return shown.stream()
        .map(run -> run.toBuilder().setKilled(killed.contains(feature(run))).build())
        .toList();
  }

  private static FeatureName feature(RolloutRun run) {
    return new FeatureName(run.getNamespace(), run.getFeature());
  }
}
