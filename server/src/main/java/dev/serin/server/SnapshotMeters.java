package dev.serin.server;

import dev.serin.server.catalog.NamespaceStatus;
import dev.serin.server.catalog.RefresherStatus;
import dev.serin.server.decision.EvaluationCounts;
import dev.serin.server.decision.ServedSnapshot;
import dev.serin.server.decision.ServedSnapshots;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What operators see of the snapshots being served, and of the evaluations they answered. */
final class SnapshotMeters {
  private static final List<String> NAMESPACE = List.of("namespace");

  private final Supplier<RefresherStatus> status;
  private final ServedSnapshots snapshots;

  SnapshotMeters(Supplier<RefresherStatus> status, ServedSnapshots snapshots) {
    this.status = status;
    this.snapshots = snapshots;
  }

  void register(Metrics metrics) {
    metrics.gauges(
        "serin_snapshot_revision",
        "Revision of the snapshot that is served.",
        NAMESPACE,
        () -> byNamespace(NamespaceStatus::revision));
    metrics.gauges(
        "serin_snapshot_age_seconds",
        "Seconds since the snapshot was last known to be the newest.",
        NAMESPACE,
        () -> byNamespace(SnapshotMeters::ageSeconds));
    metrics.gauges(
        "serin_snapshot_features", "Features in the snapshot.", NAMESPACE, this::features);
    metrics.gauges(
        "serin_store_up",
        "1: the store can be read; 0: the last good snapshots are served without it.",
        List.of(),
        () -> List.of(new Sample(List.of(), status.get().storeError().isEmpty() ? 1 : 0)));
    metrics.counters(
        "serin_evaluations",
        "Evaluations by what they answered; beyond "
            + EvaluationCounts.SERIES_MAX
            + " series summed up as "
            + EvaluationCounts.OTHER
            + ".",
        EvaluationCounts.LABELS,
        new EvaluationCounts(snapshots));
  }

  private Collection<Sample> byNamespace(ToDoubleFunction<NamespaceStatus> value) {
    return status.get().namespaces().stream()
        .map(namespace -> sample(namespace.namespace(), value.applyAsDouble(namespace)))
        .toList();
  }

  private Collection<Sample> features() {
    return snapshots.namespaces().stream()
        .map(namespace -> sample(namespace, features(snapshots.get(namespace))))
        .toList();
  }

  private static int features(@Nullable ServedSnapshot snapshot) {
    return snapshot == null ? 0 : snapshot.snapshot().features().size();
  }

  private static double ageSeconds(NamespaceStatus namespace) {
    return namespace.ageMillis() / (double) TimeUnit.SECONDS.toMillis(1);
  }

  private static Sample sample(String namespace, double value) {
    return new Sample(List.of(namespace), value);
  }
}
