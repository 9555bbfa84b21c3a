package dev.serin.server.cli;

import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.OfflineValidation;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.plan.FeatureFit;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one rollout of some files, with what the documents beside it say of its metrics.
 *
 * @param document as it was written
 * @param plan what it means
 * @param known its metrics whose documents are known
 */
record RolloutFile(Rollout document, RolloutPlan plan, List<JudgedMetric> known) {
  /** What came of reading. */
  sealed interface Reading {
    /** A sound rollout. */
    record Sound(RolloutFile file) implements Reading {}

    /** Something is wrong. */
    record Wrong(List<FileError> errors) implements Reading {}
  }

  /**
   * Reads it.
   *
   * @param key which rollout; empty: there is one
   * @param beside documents that count where the files do not hold them, valid
   */
  static Reading read(ParsedDocuments parsed, String key, Collection<Document> beside) {
    if (!parsed.errors().isEmpty()) {
      return new Reading.Wrong(parsed.errors());
    }
    Rollout rollout = rollout(parsed, key);
    return switch (PlanReader.read(rollout)) {
      case PlanReading.Invalid invalid -> new Reading.Wrong(parsed.locate(invalid.violations()));
      case PlanReading.Valid valid -> fit(parsed, rollout, valid.plan(), beside);
    };
  }

  private static Reading fit(
      ParsedDocuments parsed, Rollout rollout, RolloutPlan plan, Collection<Document> beside) {
    // Of a feature only its metrics matter here: what its rules refer to may stand elsewhere.
    List<FieldViolation> wrong =
        OfflineValidation.violations(parsed.toDocuments()).stream()
            .filter(
                violation ->
                    violation.document().startsWith("metric/")
                        || violation.path().startsWith("metrics["))
            .toList();
    if (!wrong.isEmpty()) {
      return new Reading.Wrong(parsed.locate(wrong));
    }
    Documents documents = new Documents(parsed.toDocuments(), beside);
    FeatureFit.Result result =
        documents
            .feature(plan.feature())
            .map(feature -> FeatureFit.of(plan, feature, documents.metrics()))
            .orElseGet(() -> FeatureFit.ofMetrics(plan, documents.metrics()));
    return switch (result) {
      case FeatureFit.Result.Fits fits ->
          new Reading.Sound(new RolloutFile(rollout, plan, fits.metrics()));
      case FeatureFit.Result.Misfits misfits ->
          new Reading.Wrong(parsed.locate(misfits.violations()));
    };
  }

  private static Rollout rollout(ParsedDocuments parsed, String key) {
    List<Rollout> rollouts =
        parsed.toDocuments().stream()
            .filter(Document::hasRollout)
            .map(Document::getRollout)
            .filter(rollout -> key.isEmpty() || rollout.getKey().equals(key))
            .toList();
    if (rollouts.size() != 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "rollouts in the files: " + rollouts.size() + " (expected: one, or --rollout KEY)");
    }
    return rollouts.getFirst();
  }

  /** Refuses options for metrics that the rollout does not have. */
  void checkMetrics(String option, Set<String> named) {
    Set<String> known = new LinkedHashSet<>();
    plan.metrics().stream().map(MetricPlan::metric).forEach(known::add);
    for (String metric : named) {
      if (!known.contains(metric)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            option
                + " "
                + metric
                + ": no metric of the rollout (expected: "
                + (known.isEmpty() ? "none, it has no metrics" : "one of ")
                + String.join(", ", known)
                + ")");
      }
    }
  }

  /**
   * Documents of files and of a server.
   *
   * @param files stand before
   * @param beside what the files do not hold
   */
  private record Documents(List<Document> files, Collection<Document> beside) {
    Optional<Feature> feature(String key) {
      return Stream.concat(files.stream(), beside.stream())
          .filter(document -> document.getFeature().getKey().equals(key))
          .map(Document::getFeature)
          .findFirst();
    }

    /** The server's first: of two with one key the later is taken. */
    List<Metric> metrics() {
      return Stream.concat(beside.stream(), files.stream())
          .filter(Document::hasMetric)
          .map(Document::getMetric)
          .toList();
    }
  }
}
