package dev.serin.server.outcome;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MetricTally;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceTally;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a flush adds up what logs hold, found once for each place. For one thread. */
final class Tallies {
  private final DeltaBuilder builder;
  private final IdentityHashMap<PlaceHandle, Tally> known = new IdentityHashMap<>();
  private @Nullable PlaceHandle lastHandle;
  private @Nullable Tally lastTally;

  /**
   * Where outcomes of one handle are added up.
   *
   * @param reporters who reported any; null: nobody asks that of the place, which is of no run, or
   *     no evidence
   * @param metrics by the index of a metric
   * @param ratios in the order of the handle's
   */
  record Tally(
      PlaceTally place,
      @Nullable MetricTally reporters,
      List<MetricTally> metrics,
      List<MetricTally> ratios) {}

  Tallies(DeltaBuilder builder) {
    this.builder = builder;
  }

  Tally of(PlaceHandle handle) {
    Tally tally = lastTally;
    if (tally == null || handle != lastHandle) {
      tally = known.computeIfAbsent(handle, this::made);
      lastHandle = handle;
      lastTally = tally;
    }
    return tally;
  }

  private Tally made(PlaceHandle handle) {
    Place at = handle.place();
    PlaceTally place = builder.at(at);
    boolean isAsked = handle.keepsUnits() && at.isEvidence() && !at.run().isEmpty();
    return new Tally(
        place,
        isAsked ? place.metric(CellKey.reporters(at), CellParts.PLAIN) : null,
        handle.metrics().stream().map(one -> place.metric(one.key(), one.parts())).toList(),
        handle.ratios().stream().map(one -> place.metric(one.key(), one.parts())).toList());
  }
}
