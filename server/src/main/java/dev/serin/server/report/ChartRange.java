package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Slot;
import java.util.List;

/**
 * Which slots of a chart are asked for.
 *
 * @param fromMillis first moment, milliseconds since 1970; slots that begin before are left out
 * @param untilMillis first moment after
 * @param widthMillis width of a slot, one of the two there are; or the whole range's
 * @param asOne whether the whole range, of the last hour and in slots of 10 s, is one slot
 */
record ChartRange(long fromMillis, long untilMillis, long widthMillis, boolean asOne) {
  /** Slots of one of the two widths there are. */
  ChartRange(long fromMillis, long untilMillis, long widthMillis) {
    this(fromMillis, untilMillis, widthMillis, false);
  }

  /** The whole range as one slot. */
  static ChartRange asOne(long fromMillis, long untilMillis) {
    return new ChartRange(fromMillis, untilMillis, untilMillis - fromMillis, true);
  }

  /** Copies the slots that begin in the range, of charts as one, by time. */
  List<Slot> of(MergedView view, List<CellKey> keys) {
    return asOne
        ? view.slot(keys, fromMillis, untilMillis)
        : view.slots(keys, fromMillis, untilMillis, widthMillis);
  }
}
