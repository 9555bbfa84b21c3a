package dev.serin.server.outcome;

import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceTally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.ObjDoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The exposures of one flush, decision by decision, and those of one decision as a thread recorded
 * them. Kept until the flush is durable, so that one that is gathered again holds the same. Filled
 * by one thread, and not changed after that.
 */
final class ExposureLog implements CommittedRecords {
  /** Bytes of the log itself, and of what it has for each decision besides hashes. */
  private static final int OBJECT_BYTES = 80;

  private final long timeMillis;
  private final List<Units> all = new ArrayList<>();
  private final IdentityHashMap<ExposurePoint, Units> byPoint = new IdentityHashMap<>();
  private @Nullable Units last;
  private int size;

  /** Hashes of the units that got one decision. */
  private static final class Units {
    private final ExposurePoint point;
    private long[] hashes = new long[16];
    private int count;

    Units(ExposurePoint point) {
      this.point = point;
    }

    void add(long unit) {
      if (count == hashes.length) {
        hashes = Arrays.copyOf(hashes, 2 * count);
      }
      hashes[count++] = unit;
    }
  }

  /**
   * An empty log.
   *
   * @param timeMillis when what it gets happened, milliseconds since 1970
   */
  ExposureLog(long timeMillis) {
    this.timeMillis = timeMillis;
  }

  void add(ExposurePoint point, long unit) {
    Units units = last;
    if (units == null || units.point != point) {
      units = byPoint.computeIfAbsent(point, this::made);
      last = units;
    }
    units.add(unit);
    size++;
  }

  private Units made(ExposurePoint point) {
    Units units = new Units(point);
    all.add(units);
    return units;
  }

  /** How many exposures it holds. */
  int size() {
    return size;
  }

  /** Adds all of it to a delta. */
  void addTo(DeltaBuilder builder) {
    for (Units units : all) {
      PlaceTally place = builder.at(units.point.place());
      for (int i = 0; i < units.count; i++) {
        if (units.point.keepsUnits()) {
          place.exposure(units.hashes[i], timeMillis);
        } else {
          place.exposureWithoutUnit(timeMillis);
        }
      }
    }
  }

  @Override
  public long heldBytes() {
    long bytes = OBJECT_BYTES;
    for (Units units : all) {
      bytes += OBJECT_BYTES + (long) Long.BYTES * units.hashes.length;
    }
    return bytes;
  }

  @Override
  public RecordWalk walk() {
    return new Walk();
  }

  /** From exposure to exposure. */
  private final class Walk implements RecordWalk {
    private int decision;
    private int at = -1;

    @Override
    public boolean next() {
      if (decision < all.size() && ++at == all.get(decision).count) {
        decision++;
        at = 0;
      }
      return decision < all.size();
    }

    @Override
    public Place place() {
      return all.get(decision).point.place();
    }

    @Override
    public long unit() {
      return all.get(decision).hashes[at];
    }

    @Override
    public long timeMillis() {
      return timeMillis;
    }

    @Override
    public boolean isExposure() {
      return true;
    }

    /** It has none. */
    @Override
    public void values(ObjDoubleConsumer<String> values) {}
  }
}
