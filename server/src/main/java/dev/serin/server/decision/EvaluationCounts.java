package dev.serin.server.decision;

import dev.serin.server.telemetry.Sample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * How often each feature was evaluated, by variant and reason, as meters.
 *
 * <p>Only what was evaluated is shown, and of that at most {@value #SERIES_MAX} series; what does
 * not fit is summed up under the feature {@value #OTHER}. A series stays where it was first
 * counted, by itself or in the sum, and the sum keeps what features that are gone have added to it:
 * each of them is a counter, which never goes down. Safe for all threads.
 */
public final class EvaluationCounts implements Supplier<Collection<Sample>> {
  /** Series of all namespaces together: what a Prometheus takes from one target without pain. */
  public static final int SERIES_MAX = 10_000;

  /** No key of a feature: it begins with a character that keys do not have. */
  public static final String OTHER = "(other)";

  /** The labels of a sample. */
  public static final List<String> LABELS = List.of("namespace", "feature", "variant", "reason");

  private static final String REASON_PREFIX = "REASON_";

  private final ServedSnapshots snapshots;
  private final int seriesMax;

  /** What was shown by itself when somebody last asked; a counter equals only itself. */
  private Map<LongAdder, List<String>> shown = new HashMap<>();

  /** What was in the sum when somebody last asked, and with how much. */
  private Map<LongAdder, Long> summed = new HashMap<>();

  private long sum;

  /** The counts of these snapshots' features. */
  public EvaluationCounts(ServedSnapshots snapshots) {
    this(snapshots, SERIES_MAX);
  }

  EvaluationCounts(ServedSnapshots snapshots, int seriesMax) {
    this.snapshots = snapshots;
    this.seriesMax = seriesMax;
  }

  @Override
  public synchronized Collection<Sample> get() {
    Map<LongAdder, List<String>> before = shown;
    shown = new HashMap<>();
    Map<LongAdder, List<String>> others = new LinkedHashMap<>();
    for (String namespace : new TreeSet<>(snapshots.namespaces())) {
      ServedSnapshot snapshot = snapshots.get(namespace);
      if (snapshot == null) {
        continue;
      }
      for (ServedFeature feature : snapshot.features().toList()) {
        feature
            .counts()
            .forEach(
                (counted, count) -> {
                  if (count.sum() > 0) {
                    var place = before.containsKey(count) ? shown : others;
                    place.put(count, labels(namespace, feature, counted));
                  }
                });
      }
    }
    // Those that were shown keep their places; what is left goes to those that come new.
    Map<LongAdder, Long> summedNow = new HashMap<>();
    others.forEach(
        (count, labels) -> {
          Long summedBefore = summed.get(count);
          if (summedBefore == null && shown.size() < seriesMax) {
            shown.put(count, labels);
          } else {
            long now = count.sum();
            sum += now - (summedBefore == null ? 0 : summedBefore);
            summedNow.put(count, now);
          }
        });
    summed = summedNow;
    return samples();
  }

  private List<Sample> samples() {
    var samples = new ArrayList<Sample>(shown.size() + 1);
    shown.forEach((count, labels) -> samples.add(new Sample(labels, count.sum())));
    if (sum > 0) {
      samples.add(new Sample(List.of(OTHER, OTHER, OTHER, OTHER), sum));
    }
    return samples;
  }

  private static List<String> labels(
      String namespace, ServedFeature feature, ServedFeature.Counted counted) {
    String reason = counted.reason().name().substring(REASON_PREFIX.length());
    return List.of(namespace, feature.compiled().key(), counted.variant(), reason);
  }
}
