package dev.serin.server.outcome;

import dev.serin.server.outcome.PlaceHandle.CountedMetric;
import dev.serin.server.outcome.PlaceHandle.CountedRatio;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.MetricTally;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceTally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjDoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The judged outcomes of one message, in the order they came: numbers in a row, so that appending
 * touches nothing else and leaving a stream out of a flush is dropping its logs.
 *
 * <p>Written by the worker that judges the message; read by the aggregator after it was handed
 * over. Never by both.
 */
final class OutcomeLog implements CommittedRecords {
  /** Bytes that an outcome adds to a delta at most, besides its cells: a unit and its marks. */
  private static final int OUTCOME_BYTES = 14;

  /** Bytes that a value adds at most, besides its cell: a member of an event's set. */
  private static final int VALUE_BYTES = 4;

  /**
   * Words of an entry before its values: unit, time, number of values; above the lower half of the
   * last stands how many outcomes it tells to have been dropped.
   */
  private static final int HEAD_WORDS = 3;

  /** Number of values that stands for an exposure. */
  private static final int EXPOSURE = -1;

  /** Words of a value: index of its metric, steps. */
  private static final int VALUE_WORDS = 2;

  /** Bytes of the log itself, and of a reference that it has. */
  private static final int OBJECT_BYTES = 80;

  private static final int REFERENCE_BYTES = 8;

  private PlaceHandle[] places;
  private long[] words;
  private int entries;
  private int used;
  private int values;
  private int elsewhere;

  /** Where an outcome belongs that was refused for its values, once for each; null: none was. */
  private @Nullable List<PlaceHandle> refused;

  /** Where the entry begins whose values are being added. */
  private int head;

  /**
   * An empty log.
   *
   * @param entries how many outcomes and exposures are expected, 1 or more
   * @param values how many values of theirs; there may be more, 0 of metrics that were not reported
   */
  OutcomeLog(int entries, int values) {
    places = new PlaceHandle[entries];
    words = new long[HEAD_WORDS * entries + VALUE_WORDS * values];
  }

  /**
   * Begins an outcome; its values follow.
   *
   * @param unit hash of its unit
   * @param timeMillis event time, milliseconds since 1970
   */
  void outcome(PlaceHandle place, long unit, long timeMillis) {
    entry(place, unit, timeMillis, 0);
  }

  /** Adds an exposure. */
  void exposure(PlaceHandle place, long unit, long timeMillis) {
    entry(place, unit, timeMillis, EXPOSURE);
  }

  private void entry(PlaceHandle place, long unit, long timeMillis, int count) {
    if (entries == places.length) {
      places = Arrays.copyOf(places, 2 * entries);
    }
    places[entries++] = place;
    head = used;
    ensure(HEAD_WORDS);
    words[used++] = unit;
    words[used++] = timeMillis;
    words[used++] = count;
  }

  /** Adds a value to the outcome that was begun last, in steps of 2^-20. */
  void value(CountedMetric metric, long steps) {
    ensure(VALUE_WORDS);
    words[used++] = metric.index();
    words[used++] = steps;
    words[head + HEAD_WORDS - 1]++;
    values++;
  }

  /**
   * Adds what the outcome that was begun last tells to have been dropped.
   *
   * @param outcomes how many, 0 to {@link OutcomeLimits#DROPPED_MAX}
   */
  void dropped(long outcomes) {
    words[head + HEAD_WORDS - 1] += outcomes << Integer.SIZE;
  }

  /** Notes that the unit of the entry that was begun last is drawn for another variant. */
  void elsewhere() {
    elsewhere++;
  }

  /**
   * Adds an outcome that is refused for its values: of it nothing is known but its place, which has
   * lost it.
   */
  void refused(PlaceHandle place) {
    List<PlaceHandle> all = refused;
    if (all == null) {
      all = new ArrayList<>();
      refused = all;
    }
    all.add(place);
  }

  private void ensure(int more) {
    if (used + more > words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
  }

  /** Returns how many outcomes and exposures it holds. */
  int size() {
    return entries;
  }

  /** Returns how many of them have a unit that is drawn for another variant. */
  int unitsElsewhere() {
    return elsewhere;
  }

  /** Returns about how many bytes it adds to a delta, cells aside. */
  int deltaBytes() {
    return OUTCOME_BYTES * entries + VALUE_BYTES * values;
  }

  /** Adds all of it to a delta. */
  void addTo(Tallies tallies) {
    if (refused != null) {
      refused.forEach(place -> tallies.of(place).place().dropped(1));
    }
    int at = 0;
    for (int i = 0; i < entries; i++) {
      PlaceHandle handle = places[i];
      Tallies.Tally tally = tallies.of(handle);
      long unit = words[at];
      long timeMillis = words[at + 1];
      int count = (int) words[at + 2];
      long dropped = words[at + 2] >> Integer.SIZE;
      at += HEAD_WORDS;
      if (count == EXPOSURE) {
        addExposure(tally.place(), handle, unit, timeMillis);
      } else {
        if (dropped > 0) {
          tally.place().dropped(dropped);
        }
        addOutcome(tally, handle, unit, timeMillis, at, count);
        at += 2 * count;
      }
    }
  }

  private static void addExposure(
      PlaceTally place, PlaceHandle handle, long unit, long timeMillis) {
    if (handle.keepsUnits()) {
      place.exposure(unit, timeMillis);
    } else {
      place.exposureWithoutUnit(timeMillis);
    }
  }

  private void addOutcome(
      Tallies.Tally tally, PlaceHandle handle, long unit, long timeMillis, int at, int count) {
    tally.place().outcome(timeMillis);
    if (handle.keepsUnits()) {
      tally.place().mark(unit);
      MetricTally reporters = tally.reporters();
      if (reporters != null) {
        reporters.event(unit);
      }
    }
    int bucket = handle.bucket(unit);
    for (int i = at; i < at + 2 * count; i += 2) {
      CountedMetric metric = handle.metricAt((int) words[i]);
      MetricTally counted = tally.metrics().get(metric.index());
      long steps = words[i + 1];
      counted.value(steps, bucket, timeMillis);
      if (steps != 0 && handle.keepsUnits() && metric.isEvent()) {
        counted.event(unit);
      }
    }
    List<CountedRatio> ratios = handle.ratios();
    for (int i = 0; i < ratios.size(); i++) {
      int numerator = find(ratios.get(i).numerator(), at, count);
      int denominator = find(ratios.get(i).denominator(), at, count);
      if (numerator >= 0 || denominator >= 0) {
        tally.ratios().get(i).ratio(steps(numerator), steps(denominator), bucket, timeMillis);
      }
    }
  }

  /** Returns where the value of a metric stands; negative: the outcome has none. */
  private int find(int metric, int at, int count) {
    for (int i = at; i < at + 2 * count; i += 2) {
      if (words[i] == metric) {
        return i + 1;
      }
    }
    return -1;
  }

  private long steps(int at) {
    return at < 0 ? 0 : words[at];
  }

  @Override
  public long heldBytes() {
    long references = (long) places.length + (refused == null ? 0 : refused.size());
    return OBJECT_BYTES + (long) Long.BYTES * words.length + REFERENCE_BYTES * references;
  }

  @Override
  public RecordWalk walk() {
    return new Walk();
  }

  /** From entry to entry. */
  private final class Walk implements RecordWalk {
    private int entry = -1;

    /** Where the entry begins. */
    private int at;

    private int valueWords() {
      return 2 * Math.max(0, (int) words[at + HEAD_WORDS - 1]);
    }

    @Override
    public boolean next() {
      if (entry >= 0 && entry < entries) {
        at += HEAD_WORDS + valueWords();
      }
      entry = Math.min(entry + 1, entries);
      return entry < entries;
    }

    @Override
    public Place place() {
      return places[entry].place();
    }

    @Override
    public long unit() {
      return words[at];
    }

    @Override
    public long timeMillis() {
      return words[at + 1];
    }

    @Override
    public boolean isExposure() {
      return words[at + HEAD_WORDS - 1] == EXPOSURE;
    }

    @Override
    public void values(ObjDoubleConsumer<String> values) {
      int begin = at + HEAD_WORDS;
      for (int i = begin; i < begin + valueWords(); i += 2) {
        CountedMetric metric = places[entry].metricAt((int) words[i]);
        values.accept(metric.metric().key(), FixedPoint.toDouble(words[i + 1]));
      }
    }
  }
}
