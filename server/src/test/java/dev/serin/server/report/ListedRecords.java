package dev.serin.server.report;

import dev.serin.server.outcome.CommittedRecords;
import dev.serin.server.outcome.RecordWalk;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjDoubleConsumer;

/** Records of one message: one value each, or exposures; a hundred bytes for each of them. */
final class ListedRecords implements CommittedRecords {
  static final int RECORD_BYTES = 100;

  /** Event time of the unit 0; that of another is as many milliseconds later. */
  static final long TIME = 1_760_000_000_000L;

  private final List<Row> rows = new ArrayList<>();

  private record Row(Place place, long unit, boolean exposure) {}

  static Place place(String namespace, String feature, String unit) {
    return new Place(namespace, feature, "main", "", 7, 0, Arm.ARM_SPLIT, "new", false, unit);
  }

  /** Outcomes of units in a row, of a feature of the namespace "shop". */
  static ListedRecords of(String feature, long firstUnit, int count) {
    ListedRecords records = new ListedRecords();
    for (int i = 0; i < count; i++) {
      records.outcome(place("shop", feature, "user_key"), firstUnit + i);
    }
    return records;
  }

  ListedRecords outcome(Place place, long unit) {
    rows.add(new Row(place, unit, false));
    return this;
  }

  ListedRecords exposure(Place place, long unit) {
    rows.add(new Row(place, unit, true));
    return this;
  }

  @Override
  public long heldBytes() {
    return (long) RECORD_BYTES * rows.size();
  }

  @Override
  public RecordWalk walk() {
    return new Walk();
  }

  private final class Walk implements RecordWalk {
    private int at = -1;

    @Override
    public boolean next() {
      at++;
      return at < rows.size();
    }

    @Override
    public Place place() {
      return rows.get(at).place();
    }

    @Override
    public long unit() {
      return rows.get(at).unit();
    }

    @Override
    public long timeMillis() {
      return TIME + unit();
    }

    @Override
    public boolean isExposure() {
      return rows.get(at).exposure();
    }

    @Override
    public void values(ObjDoubleConsumer<String> values) {
      values.accept("latency", unit() + .5);
    }
  }
}
