package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Metric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A view of what one run counts, filled as a server fills it, and the readers of it. */
final class CountedRun {
  static final long NOW = 1_760_000_000_000L;
  static final RunPlaces PLACES =
      new RunPlaces("shop", "checkout", "main", "r-1", "user_key", "new", "old");

  private final MergedView view = new MergedView();

  MergedView view() {
    return view;
  }

  static JudgedMetric judged(MetricPlan plan, JudgedMetric.Kind kind) {
    return judged(plan, kind, 0);
  }

  static JudgedMetric judged(MetricPlan plan, JudgedMetric.Kind kind, double absoluteMargin) {
    return new JudgedMetric(
        plan,
        kind,
        plan.better().orElse(dev.serin.server.analysis.Direction.LOWER),
        absoluteMargin,
        Metric.newBuilder().setKey(plan.metric()).setMeasure("ms").build());
  }

  static RunReader reader(RolloutPlan plan, List<JudgedMetric> metrics) {
    Map<String, Integer> fingerprints = new HashMap<>();
    metrics.forEach(metric -> fingerprints.put(metric.plan().metric(), fingerprint(metric)));
    return new RunReader(plan, metrics, PLACES, fingerprints);
  }

  private static int fingerprint(JudgedMetric metric) {
    return metric.plan().metric().hashCode();
  }

  /**
   * The place of a user, given as where the split draws him, in a stage.
   *
   * @param draw 0 to 1
   * @param share the treatment's
   */
  static Place place(int stage, double draw, double share) {
    List<Place> places = PLACES.of(stage);
    if (draw < share) {
      return places.get(draw < Math.min(share, 1 - share) ? 0 : 1);
    }
    return places.get(draw >= Math.max(share, 1 - share) ? 2 : 3);
  }

  void count(Consumer<DeltaBuilder> events) {
    DeltaBuilder builder = new DeltaBuilder(view);
    events.accept(builder);
    view.apply(builder.build());
  }

  static void expose(DeltaBuilder builder, Place place, long user) {
    builder.exposure(place, unit(user), NOW);
  }

  /** What a server does with a value that an outcome of a user reports. */
  static void report(
      DeltaBuilder builder, Place place, JudgedMetric metric, long user, double value) {
    CellKey key = new CellKey(place, metric.plan().metric(), fingerprint(metric));
    long unit = unit(user);
    builder.outcome(place, NOW);
    builder.mark(place, unit);
    if (metric.kind() == JudgedMetric.Kind.EVENT && value == 1) {
      builder.event(key, unit);
    }
    CellParts parts =
        switch (metric.kind()) {
          case QUANTILE -> CellParts.CHARTED_HISTOGRAM;
          case MEAN -> CellParts.HISTOGRAM;
          case EVENT, RATIO -> CellParts.BUCKETS;
        };
    int bucket = Buckets.bucketOf(unit, place.bucketSaltHash());
    builder.value(key, parts, FixedPoint.toSteps(value), bucket, NOW);
  }

  static long unit(long user) {
    return (user + 1) * 0x9e3779b97f4a7c15L;
  }
}
