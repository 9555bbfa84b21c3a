package dev.serin.server.telemetry;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** Meters of one name whose series and values are asked for when they are read. */
final class SampledFamily implements Collector {
  private final boolean counters;
  private final String name;
  private final String help;
  private final String[] labels;
  private final Supplier<Collection<Sample>> samples;

  private SampledFamily(
      boolean counters,
      String name,
      String help,
      List<String> labels,
      Supplier<Collection<Sample>> samples) {
    this.counters = counters;
    this.name = name;
    this.help = help;
    this.labels = labels.toArray(String[]::new);
    this.samples = samples;
  }

  static SampledFamily ofCounters(
      String name, String help, List<String> labels, Supplier<Collection<Sample>> samples) {
    return new SampledFamily(true, name, help, labels, samples);
  }

  static SampledFamily ofGauges(
      String name, String help, List<String> labels, Supplier<Collection<Sample>> samples) {
    return new SampledFamily(false, name, help, labels, samples);
  }

  @Override
  public MetricSnapshot collect() {
    return counters ? counters() : gauges();
  }

  private MetricSnapshot counters() {
    var family = CounterSnapshot.builder().name(name).help(help);
    for (Sample sample : samples.get()) {
      family.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(labels(sample))
              .value(sample.value())
              .build());
    }
    return family.build();
  }

  private MetricSnapshot gauges() {
    var family = GaugeSnapshot.builder().name(name).help(help);
    for (Sample sample : samples.get()) {
      family.dataPoint(
          GaugeSnapshot.GaugeDataPointSnapshot.builder()
              .labels(labels(sample))
              .value(sample.value())
              .build());
    }
    return family.build();
  }

  private Labels labels(Sample sample) {
    return Labels.of(labels, sample.labels().toArray(String[]::new));
  }
}
