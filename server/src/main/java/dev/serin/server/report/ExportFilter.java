package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Place;
import java.util.Set;

/**
 * Which records a reader wants.
 *
 * @param namespace namespace of their feature
 * @param features keys of the features; empty: all
 */
record ExportFilter(String namespace, Set<String> features) {
  ExportFilter {
    features = Set.copyOf(features);
  }

  /** Whether records of a place are wanted. */
  boolean takes(Place place) {
    return place.namespace().equals(namespace)
        && (features.isEmpty() || features.contains(place.feature()));
  }
}
