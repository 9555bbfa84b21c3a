package dev.serin.server.report;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.analysis.ClusteredDifference;
import dev.serin.server.analysis.Comparison;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.StageArms;
import dev.serin.server.analysis.StratifiedDifference;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.mean.AlwaysValidDifference;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.UnitSet;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.ExposureState;
import dev.serin.v1.VariantComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Compares the variants of a split: each within a stage, or a counting period, and a run over its
 * stages, each compared within itself. Nothing is added up over stages and compared then.
 */
final class Comparisons {
  private final ReportedFeature feature;
  private final Scope scope;
  private final List<ReportedMetric> metrics;
  private final List<PlaceEvidence> places;
  private final String control;

  /** Of what is compared: by stage, then by variant. */
  private final Map<Integer, Map<String, PlaceEvidence>> stages = new TreeMap<>();

  /**
   * Begins a comparison.
   *
   * @param metrics those to show
   * @param places what was counted in the scope, of these metrics
   * @param control variant that the others are compared with
   */
  Comparisons(
      ReportedFeature feature,
      Scope scope,
      List<ReportedMetric> metrics,
      List<PlaceEvidence> places,
      String control) {
    this.feature = feature;
    this.scope = scope;
    this.metrics = List.copyOf(metrics);
    this.places = List.copyOf(places);
    this.control = control;
    for (PlaceEvidence evidence : places) {
      if (scope.isCompared(evidence.place())) {
        stages
            .computeIfAbsent(evidence.place().stage(), stage -> new TreeMap<>())
            .put(evidence.place().variant(), evidence);
      }
    }
  }

  /**
   * Compares.
   *
   * @param variants all variants, the control among them or not
   */
  CompareVariantsResponse compare(List<String> variants) {
    CompareVariantsResponse.Builder response =
        CompareVariantsResponse.newBuilder()
            .setRunId(scope.run())
            .setStage(scope.stage())
            .setPeriod(scope.period())
            .setSplit(scope.split())
            .setControl(control)
            .setExposures(exposures())
            .setLeakedUsers(leaked())
            .setThinned(places.stream().anyMatch(evidence -> evidence.users().isEstimate()));
    places.stream()
        .mapToLong(PlaceEvidence::untilMillis)
        .filter(millis -> millis > 0)
        .max()
        .ifPresent(millis -> response.setDataUntil(Timestamps.fromMillis(millis)));
    for (ReportedMetric metric : metrics) {
      for (PlaceEvidence evidence : places) {
        response.addSummaries(Summaries.of(evidence, metric));
      }
    }
    for (ReportedMetric metric : metrics) {
      for (String variant : variants) {
        if (!variant.equals(control)) {
          response.addAllComparisons(rows(metric, variant));
        }
      }
    }
    return response.build();
  }

  private ExposureState exposures() {
    return places.stream().anyMatch(evidence -> evidence.decisions() > 0)
        ? ExposureState.EXPOSURE_STATE_COUNTED
        : ExposureState.EXPOSURE_STATE_NONE;
  }

  private long leaked() {
    Map<Integer, Integer> byStage = new TreeMap<>();
    places.forEach(
        evidence -> byStage.merge(evidence.place().stage(), evidence.leaked(), Math::max));
    return byStage.values().stream().mapToLong(leaked -> leaked).sum();
  }

  private List<VariantComparison> rows(ReportedMetric metric, String variant) {
    List<VariantComparison> rows = new ArrayList<>();
    for (int stage : scope.isRun() ? stages.keySet() : Set.of(0)) {
      if (metric.isEvent()) {
        rows.add(users(metric, variant, stage));
      }
      rows.add(outcomes(metric, variant, stage));
    }
    if (scope.isRun() && scope.stage() == 0) {
      if (metric.isEvent()) {
        rows.add(
            stratified(
                metric,
                variant,
                ComparisonBasis.COMPARISON_BASIS_USERS,
                (evidence, event) -> Optional.of(MetricInputs.eventBuckets(evidence, event))));
      }
      rows.add(
          stratified(
              metric,
              variant,
              ComparisonBasis.COMPARISON_BASIS_OUTCOMES,
              MetricInputs::valueBuckets));
    }
    return rows;
  }

  /** The share of users to whom it happened. */
  private VariantComparison users(ReportedMetric metric, String variant, int stage) {
    PlaceEvidence treated = at(stage, variant);
    PlaceEvidence held = at(stage, control);
    UserBuckets ofControl = MetricInputs.eventBuckets(held, metric);
    UserBuckets ofTreatment = MetricInputs.eventBuckets(treated, metric);
    return new ComparisonRow(
            metric, variant, control, ComparisonBasis.COMPARISON_BASIS_USERS, stage)
        .add(
            Comparison.of(
                MetricInputs.events(held, metric).moments(),
                MetricInputs.events(treated, metric).moments(),
                metric.direction()))
        .add(ClusteredDifference.of(ofControl, ofTreatment, metric.direction()))
        .add(
            AnyTime.ofEvent(
                always(RunMeans.ofStage(ofControl, ofTreatment), metric),
                share(variant),
                MetricInputs.events(held, metric),
                MetricInputs.events(treated, metric)))
        .build();
  }

  /** The values of outcomes, or the ratio of their sums. */
  private VariantComparison outcomes(ReportedMetric metric, String variant, int stage) {
    PlaceEvidence treated = at(stage, variant);
    PlaceEvidence held = at(stage, control);
    ComparisonRow row =
        new ComparisonRow(
            metric, variant, control, ComparisonBasis.COMPARISON_BASIS_OUTCOMES, stage);
    if (metric.isRatio()) {
      row.without("t, d: a ratio has no value of each outcome (expected: an event or a mean)");
    } else {
      row.add(
          Comparison.of(
              MetricInputs.moments(held.of(metric).cell()),
              MetricInputs.moments(treated.of(metric).cell()),
              metric.direction()));
    }
    Optional<UserBuckets> ofControl = MetricInputs.valueBuckets(held, metric);
    Optional<UserBuckets> ofTreatment = MetricInputs.valueBuckets(treated, metric);
    if (ofControl.isPresent() && ofTreatment.isPresent()) {
      row.add(ClusteredDifference.of(ofControl.get(), ofTreatment.get(), metric.direction()))
          .add(AnyTime.of(always(RunMeans.ofStage(ofControl.get(), ofTreatment.get()), metric)));
    } else {
      row.without(Missing.NO_BUCKETS);
    }
    return row.build();
  }

  /** The run: differences of its stages by weight, user buckets left out of all at once. */
  private VariantComparison stratified(
      ReportedMetric metric,
      String variant,
      ComparisonBasis basis,
      BiFunction<PlaceEvidence, ReportedMetric, Optional<UserBuckets>> bucketsOf) {
    ComparisonRow row = new ComparisonRow(metric, variant, control, basis, 0);
    List<StageArms> arms = new ArrayList<>();
    UnitSet held = UnitSet.nobody();
    UnitSet treated = UnitSet.nobody();
    for (int stage : stages.keySet()) {
      Optional<UserBuckets> ofControl = bucketsOf.apply(at(stage, control), metric);
      Optional<UserBuckets> ofTreatment = bucketsOf.apply(at(stage, variant), metric);
      if (ofControl.isPresent() && ofTreatment.isPresent()) {
        arms.add(new StageArms(stage, ofControl.get(), ofTreatment.get()));
        held = held.union(at(stage, control).members());
        treated = treated.union(at(stage, variant).members());
      } else {
        row.without("stage " + stage + ": " + Missing.NO_BUCKETS);
      }
    }
    return row.without("t, d: only within a stage")
        .add(StratifiedDifference.of(arms, metric.direction()))
        .add(AnyTime.of(always(new RunMeans(arms, held.size(), treated.size()), metric)))
        .build();
  }

  private static Figure<AlwaysValidDifference> always(RunMeans means, ReportedMetric metric) {
    return AlwaysValidDifference.of(means, metric.direction(), AnyTime.PLANNED_USERS);
  }

  /**
   * The treatment's share of both arms: of a run, whose arms are compared without the surplus, a
   * half; of a split what its weights say, as long as they are those of the period.
   */
  private OptionalDouble share(String variant) {
    if (scope.isRun()) {
      return OptionalDouble.of(0.5);
    }
    return feature.splits().stream()
        .filter(split -> split.id().equals(scope.split()) && split.period() == scope.period())
        .findFirst()
        .map(split -> split.share(variant, control))
        .orElse(OptionalDouble.empty());
  }

  private PlaceEvidence at(int stage, String variant) {
    PlaceEvidence evidence = stages.getOrDefault(stage, Map.of()).get(variant);
    return evidence == null ? PlaceEvidence.none(nowhere(stage, variant)) : evidence;
  }

  private Place nowhere(int stage, String variant) {
    return new Place(
        feature.namespace(),
        feature.key(),
        scope.split(),
        scope.run(),
        scope.period(),
        stage,
        Arm.ARM_NONE,
        variant,
        false,
        "");
  }

  /** Returns the variants that a scope's evidence is of, and those of its split, each once. */
  static List<String> variants(ReportedSplit split, Scope scope, List<PlaceEvidence> places) {
    Set<String> variants = new TreeSet<>();
    for (PlaceEvidence evidence : places) {
      if (scope.isCompared(evidence.place())) {
        variants.add(evidence.place().variant());
      }
    }
    List<String> ordered = new ArrayList<>();
    for (String variant : split.variants()) {
      if (variants.remove(variant) || !scope.isRun()) {
        ordered.add(variant);
      }
    }
    ordered.addAll(variants);
    return ordered;
  }
}
