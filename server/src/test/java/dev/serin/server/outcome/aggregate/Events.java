package dev.serin.server.outcome.aggregate;

import dev.serin.v1.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/** Things that happen: random ones, each a call of a {@link DeltaBuilder}. */
final class Events {
  static final long NOW = 1_760_000_000_000L;

  private static final int UNITS = 300;
  private static final long SPAN_MILLIS = 2 * 86_400_000L;

  private final Random random;

  Events(Random random) {
    this.random = random;
  }

  static Place place(int stage, Arm arm, String variant) {
    return new Place("shop", "ranking", "main", "r-1", 0, stage, arm, variant, false, "user_key");
  }

  static CellKey metric(Place place, String key) {
    return new CellKey(place, key, key.hashCode());
  }

  /** The hash of a unit, from its number; negative ones among them. */
  static long unit(long number) {
    return (number + 1) * 0x9e3779b97f4a7c15L;
  }

  List<Consumer<DeltaBuilder>> some(int count) {
    List<Consumer<DeltaBuilder>> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(one());
    }
    return events;
  }

  private Consumer<DeltaBuilder> one() {
    boolean treated = random.nextBoolean();
    Place place =
        place(
            1 + random.nextInt(3),
            treated ? Arm.ARM_TREATMENT : Arm.ARM_CONTROL,
            treated ? "new" : "old");
    long unit = unit(random.nextInt(UNITS));
    long time = NOW - random.nextLong(SPAN_MILLIS);
    int bucket = random.nextInt(Buckets.COUNT);
    double size = Math.pow(10, random.nextDouble() * 12 - 4);
    long steps = FixedPoint.toSteps(random.nextInt(5) == 0 ? -size : size);
    return switch (random.nextInt(7)) {
      case 0 -> builder -> builder.exposure(place, unit, time);
      case 1 -> builder -> builder.mark(place, unit);
      case 2 ->
          builder -> {
            builder.outcome(place, time);
            builder.event(CellKey.reporters(place), unit);
          };
      case 3 ->
          builder -> {
            CellKey error = metric(place, "error");
            builder.event(error, unit);
            builder.value(error, CellParts.BUCKETS, FixedPoint.toSteps(1), bucket, time);
          };
      case 4 ->
          builder ->
              builder.ratio(
                  metric(place, "spend"),
                  bucket % 2 == 0 ? CellParts.BUCKETS : CellParts.PLAIN,
                  steps,
                  FixedPoint.toSteps(bucket % 3),
                  bucket,
                  time);
      case 5 ->
          builder ->
              builder.value(
                  metric(place, "latency"), CellParts.CHARTED_HISTOGRAM, steps, bucket, time);
      default -> builder -> builder.watermark(time);
    };
  }

  /** Whether a unit, given as a hash, is in one of the sets that a view holds of a place. */
  static boolean isIn(
      MergedView view, Place place, long unit, Function<PlaceSets, SeenUnits> chosen) {
    PlaceSets sets = view.setsOrNull(place);
    int id = view.idOf(unit);
    return sets != null && id != UnitTable.UNKNOWN && chosen.apply(sets).contains(id);
  }
}
