package dev.serin.server.catalog;

import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Document;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which splits of a feature begin a new counting period with a change: those it makes, and
 * those of which it changes who is drawn. Pure.
 *
 * <p>What is written otherwise but draws the same units is no change: 50 of 100 as 1 of 2, or a
 * coverage of all that was left out before. An archived feature keeps its periods.
 */
final class PeriodPlan {
  /** Whole of a share or of weights that does not state it, as the protos say. */
  private static final long DEFAULT_TOTAL = 100;

  private PeriodPlan() {}

  /**
   * Plans the periods of one document.
   *
   * @param before the document as it is stored; null: it is created
   * @param after the document as it will be stored; null: it is deleted
   */
  static List<PeriodStart> of(@Nullable Document before, @Nullable Document after) {
    if (after == null) {
      return before != null && before.hasFeature()
          ? List.of(PeriodStart.FEATURE_DELETED)
          : List.of();
    }
    Map<String, Split> gone = new HashMap<>();
    if (before != null) {
      before.getFeature().getSplitsList().forEach(split -> gone.put(split.getId(), split));
    }
    List<PeriodStart> starts = new ArrayList<>();
    for (Split split : after.getFeature().getSplitsList()) {
      Split earlier = gone.remove(split.getId());
      if (earlier == null || !Drawing.of(earlier).equals(Drawing.of(split))) {
        starts.add(PeriodStart.of(earlier, split));
      }
    }
    gone.values().stream()
        .sorted(Comparator.comparing(Split::getId))
        .map(PeriodStart::splitGone)
        .forEach(starts::add);
    return starts;
  }

  /** All that decides which unit gets which variant, in lowest terms. */
  private record Drawing(
      String unit,
      boolean probability,
      String salt,
      int bucketing,
      List<Weight> weights,
      Fraction coverage) {
    static Drawing of(Split split) {
      long total = orDefault(split.getTotal());
      return new Drawing(
          SplitPeriod.of(split, 0).unit(),
          split.getProbability(),
          split.getSalt(),
          split.getBucketingValue(),
          split.getWeightsList().stream().map(weight -> Weight.of(weight, total)).toList(),
          split.hasCoverage() ? Fraction.of(split.getCoverage()) : Fraction.ALL);
    }
  }

  private record Weight(String variant, Fraction share) {
    static Weight of(WeightedVariant weight, long total) {
      return new Weight(
          weight.getVariant(), Fraction.of(Integer.toUnsignedLong(weight.getWeight()), total));
    }
  }

  private record Fraction(long parts, long of) {
    static final Fraction ALL = new Fraction(1, 1);

    static Fraction of(Share share) {
      return of(Integer.toUnsignedLong(share.getParts()), orDefault(share.getOf()));
    }

    static Fraction of(long parts, long of) {
      long divisor = parts;
      for (long rest = of; rest != 0; ) {
        long next = divisor % rest;
        divisor = rest;
        rest = next;
      }
      return new Fraction(parts / divisor, of / divisor);
    }
  }

  private static long orDefault(int total) {
    return total == 0 ? DEFAULT_TOTAL : Integer.toUnsignedLong(total);
  }
}
