package dev.serin.server.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.RunningServer;
import dev.serin.v1.Rollout;
import java.io.UncheckedIOException;

/** Documents that a test of RolloutService begins with. */
final class RolloutDocuments {
  private RolloutDocuments() {}

  /** A feature with a split in two halves and a metric. */
  static String feature(String key) {
    return """
    { "feature": {
        "key": "%s",
        "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
        "default_variant": "off",
        "splits": [ { "id": "half", "weights": [
            { "variant": "on", "weight": 50 }, { "variant": "off", "weight": 50 } ] } ],
        "default_rule": { "split": "half" },
        "metrics": [ { "key": "errors", "kind": "METRIC_KIND_EVENT",
            "better": "BETTER_DIRECTION_LOWER" } ]
    } }
    """
        .formatted(key);
  }

  /** A rollout of such a feature: a fifth, then all, each for an hour. */
  static String rollout(String key, String feature) {
    return """
    { "rollout": {
        "key": "%s",
        "feature": "%s",
        "split": "half",
        "treatment": "on",
        "control": "off",
        "guardrails": [ { "metric": "errors" } ],
        "stages": [
          { "name": "canary", "kind": "STAGE_KIND_CANARY", "share": 20, "dwell": "3600s" },
          { "name": "full", "kind": "STAGE_KIND_FULL", "share": 100, "dwell": "3600s" } ]
    } }
    """
        .formatted(key, feature);
  }

  static Rollout parsed(String key, String feature) {
    try {
      return RunningServer.document(rollout(key, feature)).getRollout();
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }
}
