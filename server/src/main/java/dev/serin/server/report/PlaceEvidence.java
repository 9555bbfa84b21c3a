package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.server.outcome.aggregate.Slots;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.outcome.aggregate.UnitSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was counted at one place, copied out of the view, so that figures are made of it elsewhere.
 *
 * @param place the place
 * @param exposed users whose exposure was counted
 * @param users users who were exposed or named by an outcome
 * @param usersByBucket those first seen in the generation that holds, by user bucket
 * @param leaked how many users were seen in two variants of its stage or period
 * @param decisions exposures counted
 * @param untilMillis end of the newest slot with an outcome; 0: none is known
 * @param metrics by key what was counted of each metric
 */
record PlaceEvidence(
    Place place,
    UnitCount exposed,
    UnitCount users,
    List<Long> usersByBucket,
    int leaked,
    long decisions,
    long untilMillis,
    Map<String, OfMetric> metrics) {

  /**
   * What was counted of one metric.
   *
   * @param cell its values; null: none
   * @param withEvent users to whom it happened, if it is an event
   * @param withEventByBucket those of {@link PlaceEvidence#usersByBucket} to whom it happened
   */
  record OfMetric(@Nullable Cell cell, UnitCount withEvent, List<Long> withEventByBucket) {}

  private static final OfMetric NOTHING =
      new OfMetric(null, new UnitCount(0, false), boxed(new long[Buckets.COUNT]));

  /** Keeps a copy. */
  PlaceEvidence {
    metrics = Map.copyOf(metrics);
  }

  /** What there is where nothing was counted. */
  static PlaceEvidence none(Place place) {
    UnitCount none = new UnitCount(0, false);
    return new PlaceEvidence(place, none, none, boxed(new long[Buckets.COUNT]), 0, 0, 0, Map.of());
  }

  /** Copies what a view knows of the places of a scope, in order. */
  static List<PlaceEvidence> of(
      MergedView view, ReportedFeature feature, Scope scope, List<ReportedMetric> metrics) {
    List<PlaceEvidence> all = new ArrayList<>();
    for (Place place : view.places(feature.namespace(), feature.key())) {
      if (scope.holds(place)) {
        all.add(of(view, place, metrics));
      }
    }
    return all;
  }

  private static PlaceEvidence of(MergedView view, Place place, List<ReportedMetric> metrics) {
    PlaceUnits units = view.units(place);
    UnitSet users = units.users();
    Map<String, OfMetric> ofMetrics = new HashMap<>();
    for (ReportedMetric metric : metrics) {
      CellKey key = new CellKey(place, metric.key(), metric.fingerprint());
      Cell cell = view.cell(key).orElse(null);
      ofMetrics.put(
          metric.key(),
          metric.isEvent()
              ? new OfMetric(
                  cell,
                  units.eventCount(key),
                  boxed(units.byBucket(units.withEvent(key).intersection(users))))
              : new OfMetric(cell, NOTHING.withEvent(), NOTHING.withEventByBucket()));
    }
    return new PlaceEvidence(
        place,
        units.exposedCount(),
        units.userCount(),
        boxed(units.byBucket(users)),
        units.leaked().size(),
        view.cell(CellKey.exposures(place)).map(Cell::count).orElse(0L),
        until(view.chart(List.of(CellKey.outcomes(place)))),
        ofMetrics);
  }

  private static long until(Optional<Slots> chart) {
    List<Slot> slots = chart.map(Slots::tenSeconds).orElse(List.of());
    return slots.isEmpty() ? 0 : slots.getLast().startMillis() + Slots.NARROW_MILLIS;
  }

  private static List<Long> boxed(long[] numbers) {
    List<Long> boxed = new ArrayList<>(numbers.length);
    for (long number : numbers) {
      boxed.add(number);
    }
    return List.copyOf(boxed);
  }

  OfMetric of(ReportedMetric metric) {
    return metrics.getOrDefault(metric.key(), NOTHING);
  }
}
