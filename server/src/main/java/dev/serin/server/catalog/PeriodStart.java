package dev.serin.server.catalog;

import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Split;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change does to the counting periods of one split: begins one, or ends the last.
 *
 * @param split id of the split; empty: the feature is deleted, and all its periods with it
 * @param unit name of the attribute that is the unit; empty: the call
 * @param variants keys of the variants it has weights for; empty: the split is gone
 * @param earlier what the split drew by until the change; null: the change makes it
 */
record PeriodStart(String split, String unit, List<String> variants, @Nullable Earlier earlier) {
  /** The feature is gone, and whatever is created under its key again is another one. */
  static final PeriodStart FEATURE_DELETED = new PeriodStart("", "", List.of(), null);

  PeriodStart {
    variants = List.copyOf(variants);
  }

  /**
   * What a split drew by.
   *
   * @param unit name of the attribute that was the unit; empty: the call
   * @param variants keys of the variants it had weights for
   */
  record Earlier(String unit, List<String> variants) {
    Earlier {
      variants = List.copyOf(variants);
    }

    static @Nullable Earlier of(@Nullable Split split) {
      if (split == null) {
        return null;
      }
      SplitPeriod period = SplitPeriod.of(split, 0);
      return new Earlier(period.unit(), period.variants());
    }
  }

  /** A split that draws from now on as its document says. */
  static PeriodStart of(@Nullable Split before, Split split) {
    SplitPeriod period = SplitPeriod.of(split, 0);
    return new PeriodStart(period.split(), period.unit(), period.variants(), Earlier.of(before));
  }

  /** A split that is gone. */
  static PeriodStart splitGone(Split before) {
    return new PeriodStart(before.getId(), "", List.of(), Earlier.of(before));
  }
}
