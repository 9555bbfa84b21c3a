package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.outcome.aggregate.UnitSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was counted at one place, copied out of the view, so that figures are made of it elsewhere.
 *
 * @param place the place
 * @param exposed users whose exposure was counted
 * @param users users who were exposed or named by an outcome
 * @param members those of {@code users} first seen in the generation that holds
 * @param usersByBucket those first seen in the generation that holds, by user bucket
 * @param leaked how many users were seen in two variants of its stage or period
 * @param decisions exposures counted
 * @param dropped outcomes that their reporters told to have dropped
 * @param untilMillis end of the newest slot with an outcome; 0: none is known
 * @param metrics by key what was counted of each metric
 */
record PlaceEvidence(
    Place place,
    UnitCount exposed,
    UnitCount users,
    UnitSet members,
    List<Long> usersByBucket,
    int leaked,
    long decisions,
    long dropped,
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
    List<Long> nobody = boxed(new long[Buckets.COUNT]);
    return new PlaceEvidence(place, none, none, UnitSet.nobody(), nobody, 0, 0, 0, 0, Map.of());
  }

  /**
   * Copies what a view knows of the places of a scope, in order. What counting users takes is left
   * to whoever gets it, off the view's thread.
   */
  static List<Supplier<PlaceEvidence>> copied(
      MergedView view, ReportedFeature feature, Scope scope, List<ReportedMetric> metrics) {
    List<Supplier<PlaceEvidence>> all = new ArrayList<>();
    for (Place place : view.places(feature.namespace(), feature.key())) {
      if (scope.holds(place)) {
        all.add(copied(view, place, metrics));
      }
    }
    return all;
  }

  private static Supplier<PlaceEvidence> copied(
      MergedView view, Place place, List<ReportedMetric> metrics) {
    PlaceUnits units = view.units(place).copy();
    Map<CellKey, Cell> cells = new HashMap<>();
    for (ReportedMetric metric : metrics) {
      CellKey key = keyOf(place, metric);
      view.cell(key).ifPresent(cell -> cells.put(key, cell));
    }
    long decisions = view.cell(CellKey.exposures(place)).map(Cell::count).orElse(0L);
    long dropped = view.count(CellKey.dropped(place));
    long untilMillis = view.untilMillis(CellKey.outcomes(place));
    return () -> of(place, units, cells, metrics, decisions, dropped, untilMillis);
  }

  private static CellKey keyOf(Place place, ReportedMetric metric) {
    return new CellKey(place, metric.key(), metric.fingerprint());
  }

  private static PlaceEvidence of(
      Place place,
      PlaceUnits units,
      Map<CellKey, Cell> cells,
      List<ReportedMetric> metrics,
      long decisions,
      long dropped,
      long untilMillis) {
    UnitSet users = units.users();
    Map<String, OfMetric> ofMetrics = new HashMap<>();
    for (ReportedMetric metric : metrics) {
      CellKey key = keyOf(place, metric);
      Cell cell = cells.get(key);
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
        users,
        boxed(units.byBucket(users)),
        units.leaked().size(),
        decisions,
        dropped,
        untilMillis,
        ofMetrics);
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
