package dev.serin.engine;

import java.util.List;

/** A split: the unit's draw falls into the range of a variant. */
final class SplitOutcome extends Outcome {
  private final String split;
  private final Unit unit;
  private final String salt;
  private final long total;
  private final long saltHash;
  private final Decision missing;
  private final List<SplitRange> ranges;
  private final long[] starts;
  private final Decision[] decisions;
  private final Decision[] staleDecisions;
  private final long staleAfterMillis;

  /**
   * Makes the outcome of a split.
   *
   * @param total what buckets are shown of
   * @param missing what a call without the unit gets
   * @param ranges the ranges in order, none empty, that together are the whole
   * @param staleAfterMillis silence after which the ranges' stale decisions are served
   */
  SplitOutcome(
      String split,
      Unit unit,
      String salt,
      long total,
      Decision missing,
      List<SplitRange> ranges,
      long staleAfterMillis) {
    this.split = split;
    this.unit = unit;
    this.salt = salt;
    this.total = total;
    this.saltHash = Bucketing.hash(salt);
    this.missing = missing;
    this.ranges = List.copyOf(ranges);
    this.starts = ranges.stream().mapToLong(SplitRange::start).toArray();
    this.decisions = ranges.stream().map(SplitRange::decision).toArray(Decision[]::new);
    this.staleDecisions = ranges.stream().map(SplitRange::staleDecision).toArray(Decision[]::new);
    this.staleAfterMillis = staleAfterMillis;
  }

  @Override
  Decision decide(EvaluationContext context) {
    if (!unit.isIn(context)) {
      return missing;
    }
    int range = range(Bucketing.draw(unit.hash(context), saltHash));
    return context.silentMillis() > staleAfterMillis ? staleDecisions[range] : decisions[range];
  }

  /** Returns the place of the range that a draw falls into. */
  int range(long draw) {
    int low = 0;
    int high = starts.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Long.compareUnsigned(starts[middle], draw) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  String split() {
    return split;
  }

  Unit unit() {
    return unit;
  }

  String salt() {
    return salt;
  }

  long saltHash() {
    return saltHash;
  }

  long total() {
    return total;
  }

  List<SplitRange> ranges() {
    return ranges;
  }
}
