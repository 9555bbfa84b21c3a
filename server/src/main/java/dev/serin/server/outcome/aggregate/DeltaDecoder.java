package dev.serin.server.outcome.aggregate;

import dev.serin.v1.Arm;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/** Reads one delta in the form of {@link DeltaCodec}, and refuses what no encoder writes. */
final class DeltaDecoder {
  /** Steps beyond which no extreme of values lies. */
  private static final long MAX_STEPS = FixedPoint.MAX_STEPS;

  private final DeltaReader in;
  private Delta delta = new Delta();
  private String[] names = {};
  private Place[] places = {};

  DeltaDecoder(DeltaReader in) {
    this.in = in;
  }

  Delta decode() {
    in.readByte();
    delta = new Delta(readThinning());
    readTimes();
    readNames();
    readUnits();
    readPlaces();
    readCells();
    readSets();
    readCharts();
    in.expectEnd();
    return delta;
  }

  private Thinning readThinning() {
    int generation = in.readInt31();
    int level = in.readInt31();
    try {
      return new Thinning(generation, level);
    } catch (IllegalArgumentException e) {
      throw new UnreadableDeltaException("header: " + e.getMessage(), e);
    }
  }

  private void readTimes() {
    delta.setWatermark(in.readNumber() - 1);
    long from = in.readNumber() - 1;
    long until = in.readNumber() - 1;
    if (from > until || (from == Delta.NO_TIME) != (until == Delta.NO_TIME)) {
      throw new UnreadableDeltaException(
          "event times: " + from + " to " + until + " (expected: in order, both or none)");
    }
    if (from != Delta.NO_TIME) {
      delta.happened(from);
      delta.happened(until);
    }
  }

  private void readNames() {
    names = new String[in.readSize(1)];
    for (int i = 0; i < names.length; i++) {
      names[i] = in.readName();
      rises(i == 0 || names[i - 1].compareTo(names[i]) < 0, "names");
    }
  }

  private static void rises(boolean does, String what) {
    if (!does) {
      throw new UnreadableDeltaException(what + ": out of order (expected: each above the last)");
    }
  }

  private void readUnits() {
    int count = in.readSize(Long.BYTES);
    long before = 0;
    for (int i = 0; i < count; i++) {
      long hash = in.readLong();
      rises(i == 0 || before < hash, "units");
      before = hash;
      delta.units().idOf(hash);
    }
  }

  private void readPlaces() {
    places = new Place[in.readSize(1)];
    for (int i = 0; i < places.length; i++) {
      places[i] = readPlace();
      rises(i == 0 || places[i - 1].compareTo(places[i]) < 0, "places");
    }
  }

  private Place readPlace() {
    String namespace = name();
    String feature = name();
    String split = name();
    String run = name();
    String unit = name();
    String variant = name();
    long period = in.readNumber();
    int stage = in.readInt31();
    Arm arm = Arm.forNumber(in.readByte());
    int afterEnd = in.readIndex(2);
    if (arm == null) {
      throw new UnreadableDeltaException("arm: unknown (expected: one this version knows)");
    }
    return new Place(
        namespace, feature, split, run, period, stage, arm, variant, afterEnd == 1, unit);
  }

  private String name() {
    return names[in.readIndex(names.length)];
  }

  private Place place() {
    return places[in.readIndex(places.length)];
  }

  private CellKey key(Place place) {
    String metric = name();
    return new CellKey(place, metric, in.readInt());
  }

  private void readCells() {
    int count = in.readSize(1);
    CellKey before = null;
    for (int i = 0; i < count; i++) {
      CellKey key = key(place());
      rises(before == null || before.compareTo(key) < 0, "cells");
      before = key;
      delta.cells().put(key, readCell());
    }
  }

  private Cell readCell() {
    int parts = in.readByte();
    if ((parts & ~DeltaCodec.ALL_PARTS) != 0) {
      throw new UnreadableDeltaException("parts: " + parts + " (expected: bits 0 to 2)");
    }
    long count = readCount();
    FixedSum sum = in.readSum();
    long[] squares = in.readWide(3);
    long min = readExtreme(in.readSigned());
    long max = readExtreme(min + in.readNumber());
    SquareSum squareSum = new SquareSum(squares[2], squares[1], squares[0]);
    Cell cell = Cell.plain(count, sum, squareSum, min, max);
    boolean isRatio = (parts & DeltaCodec.RATIO) != 0;
    if (isRatio) {
      cell.ensureDenominator().merge(in.readSum());
    }
    if ((parts & DeltaCodec.BUCKETS) != 0) {
      readBuckets(cell.ensureBuckets(), isRatio);
    }
    if ((parts & DeltaCodec.HISTOGRAM) != 0) {
      readHistogram(cell.ensureHistogram());
    }
    return cell;
  }

  private long readCount() {
    long count = in.readNumber();
    if (count == 0) {
      throw new UnreadableDeltaException("count: 0 (expected: above 0)");
    }
    return count;
  }

  private static long readExtreme(long steps) {
    if (steps < -MAX_STEPS || steps > MAX_STEPS) {
      throw new UnreadableDeltaException(
          "extreme: " + steps + " (expected: within ±" + MAX_STEPS + ")");
    }
    return steps;
  }

  private void readBuckets(Buckets buckets, boolean withDenominators) {
    int count = in.readSize(1);
    int before = -1;
    for (int i = 0; i < count; i++) {
      int bucket = in.readIndex(Buckets.COUNT);
      rises(bucket > before, "buckets");
      before = bucket;
      long values = readCount();
      FixedSum sum = in.readSum();
      buckets.add(bucket, values, sum.high(), sum.low());
      if (withDenominators) {
        FixedSum denominator = in.readSum();
        buckets.addDenominator(bucket, denominator.high(), denominator.low());
      }
    }
  }

  private void readHistogram(LogHistogram histogram) {
    int count = in.readSize(2);
    long before = 0;
    for (int i = 0; i < count; i++) {
      long bin = before + in.readSigned();
      rises(i == 0 || bin > before, "bins");
      before = LogBins.checkedBin(bin);
      histogram.add((int) bin, readCount());
    }
  }

  private void readSets() {
    int count = in.readSize(1);
    for (int i = 0; i < count; i++) {
      Place place = place();
      int kind = in.readByte();
      if (kind >= DeltaCodec.BEFORE && delta.thinning().generation() == 0) {
        throw new UnreadableDeltaException(
            "set: seen before generation 0 (expected: in a later generation)");
      }
      SeenUnits units = set(place, kind & ~DeltaCodec.BEFORE);
      readMembers(kind >= DeltaCodec.BEFORE ? units::addBefore : units::add);
    }
    delta.sets().values().forEach(PlaceSets::settle);
  }

  private SeenUnits set(Place place, int kind) {
    PlaceSets sets = delta.setsOf(place);
    return switch (kind) {
      case DeltaCodec.EXPOSED -> sets.exposed();
      case DeltaCodec.MARKED -> sets.marked();
      case DeltaCodec.EVENT -> sets.ensureEvent(key(place));
      default -> throw new UnreadableDeltaException("set: kind " + kind + " (expected: 0 to 2)");
    };
  }

  private void readMembers(IntConsumer adder) {
    ByteBuffer bytes = in.readBytes(in.readSize(1));
    int[] last = {-1};
    ImmutableRoaringBitmap members = bitmap(bytes);
    try {
      members.forEach(
          (org.roaringbitmap.IntConsumer)
              id -> {
                rises(id > last[0] && id < delta.units().size(), "members");
                last[0] = id;
                adder.accept(id);
              });
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new UnreadableDeltaException("set: damaged (expected: a Roaring bitmap)", e);
    }
    rises(last[0] >= 0, "members");
  }

  private static ImmutableRoaringBitmap bitmap(ByteBuffer bytes) {
    try {
      ImmutableRoaringBitmap bitmap = new ImmutableRoaringBitmap(bytes);
      if (bitmap.serializedSizeInBytes() != bytes.remaining()) {
        throw new UnreadableDeltaException("set: other length (expected: its bitmap's)");
      }
      return bitmap;
    } catch (InvalidRoaringFormat | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new UnreadableDeltaException("set: damaged (expected: a Roaring bitmap)", e);
    }
  }

  private void readCharts() {
    int count = in.readSize(1);
    CellKey before = null;
    for (int i = 0; i < count; i++) {
      CellKey key = key(place());
      rises(before == null || before.compareTo(key) < 0, "charts");
      before = key;
      Slots chart = delta.chartOf(key);
      readRow(chart.narrow());
      readRow(chart.wide());
      chart.settle();
      chart.readUntil(delta.untilMillis());
    }
  }

  private void readRow(SlotRow row) {
    int count = in.readSize(1);
    long number = 0;
    for (int i = 0; i < count; i++) {
      int step = in.readInt31();
      rises(i == 0 || step > 0, "slots");
      number += step;
      if (number > Integer.MAX_VALUE) {
        throw new UnreadableDeltaException("slot: " + number + " (expected: below 2^31)");
      }
      long values = readCount();
      FixedSum sum = in.readSum();
      long min = readExtreme(in.readSigned());
      long max = readExtreme(min + in.readNumber());
      row.add((int) number, values, sum, min, max, readCoarse());
    }
  }

  private @Nullable CoarseHistogram readCoarse() {
    int count = in.readSize(2);
    CoarseHistogram histogram = count == 0 ? null : new CoarseHistogram();
    long before = 0;
    for (int i = 0; histogram != null && i < count; i++) {
      long bin = before + in.readSigned();
      rises(i == 0 || bin > before, "bins");
      if (Math.abs(bin) > CoarseHistogram.MAX_BIN) {
        throw new UnreadableDeltaException(
            "bin: " + bin + " (expected: within ±" + CoarseHistogram.MAX_BIN + ")");
      }
      before = bin;
      long values = readCount();
      if (values > CoarseHistogram.MAX_COUNT) {
        throw new UnreadableDeltaException(
            "count: " + values + " (expected: at most " + CoarseHistogram.MAX_COUNT + ")");
      }
      histogram.add((int) bin, values);
    }
    return histogram;
  }
}
