package dev.serin.server.catalog;

import java.util.List;

/**
 * What a change does to the counting periods of one split: begins one, or ends the last.
 *
 * @param split id of the split; empty: the feature is deleted, and all its periods with it
 * @param unit name of the attribute that is the unit; empty: the call
 * @param variants keys of the variants it has weights for; empty: the split is gone
 */
record PeriodStart(String split, String unit, List<String> variants) {
  /** The feature is gone, and whatever is created under its key again is another one. */
  static final PeriodStart FEATURE_DELETED = new PeriodStart("", "", List.of());

  PeriodStart {
    variants = List.copyOf(variants);
  }

  static PeriodStart splitGone(String split) {
    return new PeriodStart(split, "", List.of());
  }
}
