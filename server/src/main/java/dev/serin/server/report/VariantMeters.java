package dev.serin.server.report;

import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.TimeSlot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the variants of features showed in the last minute, as meters: as one row of GetTimeSeries
 * over the newest six slots of 10 s that are over. Only features that were decided or reported on
 * in it are shown, the first {@value #FEATURES_MAX} by name, and {@value #SERIES_MAX} series of
 * them. Each replica shows what all have counted.
 *
 * <p>Asked for in the background every 5 s: a scrape waits for nobody.
 */
public final class VariantMeters implements AutoCloseable {
  /** Features that are shown: those beyond are read with GetTimeSeries. */
  static final int FEATURES_MAX = 100;

  /** Series of one meter: what a Prometheus takes from one target without pain. */
  static final int SERIES_MAX = 5_000;

  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final long SLOT_MILLIS = 10_000;
  private static final long MINUTE_MILLIS = 60_000;
  private static final double MINUTE_SECONDS = 60;
  private static final List<String> VARIANT = List.of("namespace", "feature", "variant");
  private static final List<String> METRIC = List.of("namespace", "feature", "variant", "metric");
  private static final List<String> QUANTILE =
      List.of("namespace", "feature", "variant", "metric", "quantile");
  private static final Logger log = LoggerFactory.getLogger(VariantMeters.class);

  private final ReportedFeatures features;
  private final BlockingQuestions view;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("serin-variant-meters").daemon().factory());
  private volatile Shown shown = Shown.NOTHING;

  private record Name(String namespace, String feature) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      int byNamespace = namespace.compareTo(other.namespace);
      return byNamespace == 0 ? feature.compareTo(other.feature) : byNamespace;
    }
  }

  /** Samples of all meters, made at once. */
  private record Shown(
      List<Sample> shares,
      List<Sample> decisions,
      List<Sample> outcomes,
      List<Sample> means,
      List<Sample> quantiles) {
    static final Shown NOTHING = empty();

    static Shown empty() {
      return new Shown(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }
  }

  /** The meters of what a view counts; nothing is asked before {@link #start}. */
  public VariantMeters(ReportedFeatures features, ViewQuestions questions, InstantSource clock) {
    this.features = features;
    this.view = new BlockingQuestions(questions);
    this.clock = clock;
  }

  /** Shows them. */
  public void register(Metrics metrics) {
    gauge(
        metrics,
        "serin_variant_traffic_share",
        "Variant's share of the feature's decisions in the last minute.",
        VARIANT,
        Shown::shares);
    gauge(
        metrics,
        "serin_variant_decisions_per_second",
        "Decisions in the last minute.",
        VARIANT,
        Shown::decisions);
    gauge(
        metrics,
        "serin_variant_outcomes_per_second",
        "Outcomes in the last minute.",
        VARIANT,
        Shown::outcomes);
    gauge(
        metrics,
        "serin_variant_metric_mean",
        "Mean of a metric's values in the last minute: of an event how often it happened, of"
            + " a ratio the ratio.",
        METRIC,
        Shown::means);
    gauge(
        metrics,
        "serin_variant_metric_quantile",
        "Quantiles of a metric's values in the last minute, within 4.5 %.",
        QUANTILE,
        Shown::quantiles);
  }

  private void gauge(
      Metrics metrics,
      String name,
      String help,
      List<String> labels,
      Function<Shown, Collection<Sample>> samples) {
    metrics.gauges(name, help, labels, () -> samples.apply(shown));
  }

  /** Begins to ask. */
  public void start() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::refresh, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks once. */
  void refresh() {
    try {
      long until = Math.floorDiv(clock.millis(), SLOT_MILLIS) * SLOT_MILLIS;
      ChartRange minute = ChartRange.asOne(until - MINUTE_MILLIS, until);
      Shown next = Shown.empty();
      for (Name name : view.ask(counted -> names(counted, minute.fromMillis()))) {
        show(next, name, minute);
      }
      shown = next;
    } catch (ApiException notNow) {
      // Not loaded yet, or busy: old numbers are no numbers.
      shown = Shown.NOTHING;
      log.debug("variants are not shown: {}", notNow.getMessage());
    } catch (RuntimeException e) {
      // A task that fails would never be run again.
      shown = Shown.NOTHING;
      log.error("variants are not shown", e);
    }
  }

  /** Features of which something was counted since then. */
  private static List<Name> names(MergedView counted, long sinceMillis) {
    TreeSet<Name> names = new TreeSet<>();
    for (CellKey key : counted.keys()) {
      Name name = new Name(key.place().namespace(), key.place().feature());
      if (!names.contains(name) && counted.lastMillis(key) >= sinceMillis) {
        names.add(name);
      }
    }
    return names.stream().limit(FEATURES_MAX).toList();
  }

  private void show(Shown next, Name name, ChartRange minute) {
    ReportedFeature feature;
    try {
      feature = features.find(name.namespace(), name.feature());
    } catch (ApiException gone) {
      return;
    }
    List<ReportedMetric> needed = feature.withParts(feature.metrics());
    List<VariantCharts> charts =
        view.ask(counted -> VariantCharts.variants(counted, feature)).stream()
            .map(variant -> VariantCharts.of(view::ask, feature, variant, needed, minute))
            .toList();
    GetTimeSeriesResponse series =
        TimeSeries.of(charts, List.of(), feature.metrics(), minute).build();
    series.getSlotsList().forEach(slot -> show(next, name, slot));
  }

  private static void show(Shown next, Name name, TimeSlot slot) {
    List<String> labels = List.of(name.namespace(), name.feature(), slot.getVariant());
    if (slot.hasTrafficShare()) {
      add(next.shares(), labels, slot.getTrafficShare());
    }
    add(next.decisions(), labels, slot.getDecisionsPerSecond());
    add(next.outcomes(), labels, slot.getOutcomes() / MINUTE_SECONDS);
    for (SlotMetric metric : slot.getMetricsList()) {
      List<String> ofMetric = with(labels, metric.getMetric());
      if (metric.hasMean()) {
        add(next.means(), ofMetric, metric.getMean());
      }
      if (metric.hasP50()) {
        add(next.quantiles(), with(ofMetric, "0.5"), metric.getP50());
        add(next.quantiles(), with(ofMetric, "0.95"), metric.getP95());
        add(next.quantiles(), with(ofMetric, "0.99"), metric.getP99());
      }
    }
  }

  private static List<String> with(List<String> labels, String more) {
    List<String> all = new ArrayList<>(labels);
    all.add(more);
    return all;
  }

  private static void add(List<Sample> samples, List<String> labels, double value) {
    if (samples.size() < SERIES_MAX) {
      samples.add(new Sample(labels, value));
    }
  }

  /** Asks no more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
