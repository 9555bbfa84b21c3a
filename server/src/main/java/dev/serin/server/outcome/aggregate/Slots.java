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
    int slots = narrow.size();
    narrow.add(Math.toIntExact(timeMillis / NARROW_MILLIS), steps, withHistogram);
    if (narrow.size() > slots) {
      settle();
    }
  }

  void merge(Slots other) {
    addAll(other.wide, wide);
    addAll(other.narrow, narrow);
    settle();
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
    return listed(narrow, NARROW_MILLIS);
  }

  /** Returns the slots of a minute that something fell into, in order of time. */
  public List<Slot> minutes() {
    SlotRow all = new SlotRow();
    addAll(wide, all);
    for (int i = 0; i < narrow.size(); i++) {
      all.add(narrow.numberAt(i) / NARROW_IN_WIDE, narrow, i);
    }
    return listed(all, WIDE_MILLIS);
  }

  private static List<Slot> listed(SlotRow row, long widthMillis) {
    List<Slot> slots = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      CoarseHistogram histogram = row.histogramAt(i);
      slots.add(
          new Slot(
              row.numberAt(i) * widthMillis,
              row.countAt(i),
              row.sumAt(i),
              row.minAt(i),
              row.maxAt(i),
              histogram == null ? null : histogram.copy()));
    }
    return slots;
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
