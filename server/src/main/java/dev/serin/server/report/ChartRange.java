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
 * @param widthMillis width of a slot, one of the two there are
 */
record ChartRange(long fromMillis, long untilMillis, long widthMillis) {
  /** Copies the slots that begin in the range, of charts as one, by time. */
  List<Slot> of(MergedView view, List<CellKey> keys) {
    return view.slots(keys, fromMillis, untilMillis, widthMillis);
  }
}
