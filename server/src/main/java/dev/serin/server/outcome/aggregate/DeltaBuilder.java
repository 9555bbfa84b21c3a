package dev.serin.server.outcome.aggregate;

/**
 * Adds up what one flush counts. Members of sets that are committed already are left out, so that a
 * delta's size follows what changed; what is left out changes no total, as unions do not count
 * twice.
 *
 * <p>For one thread, the one that owns the view.
 */
public final class DeltaBuilder {
  private final MergedView committed;
  private final Delta delta;

  /**
   * Begins an empty delta.
   *
   * @param committed what is durable; units of flushes under way must not be in it
   */
  public DeltaBuilder(MergedView committed) {
    this.committed = committed;
    this.delta = new Delta(committed.thinning());
  }

  /** Counts an outcome, whatever its values are. */
  public void outcome(Place place, long timeMillis) {
    count(CellKey.outcomes(place), timeMillis);
  }

  /** Counts an exposure and its unit, given as a hash. */
  public void exposure(Place place, long unit, long timeMillis) {
    exposureWithoutUnit(place, timeMillis);
    if (isKept(unit) && !committed.isExposed(place, unit)) {
      delta.setsOf(place).expose(delta.units().idOf(unit));
    }
  }

  /** Counts an exposure for the chart only: its unit is the call. */
  public void exposureWithoutUnit(Place place, long timeMillis) {
    count(CellKey.exposures(place), timeMillis);
  }

  private void count(CellKey key, long timeMillis) {
    delta.happened(timeMillis);
    delta.cellOf(key).add(0, CellParts.PLAIN, 0);
    delta.chartOf(key).add(timeMillis, 0, false);
  }

  /** Marks the unit of an outcome as one that was given its variant. */
  public void mark(Place place, long unit) {
    if (isKept(unit) && !committed.isExposed(place, unit) && !committed.isMarked(place, unit)) {
      delta.setsOf(place).mark(delta.units().idOf(unit));
    }
  }

  /** Remembers that a unit had an event; its value is added apart. */
  public void event(CellKey metric, long unit) {
    if (isKept(unit) && !committed.hadEvent(metric, unit)) {
      delta.setsOf(metric.place()).event(metric, delta.units().idOf(unit));
    }
  }

  private boolean isKept(long unit) {
    return delta.thinning().keeps(unit);
  }

  /**
   * Adds a value of a metric.
   *
   * @param steps the value in steps of 2^-20, see {@link FixedPoint}
   * @param bucket user bucket, 0 to 127
   * @param timeMillis event time, milliseconds since 1970
   */
  public void value(CellKey metric, CellParts parts, long steps, int bucket, long timeMillis) {
    delta.happened(timeMillis);
    delta.cellOf(metric).add(steps, parts, bucket);
    delta.chartOf(metric).add(timeMillis, steps, parts == CellParts.CHARTED_HISTOGRAM);
  }

  /**
   * Adds what an outcome reports of a ratio: called once for each outcome that has a value of the
   * numerator, of the denominator or of both. It has no chart: those of both metrics are its chart.
   *
   * @param parts {@link CellParts#PLAIN} or {@link CellParts#BUCKETS}
   * @param numeratorSteps in steps of 2^-20; 0: the outcome has none
   * @param denominatorSteps in steps of 2^-20; 0: the outcome has none
   * @param bucket user bucket, 0 to 127
   * @param timeMillis event time, milliseconds since 1970
   */
  public void ratio(
      CellKey metric,
      CellParts parts,
      long numeratorSteps,
      long denominatorSteps,
      int bucket,
      long timeMillis) {
    delta.happened(timeMillis);
    delta.cellOf(metric).addRatio(numeratorSteps, denominatorSteps, parts, bucket);
  }

  /** States the event time up to which everything was sent, in milliseconds since 1970. */
  public void watermark(long timeMillis) {
    delta.setWatermark(timeMillis);
  }

  /** Returns what was added. The builder is used up. */
  public Delta build() {
    return delta;
  }
}
