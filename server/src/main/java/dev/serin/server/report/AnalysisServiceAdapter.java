package dev.serin.server.report;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.server.outcome.aggregate.Slots;
import dev.serin.server.rollout.SlotQuestion;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceImplBase;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.RolloutSlot;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * AnalysisService over messages.
 *
 * <p>What is compared and charted waits for the answer of whoever owns the view, and takes
 * processor time in proportion to the metrics and stages asked for: call it off the event loops. An
 * export waits for nothing.
 */
public final class AnalysisServiceAdapter extends AnalysisServiceImplBase {
  /** Bytes of a request: as many metrics, or features, as it may name. */
  public static final int MAX_REQUEST_BYTES = 64 * 1024;

  private static final String DEFAULT_NAMESPACE = "default";

  /** As many as apply to a feature. */
  private static final int MAX_METRICS = 64;

  /** Each is looked for in every record. */
  private static final int MAX_EXPORTED_FEATURES = 256;

  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

  private final ReportedFeatures features;
  private final BlockingQuestions asking;
  private final Exports exports;
  private final LiveVerdicts verdicts;
  private final RolloutSeries rollouts;
  private final InstantSource clock;

  /**
   * A service.
   *
   * @param features what is asked about
   * @param questions what was counted
   * @param exports what becomes durable
   * @param verdicts what was made of runs
   * @param rollouts where they stood over time
   * @param clock says when now is, where a request does not say until when
   */
  public AnalysisServiceAdapter(
      ReportedFeatures features,
      ViewQuestions questions,
      Exports exports,
      LiveVerdicts verdicts,
      RolloutSeries rollouts,
      InstantSource clock) {
    this.features = features;
    asking = new BlockingQuestions(questions);
    this.exports = exports;
    this.verdicts = verdicts;
    this.rollouts = rollouts;
    this.clock = clock;
  }

  @Override
  public void compareVariants(
      CompareVariantsRequest request, StreamObserver<CompareVariantsResponse> observer) {
    observer.onNext(compare(request));
    observer.onCompleted();
  }

  private CompareVariantsResponse compare(CompareVariantsRequest request) {
    ReportedFeature feature = feature(request.getNamespace(), request.getFeature());
    ReportedSplit split = split(feature, request.getSplit());
    List<ReportedMetric> metrics = metrics(feature, request.getMetricsList());
    Scope scope = scope(request, split);
    List<PlaceEvidence> places =
        ask(view -> PlaceEvidence.copied(view, feature, scope, metrics)).stream()
            .map(Supplier::get)
            .toList();
    if (scope.isRun() && places.isEmpty() && !scope.run().equals(split.run())) {
      throw ApiErrors.runNotFound(feature.key(), scope.run());
    }
    List<String> variants = Comparisons.variants(split, scope, places);
    String control = control(request.getControl(), feature, split, variants, places);
    CompareVariantsResponse compared =
        new Comparisons(feature, scope, metrics, places, control).compare(variants);
    return scope.isRun()
        ? verdicts
            .newest(scope.run())
            .map(verdict -> compared.toBuilder().setVerdict(verdict).build())
            .orElse(compared)
        : compared;
  }

  @Override
  public void getTimeSeries(
      GetTimeSeriesRequest request, StreamObserver<GetTimeSeriesResponse> observer) {
    observer.onNext(series(request));
    observer.onCompleted();
  }

  private GetTimeSeriesResponse series(GetTimeSeriesRequest request) {
    ReportedFeature feature = feature(request.getNamespace(), request.getFeature());
    List<ReportedMetric> metrics = metrics(feature, request.getMetricsList());
    ChartRange range = range(request);
    List<ReportedMetric> needed = feature.withParts(metrics);
    List<VariantCharts> charts = new ArrayList<>();
    for (String variant : ask(view -> VariantCharts.variants(view, feature))) {
      charts.add(VariantCharts.of(this::ask, feature, variant, needed, range));
    }
    SlotQuestion question =
        new SlotQuestion(
            feature.namespace(),
            feature.key(),
            range.fromMillis(),
            range.untilMillis(),
            Set.copyOf(request.getMetricsList()),
            TimeSeries.MAX_VALUES);
    List<RolloutSlot> slots = List.of();
    String missing = "";
    try {
      slots = rollouts.of(question);
    } catch (ApiException e) {
      // What was counted is shown while the store is away, too.
      missing = String.valueOf(e.getMessage());
    }
    return TimeSeries.of(charts, slots, metrics, range).setRolloutsMissing(missing).build();
  }

  @Override
  public void exportDecisions(
      ExportDecisionsRequest request, StreamObserver<ExportDecisionsResponse> observer) {
    String namespace = namespace(request.getNamespace());
    if (request.getFeaturesCount() > MAX_EXPORTED_FEATURES) {
      throw ApiErrors.invalidRequest(
          "features",
          request.getFeaturesCount() + " (expected: at most " + MAX_EXPORTED_FEATURES + ")");
    }
    features.requireNamespace(namespace);
    Set<String> keys = new HashSet<>(request.getFeaturesList());
    keys.forEach(key -> feature(namespace, key));
    exports.open(
        new ExportFilter(namespace, keys),
        (ServerCallStreamObserver<ExportDecisionsResponse>) observer);
  }

  @Override
  public void planRollout(
      PlanRolloutRequest request, StreamObserver<PlanRolloutResponse> observer) {
    RolloutPlanning planning =
        new RolloutPlanning(this::feature, this::compare, this::decisions, clock.millis());
    observer.onNext(planning.plan(request));
    observer.onCompleted();
  }

  private List<Slot> decisions(ReportedFeature feature, String split, ChartRange range) {
    return ask(
        view ->
            range.of(
                view,
                view.places(feature.namespace(), feature.key()).stream()
                    .filter(place -> place.split().equals(split))
                    .map(CellKey::exposures)
                    .toList()));
  }

  private static String namespace(String namespace) {
    return namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace;
  }

  private ReportedFeature feature(String namespace, String feature) {
    if (feature.isEmpty()) {
      throw ApiErrors.invalidRequest("feature", "empty (expected: the key of a feature)");
    }
    return features.find(namespace(namespace), feature);
  }

  private static ReportedSplit split(ReportedFeature feature, String id) {
    List<String> ids = feature.splits().stream().map(ReportedSplit::id).toList();
    if (id.isEmpty() && ids.size() == 1) {
      return feature.splits().getFirst();
    }
    return feature.splits().stream()
        .filter(split -> split.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                ApiErrors.invalidRequest(
                    "split",
                    "\""
                        + id
                        + "\" (expected: "
                        + (ids.isEmpty()
                            ? "a feature that has a split"
                            : "one of " + String.join(", ", ids))
                        + ")"));
  }

  private static List<ReportedMetric> metrics(ReportedFeature feature, List<String> keys) {
    if (keys.size() > MAX_METRICS) {
      throw ApiErrors.invalidRequest(
          "metrics", keys.size() + " (expected: at most " + MAX_METRICS + ")");
    }
    if (keys.isEmpty()) {
      return feature.metrics();
    }
    List<ReportedMetric> metrics = new ArrayList<>();
    for (String key : keys) {
      metrics.add(
          feature.metric(key).orElseThrow(() -> ApiErrors.metricNotFound(feature.key(), key)));
    }
    return metrics.stream().distinct().toList();
  }

  private static Scope scope(CompareVariantsRequest request, ReportedSplit split) {
    // Who names a period does not ask for the run.
    String run =
        request.getRunId().isEmpty() && !request.hasPeriod() ? split.run() : request.getRunId();
    if (!run.isEmpty() && request.hasPeriod()) {
      throw ApiErrors.invalidRequest(
          "period", request.getPeriod() + " (expected: none beside a run)");
    }
    if (request.hasStage() && (run.isEmpty() || request.getStage() < 1)) {
      throw ApiErrors.invalidRequest(
          "stage",
          Integer.toUnsignedString(request.getStage())
              + (run.isEmpty() ? " (expected: none without a run)" : " (expected: 1 or more)"));
    }
    if (request.getPeriod() < 0) {
      throw ApiErrors.invalidRequest(
          "period", Long.toUnsignedString(request.getPeriod()) + " (expected: below 2^63)");
    }
    if (!run.isEmpty()) {
      return new Scope(split.id(), run, request.getStage(), 0);
    }
    return new Scope(split.id(), "", 0, request.hasPeriod() ? request.getPeriod() : split.period());
  }

  private static String control(
      String asked,
      ReportedFeature feature,
      ReportedSplit split,
      List<String> variants,
      List<PlaceEvidence> places) {
    if (!asked.isEmpty()) {
      if (!variants.contains(asked) && !split.variants().contains(asked)) {
        throw ApiErrors.invalidRequest(
            "control",
            "\"" + asked + "\" (expected: one of " + String.join(", ", split.variants()) + ")");
      }
      return asked;
    }
    return places.stream()
        .filter(evidence -> evidence.place().arm() == Arm.ARM_CONTROL)
        .map(evidence -> evidence.place().variant())
        .findFirst()
        .orElseGet(
            () ->
                split.variants().contains(feature.defaultVariant())
                    ? feature.defaultVariant()
                    : split.variants().getFirst());
  }

  private ChartRange range(GetTimeSeriesRequest request) {
    if (request.hasFrom() && !Timestamps.isValid(request.getFrom())) {
      throw noTime("from");
    }
    if (request.hasUntil() && !Timestamps.isValid(request.getUntil())) {
      throw noTime("until");
    }
    long now = clock.millis();
    long until = request.hasUntil() ? Timestamps.toMillis(request.getUntil()) : now;
    long from = request.hasFrom() ? Timestamps.toMillis(request.getFrom()) : now - HOUR_MILLIS;
    if (from >= until) {
      throw ApiErrors.invalidRequest("from", "not before until (expected: earlier)");
    }
    if (!request.hasSlot()) {
      boolean isRecent = from >= now - HOUR_MILLIS;
      return new ChartRange(from, until, isRecent ? Slots.NARROW_MILLIS : Slots.WIDE_MILLIS);
    }
    for (long width : new long[] {Slots.NARROW_MILLIS, Slots.WIDE_MILLIS}) {
      if (request.getSlot().equals(Durations.fromMillis(width))) {
        return new ChartRange(from, until, width);
      }
    }
    throw ApiErrors.invalidRequest("slot", "neither of both (expected: 10s or 60s)");
  }

  private static ApiException noTime(String field) {
    return ApiErrors.invalidRequest(
        field, "no time (expected: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z)");
  }

  private <T> T ask(Function<MergedView, T> question) {
    return asking.ask(question);
  }
}
