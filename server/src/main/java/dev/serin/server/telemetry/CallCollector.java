package dev.serin.server.telemetry;

import io.grpc.Status;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** Shows the meters of calls: {@code serin_calls_total} and {@code serin_call_duration_seconds}. */
final class CallCollector implements MultiCollector {
  private final CallMeters calls;

  CallCollector(CallMeters calls) {
    this.calls = calls;
  }

  @Override
  public MetricSnapshots collect() {
    var ended =
        CounterSnapshot.builder().name("serin_calls").help("Calls by method and status code.");
    var durations =
        HistogramSnapshot.builder()
            .name("serin_call_duration_seconds")
            .help("Seconds from the headers of a call to its end, by method.");
    for (CallMeter meter : calls.all()) {
      for (Status.Code code : Status.Code.values()) {
        long count = meter.count(code);
        if (count > 0) {
          ended.dataPoint(
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .labels(Labels.of("method", meter.method(), "code", code.name()))
                  .value((double) count)
                  .build());
        }
      }
      durations.dataPoint(
          HistogramSnapshot.HistogramDataPointSnapshot.builder()
              .labels(Labels.of("method", meter.method()))
              .classicHistogramBuckets(buckets(meter))
              .sum(meter.sumSeconds())
              .build());
    }
    return MetricSnapshots.of(ended.build(), durations.build());
  }

  private static ClassicHistogramBuckets buckets(CallMeter meter) {
    double[] bounds = CallMeter.boundsSeconds();
    long[] counts = meter.bucketCounts();
    var buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < counts.length; i++) {
      buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
    }
    return buckets.build();
  }
}
