package dev.serin.engine;

import java.util.List;

/**
 * A split: the unit's draw falls into the range of a variant.
 *
 * <p>Nearly all splits have up to three ranges. Which one a draw falls into is computed for those,
 * not branched on: a processor cannot foresee it, and a wrong guess costs more than all the rest.
 * Where there are fewer than three, the last one stands for the missing ones too.
 */
final class SplitOutcome extends Outcome {
  private static final int FEW = 3;

  private final String split;
  private final Unit unit;
  private final int slot;
  private final String salt;
  private final long total;
  private final long saltHash;
  private final Decision missing;
  private final List<SplitRange> ranges;
  private final long[] starts;
  private final boolean few;
  private final Decision[] decisions;
  private final long secondStart;
  private final long thirdStart;
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
    this.slot = unit.slot();
    this.salt = salt;
    this.total = total;
    this.saltHash = Bucketing.hash(salt);
    this.missing = missing;
    this.ranges = List.copyOf(ranges);
    this.starts = ranges.stream().mapToLong(SplitRange::start).toArray();
    this.few = ranges.size() <= FEW;
    SplitRange last = ranges.get(ranges.size() - 1);
    SplitRange second = ranges.size() > 1 ? ranges.get(1) : last;
    SplitRange third = ranges.size() > 2 ? ranges.get(2) : last;
    this.secondStart = second.start();
    this.thirdStart = third.start();
    this.decisions = new Decision[] {ranges.get(0).decision(), second.decision(), third.decision()};
    this.staleAfterMillis = staleAfterMillis;
  }

  @Override
  Decision decide(EvaluationContext context) {
    if (!context.hasUnit(slot)) {
      return missing;
    }
    long draw = Bucketing.draw(context.hashOfUnit(slot), saltHash);
    if (context.silentMillis() > staleAfterMillis) {
      return ranges.get(range(draw)).staleDecision();
    }
    if (!few) {
      return ranges.get(range(draw)).decision();
    }
    return decisions[FEW - 1 - below(draw, secondStart) - below(draw, thirdStart)];
  }

  /**
   * Returns 1 where a draw is below a start, both unsigned, else 0: the borrow of a subtraction.
   */
  private static int below(long draw, long start) {
    return (int) (((~draw & start) | (~(draw ^ start) & (draw - start))) >>> (Long.SIZE - 1));
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
