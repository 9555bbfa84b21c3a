package dev.serin.server.outcome;

import dev.serin.engine.Bucketing;
import dev.serin.engine.CompiledMetric;
import dev.serin.engine.EventRule;
import dev.serin.engine.FeatureMetrics;
import dev.serin.engine.SplitDraws;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.MetricKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place with all that counting there takes: the metrics of its feature, and the draw of its user
 * buckets. Immutable; of one snapshot.
 */
final class PlaceHandle implements Resolution {
  private final Place place;
  private final long endedMillis;

  /** Null: whom the split draws is not known. */
  private final @Nullable SplitDraws draws;

  private final long bucketSalt;
  private final List<CountedMetric> metrics = new ArrayList<>();

  /** The metrics that outcomes report, and their keys in UTF-8. */
  private final List<CountedMetric> reported = new ArrayList<>();

  private final List<byte[]> keys = new ArrayList<>();

  private final List<CountedMetric> zeroWhenMissing = new ArrayList<>();
  private final List<CountedRatio> ratios = new ArrayList<>();

  /** Events made of a metric's values, by its index. */
  private final List<List<MadeEvent>> made = new ArrayList<>();

  private boolean makesEvents;

  /**
   * A metric that has values.
   *
   * @param index its place among the handle's metrics
   */
  record CountedMetric(int index, CompiledMetric metric, CellKey key, CellParts parts) {
    boolean isEvent() {
      return metric.kind() == MetricKind.METRIC_KIND_EVENT;
    }
  }

  /** An event that is made of the values of another metric. */
  record MadeEvent(CountedMetric metric, EventRule when) {}

  /** A metric made of two others, given by their indexes. */
  record CountedRatio(CellKey key, CellParts parts, int numerator, int denominator) {}

  /**
   * A place.
   *
   * @param metrics those of its feature
   * @param endedMillis when its run ended, see {@link RunDirectory}
   * @param draws whom its split draws; null: that is not known, or not to be looked at
   */
  PlaceHandle(Place place, FeatureMetrics metrics, long endedMillis, @Nullable SplitDraws draws) {
    this.place = place;
    this.draws = draws;
    this.endedMillis = endedMillis;
    // By name, so that every replica draws alike, whatever has become of the split's document.
    this.bucketSalt =
        Bucketing.hash(
            Bucketing.varianceSalt(
                Bucketing.splitSalt(place.namespace(), place.feature(), place.split())));
    Map<String, CountedMetric> counted = new HashMap<>();
    for (CompiledMetric metric : metrics.all()) {
      add(metric, counted);
    }
    for (CompiledMetric metric : metrics.all()) {
      addRatio(metric, counted);
      addMade(metric, counted);
    }
  }

  private void add(CompiledMetric metric, Map<String, CountedMetric> all) {
    CellParts parts =
        switch (metric.kind()) {
          case METRIC_KIND_EVENT -> CellParts.BUCKETS;
          case METRIC_KIND_MEAN -> CellParts.HISTOGRAM;
          case METRIC_KIND_QUANTILE -> CellParts.CHARTED_HISTOGRAM;
          case METRIC_KIND_RATIO, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    if (parts == null) {
      return;
    }
    var counted = new CountedMetric(metrics.size(), metric, keyOf(metric), kept(parts));
    metrics.add(counted);
    made.add(List.of());
    all.put(metric.key(), counted);
    if (metric.isReported()) {
      reported.add(counted);
      keys.add(metric.key().getBytes(StandardCharsets.UTF_8));
    }
    if (metric.zeroWhenMissing()) {
      zeroWhenMissing.add(counted);
    }
  }

  private void addRatio(CompiledMetric metric, Map<String, CountedMetric> all) {
    CountedMetric numerator = all.get(metric.numerator());
    CountedMetric denominator = all.get(metric.denominator());
    if (numerator != null && denominator != null) {
      ratios.add(
          new CountedRatio(
              keyOf(metric), kept(CellParts.BUCKETS), numerator.index(), denominator.index()));
    }
  }

  private void addMade(CompiledMetric metric, Map<String, CountedMetric> all) {
    EventRule when = metric.when();
    CountedMetric source = when == null ? null : all.get(when.metric());
    CountedMetric event = all.get(metric.key());
    if (when != null && source != null && event != null) {
      List<MadeEvent> events = new ArrayList<>(made.get(source.index()));
      events.add(new MadeEvent(event, when));
      made.set(source.index(), List.copyOf(events));
      makesEvents = true;
    }
  }

  private CellKey keyOf(CompiledMetric metric) {
    return new CellKey(place, metric.key(), metric.fingerprint());
  }

  /** What is no evidence is only displayed. */
  private CellParts kept(CellParts parts) {
    return isEvidence(place) ? parts : CellParts.PLAIN;
  }

  private static boolean isEvidence(Place place) {
    return place.arm() != Arm.ARM_NONE;
  }

  private static boolean keepsUnits(Place place) {
    return isEvidence(place) && !place.unit().isEmpty();
  }

  Place place() {
    return place;
  }

  /**
   * Whether sets of units are kept: not where each call is a unit, or nothing is evidence. Where
   * they are, an outcome marks its unit as one that was given the variant: its token says so, or
   * its key, which gets no other.
   */
  boolean keepsUnits() {
    return keepsUnits(place);
  }

  /** When the run ended, see {@link RunDirectory}. */
  long endedMillis() {
    return endedMillis;
  }

  /** Whether the split is known to draw the unit, given by its hash, for something else. */
  boolean isElsewhere(long unit) {
    return draws != null && !draws.serves(unit, place.variant());
  }

  /** The user bucket of a unit, given by its hash: 0 to 127. */
  int bucket(long unit) {
    return (int) Bucketing.bucket(Bucketing.draw(unit, bucketSalt), Bucketing.VARIANCE_BUCKETS);
  }

  /** The metric that values are reported of under a key, given as UTF-8; null: there is none. */
  @Nullable CountedMetric metric(byte[] bytes, int at, int length) {
    // Compared one by one: a feature has a few, and most differ in length.
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (key.length == length && Arrays.equals(key, 0, length, bytes, at, at + length)) {
        return reported.get(i);
      }
    }
    return null;
  }

  CountedMetric metricAt(int index) {
    return metrics.get(index);
  }

  /** The metrics that have values, by index. */
  List<CountedMetric> metrics() {
    return metrics;
  }

  /** The metrics of which an outcome without a value says 0. */
  List<CountedMetric> zeroWhenMissing() {
    return zeroWhenMissing;
  }

  /** Whether any event is made of another metric's values. */
  boolean makesEvents() {
    return makesEvents;
  }

  /** The events that are made of a metric's values. */
  List<MadeEvent> eventsOf(CountedMetric metric) {
    return made.get(metric.index());
  }

  List<CountedRatio> ratios() {
    return ratios;
  }
}
