package dev.serin.server.outcome;

import dev.serin.server.catalog.PeriodEnds;
import dev.serin.server.outcome.aggregate.Place;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Says of which places only sums are kept: those of counting periods that ended long enough ago.
 * What belongs to no period, and runs, whose ends nobody records yet, are kept.
 */
final class PlaceRetention {
  private final Function<String, PeriodEnds> periods;
  private final Duration retention;
  private final InstantSource clock;

  /**
   * A rule.
   *
   * @param periods reads when the periods of a namespace ended; may wait
   * @param retention how long after it a place is kept whole
   */
  PlaceRetention(Function<String, PeriodEnds> periods, Duration retention, InstantSource clock) {
    this.periods = periods;
    this.retention = retention;
    this.clock = clock;
  }

  /** The places of these namespaces that are expired by now. Reads the store. */
  Predicate<Place> expired(Set<String> namespaces) {
    Map<String, PeriodEnds> known = new HashMap<>();
    namespaces.forEach(namespace -> known.put(namespace, periods.apply(namespace)));
    long endedBy = clock.millis() - retention.toMillis();
    return place -> {
      PeriodEnds ends = known.get(place.namespace());
      return ends != null
          && place.run().isEmpty()
          && !place.split().isEmpty()
          && ends.endMillis(place.feature(), place.split(), place.period()) <= endedBy;
    };
  }
}
