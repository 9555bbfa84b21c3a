package dev.serin.loadtest.faults;

import dev.serin.loadtest.workload.SplitFeatures;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A feature for each producer. */
final class FaultFeatures {
  static final String NAMESPACE = "faults";

  private final ManagedChannel channel;

  FaultFeatures(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Makes the features; returns a decision token of each. Ends the channel. */
  Map<String, String> create(List<String> names) {
    try {
      var features = new SplitFeatures(channel, NAMESPACE);
      features.create(names.stream().map(FaultFeatures::feature).toList());
      Map<String, String> tokens = new TreeMap<>();
      names.forEach(name -> tokens.put(name, features.token(name, "somebody")));
      return tokens;
    } finally {
      channel.shutdownNow();
    }
  }

  private static Feature feature(String name) {
    return SplitFeatures.feature(
        name,
        List.of(
            Metric.newBuilder()
                .setKey(ProducerMain.METRIC)
                .setKind(MetricKind.METRIC_KIND_EVENT)
                .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER)
                .build()));
  }
}
