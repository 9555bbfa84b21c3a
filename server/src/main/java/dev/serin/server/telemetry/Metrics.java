package dev.serin.server.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * All meters of a server, as Prometheus reads them.
 *
 * <p>Meters of the hot path are adders that are summed up when somebody asks; nothing is collected
 * in between.
 */
public final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final CallMeters calls = new CallMeters();
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  /** Meters of calls and of the JVM; others are added by those who have something to show. */
  public Metrics() {
    registry.getPrometheusRegistry().register(new CallCollector(calls));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
  }

  /** The meters of calls. */
  public CallMeters calls() {
    return calls;
  }

  /** Where gauges and the meters of libraries are registered. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Adds a family of counters that is read when somebody asks. */
  public void counters(
      String name, String help, List<String> labels, Supplier<Collection<Sample>> samples) {
    registry
        .getPrometheusRegistry()
        .register(SampledFamily.ofCounters(name, help, labels, samples));
  }

  /** Adds a family of gauges that is read when somebody asks. */
  public void gauges(
      String name, String help, List<String> labels, Supplier<Collection<Sample>> samples) {
    registry.getPrometheusRegistry().register(SampledFamily.ofGauges(name, help, labels, samples));
  }

  /** Everything, in the text format that Prometheus reads. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
