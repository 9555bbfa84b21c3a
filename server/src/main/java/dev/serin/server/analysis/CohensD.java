package dev.serin.server.analysis;

/**
 * Cohen's d: the difference of means in pooled standard deviations.
 *
 * <p>d = (m_T - m_C) / s, s² = (Q_T + Q_C) / (n_T + n_C - 2), Q the squared deviations from an
 * arm's own mean, n outcomes. Its interval is d ± 1.96 √V with the large-sample variance V = (n_T +
 * n_C) / (n_T n_C) + d² / (2 (n_T + n_C)). Source: Borenstein, Hedges, Higgins, Rothstein,
 * "Introduction to Meta-Analysis" (2009), equations 4.18 to 4.20. Assumes independent outcomes of
 * equal variance; with a hundred outcomes the ends are within .01 of those from the noncentral t.
 *
 * @param d without unit; above 0 where the treatment's mean is the larger
 * @param label its size in words
 * @param interval of d, without unit
 */
public record CohensD(double d, EffectLabel label, Interval interval) implements Inference {

  /** Compares two arms of at least one outcome each. */
  static Figure<CohensD> of(Moments control, Moments treatment) {
    double nC = control.count();
    double nT = treatment.count();
    if (nC < 2 || nT < 2) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_OUTCOMES,
          "outcomes of control, treatment: %s, %s (expected: 2 or more)"
              .formatted(control.count(), treatment.count()));
    }
    double pooled = (control.squaredDeviations() + treatment.squaredDeviations()) / (nC + nT - 2);
    if (pooled == 0) {
      return new Figure.Absent<>(
          Absence.NO_VARIANCE, "variance within both arms: 0 (expected: above 0)");
    }
    double d = (treatment.center() - control.center()) / Math.sqrt(pooled);
    double variance = 1 / nC + 1 / nT + d * d / (2 * (nC + nT));
    Interval interval = Interval.ofNormal(d, Math.sqrt(variance));
    return Figure.ofFinite(
        "Cohen's d",
        new CohensD(d, EffectLabel.of(d), interval),
        interval.lower(),
        interval.upper());
  }
}
