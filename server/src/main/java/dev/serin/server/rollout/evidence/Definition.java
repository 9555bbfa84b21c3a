package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.Place;

/**
 * A metric as it was defined when the run began: values of another definition are not added.
 *
 * @param metric its key
 * @param fingerprint of its definition
 */
record Definition(String metric, int fingerprint) {
  CellKey at(Place place) {
    return new CellKey(place, metric, fingerprint);
  }
}
