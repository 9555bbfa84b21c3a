package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.List;

/**
 * A counting period of a split: the time in which the same units got the same variants, so that
 * what is counted in it may be added up. It begins with the change that makes the split, and with
 * each that draws other units: of its weights, coverage, unit, salt or probability.
 *
 * @param split id of the split
 * @param revision namespace revision of the change it began with; 0: the split is older than
 *     counting periods are
 * @param unit name of the attribute whose value is the unit; empty: the call is the unit
 * @param variants keys of the variants the split has weights for, in the order of their ranges
 * @param endedMillis time of the change that ended it, milliseconds since 1970; {@link #NOT_ENDED}:
 *     it is the current one
 */
public record SplitPeriod(
    String split, long revision, String unit, List<String> variants, long endedMillis) {
  /** The current period's end. */
  public static final long NOT_ENDED = Long.MAX_VALUE;

  /** Copies the list. */
  public SplitPeriod {
    requireNonNull(split, "split");
    requireNonNull(unit, "unit");
    variants = List.copyOf(variants);
  }

  /** Returns the current period of a split as its document is. */
  public static SplitPeriod of(Split split, long revision) {
    return new SplitPeriod(
        split.getId(),
        revision,
        split.getProbability() ? "" : Unit.name(split.getUnit()),
        split.getWeightsList().stream().map(WeightedVariant::getVariant).toList(),
        NOT_ENDED);
  }

  /** Returns whether it goes on. */
  public boolean isCurrent() {
    return endedMillis == NOT_ENDED;
  }

  /** Returns this period, ended. */
  public SplitPeriod endedAt(long millis) {
    return new SplitPeriod(split, revision, unit, variants, millis);
  }
}
