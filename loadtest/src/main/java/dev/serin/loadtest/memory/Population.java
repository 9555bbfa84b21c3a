package dev.serin.loadtest.memory;

import dev.serin.engine.Bucketing;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Users who report one outcome with all metrics to each of many features: half of them in each
 * variant. Of five metrics two are events (5 % and 30 % of users), two are means and one is a
 * quantile. Outcomes are spread evenly over a day.
 */
final class Population {
  static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** The end of the day. */
  static final long UNTIL_MILLIS = 1_760_000_000_000L;

  /** The counting period that it reports in. */
  static final long PERIOD = 7;

  /** Of the definition of all its metrics. */
  static final int FINGERPRINT = 1;

  private static final long STEPS = 1L << 20;
  private static final int PERCENT = 100;

  /** Shares of users who have an event, in percent. */
  private static final int[] EVENTS = {5, 30};

  private final int users;
  private final List<Target> targets = new ArrayList<>();

  /** A feature: its variants' places, and metrics of each. */
  private record Target(List<Place> variants, List<List<CellKey>> metrics, long saltHash) {}

  /**
   * A population.
   *
   * @param prefix of the keys of its features
   * @param users how many there are
   */
  Population(String prefix, int features, int metrics, int users) {
    this.users = users;
    for (int feature = 0; feature < features; feature++) {
      List<Place> variants = new ArrayList<>();
      List<List<CellKey>> keys = new ArrayList<>();
      for (String variant : List.of("off", "on")) {
        Place place = place(prefix + feature, variant);
        List<CellKey> ofPlace = new ArrayList<>();
        for (int metric = 0; metric < metrics; metric++) {
          ofPlace.add(new CellKey(place, metricKey(metric), FINGERPRINT));
        }
        variants.add(place);
        keys.add(ofPlace);
      }
      targets.add(new Target(variants, keys, variants.get(0).bucketSaltHash()));
    }
  }

  static String metricKey(int metric) {
    return "metric-" + metric;
  }

  private static Place place(String feature, String variant) {
    return new Place(
        "default", feature, "all", "", PERIOD, 0, Arm.ARM_SPLIT, variant, false, "user_key");
  }

  /** How the values of a metric are kept: events, means and quantiles in turn. */
  static CellParts parts(int metric) {
    return switch (metric % 5) {
      case 0, 1 -> CellParts.BUCKETS;
      case 4 -> CellParts.CHARTED_HISTOGRAM;
      default -> CellParts.HISTOGRAM;
    };
  }

  int features() {
    return targets.size();
  }

  /** Adds one outcome of each of these users to each of the first features. */
  void report(DeltaBuilder builder, int fromUser, int untilUser, int features) {
    for (Target target : targets.subList(0, features)) {
      for (int user = fromUser; user < untilUser; user++) {
        report(builder, target, user);
      }
    }
  }

  private void report(DeltaBuilder builder, Target target, int user) {
    long unit = Bucketing.mix64(user + 1L);
    long draw = Bucketing.draw(unit, target.saltHash());
    int variant = (int) (draw & 1);
    int bucket = Buckets.bucketOf(unit, target.saltHash());
    // Each half goes through the day: the charts are full with the first.
    int half = users / 2;
    long time = UNTIL_MILLIS - DAY_MILLIS + DAY_MILLIS * (user % half) / half;
    Place place = target.variants().get(variant);
    builder.outcome(place, time);
    builder.mark(place, unit);
    List<CellKey> metrics = target.metrics().get(variant);
    for (int metric = 0; metric < metrics.size(); metric++) {
      CellKey key = metrics.get(metric);
      CellParts parts = parts(metric);
      if (parts == CellParts.BUCKETS) {
        boolean had = (draw >>> 8) % PERCENT < EVENTS[metric % 5];
        if (had) {
          builder.event(key, unit);
        }
        builder.value(key, parts, had ? STEPS : 0, bucket, time);
      } else {
        // From 2 to 400: as milliseconds are.
        long steps = (long) (STEPS * 20 * Math.exp(3 * ((draw >>> 16 & 0xffff) / 65_536.0)));
        builder.value(key, parts, steps / (1 + metric), bucket, time);
      }
    }
  }
}
