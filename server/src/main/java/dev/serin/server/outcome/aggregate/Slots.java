package dev.serin.server.outcome.aggregate;

import java.util.ArrayList;
import java.util.List;

/**
 * The chart of one metric at one place: by event time, slots of ten seconds for the newest hour and
 * slots of a minute for the newest day. A full chart takes at most 100 KB, histograms beside.
 *
 * <p>A slot of ten seconds that leaves the hour is added to its minute, and only then: what counts
 * is the newest slot that there ever was, so that any order of adding and merging ends in the same
 * state. A value older than the day is not charted.
 */
public final class Slots {
  /** Width of the narrow slots. */
  public static final long NARROW_MILLIS = 10_000;

  /** Width of the wide slots. */
  public static final long WIDE_MILLIS = 60_000;

  static final int NARROW_SLOTS = 360;
  static final int WIDE_SLOTS = 1_440;

  private static final int NARROW_IN_WIDE = (int) (WIDE_MILLIS / NARROW_MILLIS);

  private final SlotRow narrow = new SlotRow();

  /** Only what has left the hour; {@link #minutes} adds the rest. */
  private final SlotRow wide = new SlotRow();

  /** Event time of the newest value, milliseconds since 1970; -1: there is none. Not stored. */
  private long lastMillis = -1;

  Slots() {}

  /**
   * Adds a value, given in steps of 2^-20.
   *
   * @param timeMillis event time, milliseconds since 1970, not negative
   */
  void add(long timeMillis, long steps, boolean withHistogram) {
    if (timeMillis < 0) {
      throw new IllegalArgumentException("time: " + timeMillis + " (expected: 0 or more)");
    }
    lastMillis = Math.max(lastMillis, timeMillis);
    int slots = narrow.size();
    narrow.add(Math.toIntExact(timeMillis / NARROW_MILLIS), steps, withHistogram);
    if (narrow.size() > slots) {
      settle();
    }
  }

  void merge(Slots other) {
    addAll(other.wide, wide);
    addAll(other.narrow, narrow);
    lastMillis = Math.max(lastMillis, other.lastMillis);
    settle();
  }

  /**
   * Says of a chart that was stored, which knows slots only, when its newest value can have
   * happened at the latest.
   *
   * @param untilMillis event time of the newest value of all that was stored with it
   */
  void readUntil(long untilMillis) {
    lastMillis = Math.max(lastMillis, Math.min(untilMillis(), untilMillis + 1) - 1);
  }

  /**
   * Returns the event time of the newest value, milliseconds since 1970, exactly where it was added
   * here; where it was stored, up to a slot of ten seconds later than it happened, but no later
   * than anything stored with it. -1: there is none.
   */
  long lastMillis() {
    return lastMillis;
  }

  private static void addAll(SlotRow from, SlotRow to) {
    for (int i = 0; i < from.size(); i++) {
      to.add(from.numberAt(i), from, i);
    }
  }

  /** Moves what has left the hour into its minute, and drops what has left the day. */
  void settle() {
    if (narrow.size() == 0) {
      return;
    }
    int newest = narrow.numberAt(narrow.size() - 1);
    int left = sizeUpTo(narrow, newest - NARROW_SLOTS);
    for (int i = 0; i < left; i++) {
      wide.add(narrow.numberAt(i) / NARROW_IN_WIDE, narrow, i);
    }
    if (left > 0) {
      narrow.removeFirst(left);
    }
    int gone = sizeUpTo(wide, newest / NARROW_IN_WIDE - WIDE_SLOTS);
    if (gone > 0) {
      wide.removeFirst(gone);
    }
  }

  /** Returns how many slots have a number up to this one. */
  private static int sizeUpTo(SlotRow row, int number) {
    int count = 0;
    while (count < row.size() && row.numberAt(count) <= number) {
      count++;
    }
    return count;
  }

  /** Returns the slots of ten seconds that something fell into, in order of time. */
  public List<Slot> tenSeconds() {
    return merged(List.of(this), 0, Long.MAX_VALUE, NARROW_MILLIS);
  }

  /** Returns the slots of a minute that something fell into, in order of time. */
  public List<Slot> minutes() {
    return merged(List.of(this), 0, Long.MAX_VALUE, WIDE_MILLIS);
  }

  /** Returns the slots of charts as those of all of them merged, see {@link MergedView#slots}. */
  static List<Slot> merged(
      List<Slots> charts, long fromMillis, long untilMillis, long widthMillis) {
    int newest = charts.stream().mapToInt(Slots::newest).max().orElse(-1);
    boolean isNarrow = widthMillis == NARROW_MILLIS;
    // What has left the hour, or the day, of all charts together is not shown.
    int oldest = 1 + (isNarrow ? newest - NARROW_SLOTS : newest / NARROW_IN_WIDE - WIDE_SLOTS);
    long first = Math.max(oldest, Math.ceilDiv(fromMillis, widthMillis));
    long end = Math.ceilDiv(untilMillis, widthMillis);
    SlotRow row = new SlotRow();
    for (Slots chart : charts) {
      if (!isNarrow) {
        copy(chart.wide, 1, first, end, row);
      }
      copy(chart.narrow, isNarrow ? 1 : NARROW_IN_WIDE, first, end, row);
    }
    return listed(row, widthMillis);
  }

  /** Returns the narrow slots of charts as one slot, see {@link MergedView#slot}. */
  static List<Slot> asOne(List<Slots> charts, long fromMillis, long untilMillis) {
    long first = Math.ceilDiv(fromMillis, NARROW_MILLIS);
    long end = Math.ceilDiv(untilMillis, NARROW_MILLIS);
    SlotRow row = new SlotRow();
    for (Slots chart : charts) {
      for (int i = 0; i < chart.narrow.size(); i++) {
        int number = chart.narrow.numberAt(i);
        if (number >= first && number < end) {
          row.add((int) first, chart.narrow, i);
        }
      }
    }
    return listed(row, NARROW_MILLIS);
  }

  /** Number of the newest narrow slot; -1: there is none. */
  private int newest() {
    return narrow.size() == 0 ? -1 : narrow.numberAt(narrow.size() - 1);
  }

  /** Adds the slots of a row whose numbers, divided, are from first to before end. */
  private static void copy(SlotRow from, int divisor, long first, long end, SlotRow to) {
    for (int i = 0; i < from.size(); i++) {
      int number = from.numberAt(i) / divisor;
      if (number >= first && number < end) {
        to.add(number, from, i);
      }
    }
  }

  /** Returns the slots of a row that nobody else has. */
  private static List<Slot> listed(SlotRow row, long widthMillis) {
    List<Slot> slots = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      slots.add(
          new Slot(
              row.numberAt(i) * widthMillis,
              row.countAt(i),
              row.sumAt(i),
              row.minAt(i),
              row.maxAt(i),
              row.histogramAt(i)));
    }
    return slots;
  }

  /** Returns the end of the newest slot, milliseconds since 1970; 0: there is none. */
  long untilMillis() {
    return (newest() + 1) * NARROW_MILLIS;
  }

  boolean isEmpty() {
    return narrow.size() == 0 && wide.size() == 0;
  }

  SlotRow narrow() {
    return narrow;
  }

  SlotRow wide() {
    return wide;
  }

  Slots copy() {
    Slots copy = new Slots();
    copy.merge(this);
    return copy;
  }

  long sizeBytes() {
    return Sizes.OBJECT_BYTES + narrow.sizeBytes() + wide.sizeBytes();
  }
}
