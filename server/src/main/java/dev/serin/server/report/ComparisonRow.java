package dev.serin.server.report;

import dev.serin.server.analysis.Better;
import dev.serin.server.analysis.ClusteredDifference;
import dev.serin.server.analysis.CohensD;
import dev.serin.server.analysis.Comparison;
import dev.serin.server.analysis.Difference;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.StratifiedDifference;
import dev.serin.server.analysis.Welch;
import dev.serin.v1.AnyTimeFigures;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.StageWeight;
import dev.serin.v1.Validity;
import dev.serin.v1.VariantComparison;
import java.util.Locale;

/** A row of figures of two variants; what is absent leaves its reason. For one thread. */
final class ComparisonRow {
  private final VariantComparison.Builder row;
  private final Missing missing = new Missing();

  ComparisonRow(
      ReportedMetric metric, String treatment, String control, ComparisonBasis basis, int stage) {
    row =
        VariantComparison.newBuilder()
            .setMetric(metric.key())
            .setTreatment(treatment)
            .setControl(control)
            .setBasis(basis)
            .setStage(stage)
            .setValidity(Validity.VALIDITY_SINGLE_LOOK);
  }

  /** Adds what the moments of both say, n being what the basis says. */
  ComparisonRow add(Comparison comparison) {
    missing.take(comparison.difference(), this::set);
    missing.take(comparison.welch(), this::set);
    missing.take(comparison.cohensD(), this::set);
    return this;
  }

  /** Adds the difference and its standard error from user buckets. */
  ComparisonRow add(Figure<ClusteredDifference> difference) {
    missing.take(difference, this::set);
    return this;
  }

  /** Adds the same over stages, and what each of them weighs. */
  ComparisonRow add(StratifiedDifference stratified) {
    for (StratifiedDifference.Included stage : stratified.included()) {
      row.addStages(
          StageWeight.newBuilder().setStage(stage.stage()).setWeight(stage.weight()).build());
    }
    for (StratifiedDifference.LeftOut stage : stratified.leftOut()) {
      row.addStages(
          StageWeight.newBuilder().setStage(stage.stage()).setMissing(stage.detail()).build());
    }
    return add(stratified.difference());
  }

  /** Adds what may be looked at any time; why some of it is absent stands with it. */
  ComparisonRow add(AnyTimeFigures figures) {
    row.setAnyTime(figures);
    return this;
  }

  ComparisonRow without(String reason) {
    missing.add(reason);
    return this;
  }

  private void set(Difference difference) {
    row.setControlValue(difference.control())
        .setTreatmentValue(difference.treatment())
        .setDifference(difference.absolute())
        .setBetter(better(difference.better()));
    missing.take(difference.percent(), row::setDifferencePercent);
  }

  private String better(Better better) {
    return switch (better) {
      case TREATMENT -> row.getTreatment();
      case CONTROL -> row.getControl();
      case EQUAL, NOT_JUDGED -> "";
    };
  }

  private void set(Welch welch) {
    judged(welch)
        .setT(welch.t())
        .setP(welch.p())
        .setDegreesOfFreedom(welch.degreesOfFreedom())
        .setOutcomeLower(welch.interval().lower())
        .setOutcomeUpper(welch.interval().upper());
  }

  private void set(CohensD effect) {
    judged(effect)
        .setCohensD(effect.d())
        .setEffect(effect.label().name().toLowerCase(Locale.ROOT))
        .setCohensDLower(effect.interval().lower())
        .setCohensDUpper(effect.interval().upper());
  }

  private void set(ClusteredDifference clustered) {
    set(clustered.difference());
    judged(clustered)
        .setUserStandardError(clustered.standardError())
        .setUserDegreesOfFreedom(clustered.degreesOfFreedom())
        .setUserLower(clustered.interval().lower())
        .setUserUpper(clustered.interval().upper());
  }

  /** The row, which is valid no longer than what is added to it. */
  private VariantComparison.Builder judged(Inference inference) {
    return switch (inference.validity()) {
      case SINGLE_LOOK -> row.setValidity(Validity.VALIDITY_SINGLE_LOOK);
      case ALWAYS -> row;
    };
  }

  VariantComparison build() {
    return row.addAllMissing(missing.reasons()).build();
  }
}
