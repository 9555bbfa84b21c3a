package dev.serin.server.outcome;

import dev.serin.server.catalog.PeriodEnds;
import dev.serin.server.catalog.RunEnds;
import dev.serin.server.outcome.aggregate.Place;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Says of which places only sums are kept: those of counting periods and runs that ended long
 * enough ago. What belongs to neither is kept.
 */
final class PlaceRetention {
  private final Function<String, PeriodEnds> periods;
  private final Function<String, RunEnds> runs;
  private final Duration retention;
  private final InstantSource clock;

  /**
   * A rule.
   *
   * @param periods reads when the periods of a namespace ended; may wait
   * @param runs reads when the runs of a namespace ended; may wait
   * @param retention how long after it a place is kept whole
   */
  PlaceRetention(
      Function<String, PeriodEnds> periods,
      Function<String, RunEnds> runs,
      Duration retention,
      InstantSource clock) {
    this.periods = periods;
    this.runs = runs;
    this.retention = retention;
    this.clock = clock;
  }

  /** The places of these namespaces that are expired by now. Reads the store. */
  Predicate<Place> expired(Set<String> namespaces) {
    Map<String, Ends> known = new HashMap<>();
    namespaces.forEach(
        namespace ->
            known.put(namespace, new Ends(periods.apply(namespace), runs.apply(namespace))));
    long endedBy = clock.millis() - retention.toMillis();
    return place -> {
      Ends ends = known.get(place.namespace());
      return ends != null && !place.split().isEmpty() && ends.of(place) <= endedBy;
    };
  }

  /** The ends in one namespace. */
  private record Ends(PeriodEnds periods, RunEnds runs) {
    long of(Place place) {
      return place.run().isEmpty()
          ? periods.endMillis(place.feature(), place.split(), place.period())
          : runs.endMillis(place.run());
    }
  }
}
