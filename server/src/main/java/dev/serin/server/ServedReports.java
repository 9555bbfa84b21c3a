package dev.serin.server;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.CompiledMetric;
import dev.serin.engine.LiveRun;
import dev.serin.engine.Snapshot;
import dev.serin.server.decision.ServedSnapshot;
import dev.serin.server.decision.ServedSnapshots;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.report.ReportedFeature;
import dev.serin.server.report.ReportedFeatures;
import dev.serin.server.report.ReportedMetric;
import dev.serin.server.report.ReportedSplit;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Feature;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.List;

/** The features whose outcomes are shown: those that are served. */
final class ServedReports implements ReportedFeatures {
  private final ServedSnapshots snapshots;

  ServedReports(ServedSnapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public void requireNamespace(String namespace) {
    snapshot(namespace);
  }

  private Snapshot snapshot(String namespace) {
    ServedSnapshot served = snapshots.get(namespace);
    if (served == null) {
      throw snapshots.ready() ? ApiErrors.namespaceNotFound(namespace) : ApiErrors.notReady();
    }
    return served.snapshot();
  }

  @Override
  public ReportedFeature find(String namespace, String key) {
    Snapshot snapshot = snapshot(namespace);
    CompiledFeature feature = snapshot.feature(key);
    if (feature == null) {
      throw ApiErrors.featureNotFound(namespace, key);
    }
    Feature document = feature.source().document();
    return new ReportedFeature(
        namespace,
        key,
        document.getDefaultVariant(),
        document.getSplitsList().stream().map(split -> split(feature, split)).toList(),
        snapshot.metrics().of(key).all().stream().map(ServedReports::metric).toList());
  }

  private static ReportedSplit split(CompiledFeature feature, Split split) {
    List<String> variants =
        split.getWeightsList().stream().map(WeightedVariant::getVariant).toList();
    List<Integer> weights =
        split.getWeightsList().stream().map(WeightedVariant::getWeight).toList();
    String run =
        feature.source().runs().stream()
            .filter(live -> live.split().equals(split.getId()))
            .map(LiveRun::runId)
            .findFirst()
            .orElse("");
    // A split of the document has a current period, which comes first.
    long period = feature.periods(split.getId()).getFirst().revision();
    return new ReportedSplit(split.getId(), variants, weights, run, period);
  }

  private static ReportedMetric metric(CompiledMetric metric) {
    return new ReportedMetric(
        metric.key(),
        metric.kind(),
        metric.lowerIsBetter()
            ? BetterDirection.BETTER_DIRECTION_LOWER
            : BetterDirection.BETTER_DIRECTION_HIGHER,
        metric.measure(),
        metric.numerator(),
        metric.denominator(),
        metric.fingerprint());
  }
}
