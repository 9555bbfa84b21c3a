package dev.serin.server.catalog;

import dev.serin.server.error.ApiException;
import dev.serin.v1.AwaitedReplica;
import dev.serin.v1.KillFeatureResponse;
import java.util.List;

/** Adds to the answer of a kill switch that is set who serves it. */
final class KillReach {
  /** Replicas that are named: more than a store has. */
  static final int AWAITED_MAX = 100;

  private KillReach() {}

  /** Tells it of the revision in the answer; where the store does not say, nothing is told. */
  static KillFeatureResponse.Builder tell(
      KillFeatureResponse.Builder answer,
      ServedRevisions revisions,
      String namespace,
      String feature) {
    List<AwaitedReplica> awaited;
    try {
      awaited = revisions.awaited(namespace, feature, answer.getRevision());
    } catch (ApiException e) {
      // The switch is set, and the answer must say so.
      return answer;
    }
    return answer
        .setServedEverywhere(awaited.isEmpty())
        .addAllAwaited(awaited.subList(0, Math.min(awaited.size(), AWAITED_MAX)));
  }
}
