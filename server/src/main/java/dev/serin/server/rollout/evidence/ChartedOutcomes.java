package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.server.outcome.aggregate.Slots;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** What charts know of outcomes that nobody was there to count apart. */
final class ChartedOutcomes {
  private ChartedOutcomes() {}

  /**
   * How many outcomes happened since a moment: from the next slot on, of the last day. For the
   * thread of the view.
   *
   * @param keys where they are counted
   * @param fromMillis that moment, milliseconds since 1970; empty: now
   */
  static long since(MergedView view, List<CellKey> keys, OptionalLong fromMillis) {
    if (fromMillis.isEmpty()) {
      return 0;
    }
    // Of the last hour narrow slots know more; of what is older only wide ones know anything.
    return LongStream.of(Slots.NARROW_MILLIS, Slots.WIDE_MILLIS)
        .map(
            width ->
                view.slots(keys, fromMillis.getAsLong(), Long.MAX_VALUE, width).stream()
                    .mapToLong(Slot::count)
                    .sum())
        .max()
        .orElse(0);
  }
}
