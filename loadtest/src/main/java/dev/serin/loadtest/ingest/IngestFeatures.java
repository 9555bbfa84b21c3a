package dev.serin.loadtest.ingest;

import dev.serin.loadtest.workload.SplitFeatures;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;

/** A feature with three metrics on a running server, and tokens of its variants. */
final class IngestFeatures {
  static final String NAMESPACE = "ingest";
  static final String FEATURE = "checkout";

  private static final int VARIANTS = 2;

  private IngestFeatures() {}

  /** Makes the feature; returns a decision token of each variant. */
  static List<String> create(ManagedChannel channel) {
    var features = new SplitFeatures(channel, NAMESPACE);
    features.create(
        List.of(
            SplitFeatures.feature(
                FEATURE,
                List.of(
                    metric(
                        OutcomeBatches.LATENCY,
                        MetricKind.METRIC_KIND_QUANTILE,
                        BetterDirection.BETTER_DIRECTION_LOWER),
                    metric(
                        OutcomeBatches.ERROR,
                        MetricKind.METRIC_KIND_EVENT,
                        BetterDirection.BETTER_DIRECTION_LOWER),
                    metric(
                        OutcomeBatches.CONVERSION,
                        MetricKind.METRIC_KIND_EVENT,
                        BetterDirection.BETTER_DIRECTION_HIGHER)))));
    List<String> tokens = new ArrayList<>();
    for (int user = 0; tokens.size() < VARIANTS; user++) {
      String token = features.token(FEATURE, "user-" + user);
      if (!tokens.contains(token)) {
        tokens.add(token);
      }
    }
    return tokens;
  }

  private static Metric metric(String key, MetricKind kind, BetterDirection better) {
    return Metric.newBuilder().setKey(key).setKind(kind).setBetter(better).build();
  }
}
