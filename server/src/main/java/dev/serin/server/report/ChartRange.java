package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.server.outcome.aggregate.Slots;
import java.util.List;
import java.util.Optional;

/**
 * Which slots of a chart are asked for.
 *
 * @param fromMillis first moment, milliseconds since 1970; slots that begin before are left out
 * @param untilMillis first moment after
 * @param widthMillis width of a slot, one of the two there are
 */
record ChartRange(long fromMillis, long untilMillis, long widthMillis) {
  /** Returns the slots of a chart that begin in the range, by time. */
  List<Slot> of(Optional<Slots> chart) {
    return chart
        .map(slots -> widthMillis == Slots.NARROW_MILLIS ? slots.tenSeconds() : slots.minutes())
        .orElse(List.of())
        .stream()
        .filter(slot -> slot.startMillis() >= fromMillis && slot.startMillis() < untilMillis)
        .toList();
  }
}
