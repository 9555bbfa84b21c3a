package dev.serin.server.decision;

import dev.serin.server.telemetry.Sample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * How often each feature was evaluated, by variant and reason, as meters.
 *
 * <p>Only what was evaluated is shown, and of that at most {@value #SERIES_MAX} series; what does
 * not fit is summed up under the feature {@value #OTHER}.
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

  /** The counts of these snapshots' features. */
  public EvaluationCounts(ServedSnapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public Collection<Sample> get() {
    var samples = new ArrayList<Sample>();
    double rest = 0;
    for (String namespace : new TreeSet<>(snapshots.namespaces())) {
      ServedSnapshot snapshot = snapshots.get(namespace);
      if (snapshot == null) {
        continue;
      }
      for (ServedFeature feature : snapshot.features().toList()) {
        for (var entry : feature.counts().entrySet()) {
          long count = entry.getValue().sum();
          if (count > 0 && samples.size() >= SERIES_MAX) {
            rest += count;
          } else if (count > 0) {
            var counted = entry.getKey();
            String reason = counted.reason().name().substring(REASON_PREFIX.length());
            samples.add(
                new Sample(
                    List.of(namespace, feature.compiled().key(), counted.variant(), reason),
                    count));
          }
        }
      }
    }
    if (rest > 0) {
      samples.add(new Sample(List.of(OTHER, OTHER, OTHER, OTHER), rest));
    }
    return samples;
  }
}
