package dev.serin.server.outcome.aggregate;

import org.jspecify.annotations.Nullable;

/** Adds up what one flush counts of one metric at one place; found once, for many outcomes. */
public final class MetricTally {
  private final PlaceTally place;
  private final Delta delta;
  private final CellKey metric;
  private final CellParts parts;
  private final boolean isChartedHistogram;

  /** Who is known to have had the event; null: nobody. */
  private final @Nullable SeenUnits committed;

  // Made by the first value: what nothing was counted of has no cell.
  private @Nullable Cell cell;
  private @Nullable Slots chart;
  private @Nullable SeenUnits added;

  MetricTally(PlaceTally place, CellKey metric, CellParts parts) {
    this.place = place;
    this.delta = place.builder().delta();
    this.metric = metric;
    this.parts = parts;
    this.isChartedHistogram = parts == CellParts.CHARTED_HISTOGRAM;
    this.committed = place.committedEvent(metric);
  }

  /**
   * Adds a value.
   *
   * @param steps the value in steps of 2^-20, see {@link FixedPoint}
   * @param bucket user bucket, 0 to 127
   * @param timeMillis event time, milliseconds since 1970
   */
  public void value(long steps, int bucket, long timeMillis) {
    delta.happened(timeMillis);
    cell().add(steps, parts, bucket);
    Slots slots = chart;
    if (slots == null) {
      slots = delta.chartOf(metric);
      chart = slots;
    }
    slots.add(timeMillis, steps, isChartedHistogram);
  }

  /** Remembers that a unit, given as a hash, had the event; its value is added apart. */
  public void event(long unit) {
    DeltaBuilder builder = place.builder();
    if (!builder.isKept(unit)) {
      return;
    }
    int id = builder.committedId(unit);
    if (committed == null || id == UnitTable.UNKNOWN || !committed.contains(id)) {
      SeenUnits units = added;
      if (units == null) {
        units = place.added().ensureEvent(metric);
        added = units;
      }
      units.add(builder.idOf(unit));
    }
  }

  /**
   * Adds what an outcome reports of a ratio: called once for each outcome that has a value of the
   * numerator, of the denominator or of both. It has no chart: those of both metrics are its chart.
   *
   * @param numeratorSteps in steps of 2^-20; 0: the outcome has none
   * @param denominatorSteps in steps of 2^-20; 0: the outcome has none
   * @param bucket user bucket, 0 to 127
   * @param timeMillis event time, milliseconds since 1970
   */
  public void ratio(long numeratorSteps, long denominatorSteps, int bucket, long timeMillis) {
    delta.happened(timeMillis);
    cell().addRatio(numeratorSteps, denominatorSteps, parts, bucket);
  }

  private Cell cell() {
    Cell counted = cell;
    if (counted == null) {
      counted = delta.cellOf(metric);
      cell = counted;
    }
    return counted;
  }
}
