package dev.serin.server.outcome.aggregate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** Writes one delta in the form of {@link DeltaCodec}. */
final class DeltaEncoder {
  private final Delta delta;
  private final DeltaWriter out = new DeltaWriter();
  private final Map<String, Integer> names;
  private final Map<Place, Integer> places;
  private final SortedMap<CellKey, Cell> cells;
  private final SortedMap<CellKey, Slots> charts;

  DeltaEncoder(Delta delta) {
    this.delta = delta;
    cells = new TreeMap<>(delta.cells());
    charts = new TreeMap<>(delta.charts());
    SortedSet<Place> placesInUse = new TreeSet<>(delta.sets().keySet());
    SortedSet<String> namesInUse = new TreeSet<>();
    List<CellKey> keys = new ArrayList<>(cells.keySet());
    keys.addAll(charts.keySet());
    delta.sets().values().forEach(sets -> keys.addAll(sets.events().keySet()));
    for (CellKey key : keys) {
      placesInUse.add(key.place());
      namesInUse.add(key.metric());
    }
    for (Place place : placesInUse) {
      namesInUse.addAll(namesOf(place));
    }
    places = numbered(placesInUse);
    names = numbered(namesInUse);
  }

  private static List<String> namesOf(Place place) {
    return List.of(
        place.namespace(),
        place.feature(),
        place.split(),
        place.run(),
        place.unit(),
        place.variant());
  }

  private static <T> Map<T, Integer> numbered(SortedSet<T> sorted) {
    Map<T, Integer> numbers = new HashMap<>();
    for (T each : sorted) {
      numbers.put(each, numbers.size());
    }
    return numbers;
  }

  byte[] encode() {
    out.writeByte(DeltaCodec.VERSION);
    out.writeNumber(delta.thinning().generation());
    out.writeNumber(delta.thinning().level());
    out.writeNumber(delta.watermark() + 1);
    out.writeNumber(delta.fromMillis() + 1);
    out.writeNumber(delta.untilMillis() + 1);
    out.writeNumber(names.size());
    names.keySet().stream().sorted().forEach(out::writeName);
    long[] hashes = delta.units().sortedHashes();
    out.writeNumber(hashes.length);
    for (long hash : hashes) {
      out.writeLong(hash);
    }
    out.writeNumber(places.size());
    places.keySet().stream().sorted().forEach(this::write);
    out.writeNumber(cells.size());
    cells.forEach(this::write);
    writeSets(indexes(hashes));
    out.writeNumber(charts.size());
    charts.forEach(
        (key, chart) -> {
          write(key);
          write(chart.narrow());
          write(chart.wide());
        });
    return out.toBytesWithChecksum();
  }

  /** Returns for each id of the delta's units where its hash stands among the sorted ones. */
  private int[] indexes(long[] sortedHashes) {
    int[] indexes = new int[sortedHashes.length];
    for (int id = 0; id < indexes.length; id++) {
      indexes[id] = Arrays.binarySearch(sortedHashes, delta.units().hashOf(id));
    }
    return indexes;
  }

  private void write(Place place) {
    namesOf(place).forEach(name -> out.writeNumber(number(names, name)));
    out.writeNumber(place.period());
    out.writeNumber(place.stage());
    out.writeByte(place.arm().getNumber());
    out.writeByte(place.afterEnd() ? 1 : 0);
  }

  private void write(CellKey key) {
    out.writeNumber(number(places, key.place()));
    writeMetric(key);
  }

  private void writeMetric(CellKey key) {
    out.writeNumber(number(names, key.metric()));
    out.writeInt(key.fingerprint());
  }

  private static <T> int number(Map<T, Integer> numbers, T key) {
    Integer number = numbers.get(key);
    if (number == null) {
      throw new IllegalStateException("no number for " + key);
    }
    return number;
  }

  private void write(CellKey key, Cell cell) {
    Buckets buckets = cell.buckets();
    LogHistogram histogram = cell.histogram();
    FixedSum denominator = cell.denominator();
    write(key);
    out.writeByte(
        (buckets == null ? 0 : DeltaCodec.BUCKETS)
            | (denominator == null ? 0 : DeltaCodec.RATIO)
            | (histogram == null ? 0 : DeltaCodec.HISTOGRAM));
    out.writeNumber(cell.count());
    write(cell.sum());
    out.writeWide(cell.squares().low(), cell.squares().middle(), cell.squares().high());
    writeExtremes(cell.min(), cell.max());
    if (denominator != null) {
      write(denominator);
    }
    if (buckets != null) {
      write(buckets, denominator != null);
    }
    if (histogram != null) {
      write(histogram);
    }
  }

  private void write(FixedSum sum) {
    out.writeWide(sum.low(), sum.high());
  }

  private void writeExtremes(long min, long max) {
    out.writeSigned(min);
    out.writeNumber(max - min);
  }

  private void write(Buckets buckets, boolean withDenominators) {
    out.writeNumber(buckets.touched());
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      if (buckets.isTouched(bucket)) {
        out.writeByte(bucket);
        out.writeNumber(buckets.countOf(bucket));
        write(buckets.sumOf(bucket));
        if (withDenominators) {
          write(buckets.denominatorOf(bucket));
        }
      }
    }
  }

  private void write(LogHistogram histogram) {
    int[] touched = {0};
    histogram.forEach((bin, count) -> touched[0]++);
    out.writeNumber(touched[0]);
    int[] before = {0};
    histogram.forEach(
        (bin, count) -> {
          out.writeSigned(bin - before[0]);
          out.writeNumber(count);
          before[0] = bin;
        });
  }

  private void writeSets(int[] indexes) {
    SortedMap<Place, PlaceSets> sorted = new TreeMap<>(delta.sets());
    int count = 0;
    for (PlaceSets sets : sorted.values()) {
      count += filled(sets.exposed()) + filled(sets.marked());
      count += sets.events().values().stream().mapToInt(DeltaEncoder::filled).sum();
    }
    out.writeNumber(count);
    sorted.forEach(
        (place, sets) -> {
          write(place, DeltaCodec.EXPOSED, null, sets.exposed(), indexes);
          write(place, DeltaCodec.MARKED, null, sets.marked(), indexes);
          new TreeMap<>(sets.events())
              .forEach((key, units) -> write(place, DeltaCodec.EVENT, key, units, indexes));
        });
  }

  private static int filled(SeenUnits units) {
    return (units.counted().isEmpty() ? 0 : 1) + (units.before().isEmpty() ? 0 : 1);
  }

  private void write(
      Place place, int kind, @Nullable CellKey metric, SeenUnits units, int[] indexes) {
    write(place, kind, metric, units.counted(), indexes);
    write(place, kind + DeltaCodec.BEFORE, metric, units.before(), indexes);
  }

  private void write(
      Place place, int kind, @Nullable CellKey metric, UnitSet units, int[] indexes) {
    if (units.isEmpty()) {
      return;
    }
    out.writeNumber(number(places, place));
    out.writeByte(kind);
    if (metric != null) {
      writeMetric(metric);
    }
    // Made anew in rising order: how a bitmap came about must not show in its bytes.
    RoaringBitmap members = RoaringBitmap.bitmapOf(units.translated(indexes));
    members.runOptimize();
    int size = members.serializedSizeInBytes();
    out.writeNumber(size);
    members.serialize(out.room(size));
  }

  private void write(SlotRow row) {
    out.writeNumber(row.size());
    int before = 0;
    for (int i = 0; i < row.size(); i++) {
      out.writeNumber(row.numberAt(i) - before);
      before = row.numberAt(i);
      out.writeNumber(row.countAt(i));
      write(row.sumAt(i));
      writeExtremes(row.minAt(i), row.maxAt(i));
      write(row.histogramAt(i));
    }
  }

  private void write(@Nullable CoarseHistogram histogram) {
    int size = histogram == null ? 0 : histogram.size();
    out.writeNumber(size);
    int before = 0;
    for (int i = 0; histogram != null && i < size; i++) {
      out.writeSigned(histogram.binAt(i) - before);
      out.writeNumber(histogram.countAt(i));
      before = histogram.binAt(i);
    }
  }
}
