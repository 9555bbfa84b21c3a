package dev.serin.server.analysis;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Welch's t-test of two means.
 *
 * <p>With A = s_T² / n_T and B = s_C² / n_C: t = (m_T - m_C) / √(A + B), and degrees of freedom (A
 * + B)² / (A² / (n_T - 1) + B² / (n_C - 1)). Source: B. L. Welch, "The generalization of
 * 'Student's' problem when several different population variances are involved", Biometrika 34
 * (1947); the degrees of freedom after F. E. Satterthwaite, Biometrics Bulletin 2 (1946).
 *
 * <p>Assumes independent outcomes, n being outcomes. Where one user reports many, outcomes of a
 * user resemble each other and the test is too sure of itself: {@link ClusteredDifference} is not.
 *
 * @param t Welch's t, without unit; above 0 where the treatment's mean is the larger
 * @param degreesOfFreedom above 0, at most n_T + n_C - 2
 * @param p two-sided, 0 to 1; 0 where it is below what a double holds
 * @param interval of the difference of means, in the metric's measure
 */
public record Welch(double t, double degreesOfFreedom, double p, Interval interval)
    implements Inference {

  /** Compares two arms of at least one outcome each. */
  static Figure<Welch> of(Moments control, Moments treatment) {
    if (control.count() < 2 || treatment.count() < 2) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_OUTCOMES,
          "outcomes of control, treatment: %s, %s (expected: 2 or more)"
              .formatted(control.count(), treatment.count()));
    }
    double ofTreatment = treatment.squaredError();
    double ofControl = control.squaredError();
    double squaredError = ofTreatment + ofControl;
    if (squaredError == 0) {
      return new Figure.Absent<>(
          Absence.NO_VARIANCE, "variance within both arms: 0 (expected: above 0)");
    }
    double standardError = Math.sqrt(squaredError);
    double difference = treatment.center() - control.center();
    double t = difference / standardError;
    // Shares first: squares of tiny errors would underflow.
    double shareOfTreatment = ofTreatment / squaredError;
    double shareOfControl = ofControl / squaredError;
    double degreesOfFreedom =
        1
            / (shareOfTreatment * shareOfTreatment / (treatment.count() - 1)
                + shareOfControl * shareOfControl / (control.count() - 1));
    return Figure.ofFinite("t", t, t, degreesOfFreedom)
        .then(finite -> of(finite, degreesOfFreedom, difference, standardError));
  }

  private static Figure<Welch> of(
      double t, double degreesOfFreedom, double difference, double standardError) {
    double tail = TDistribution.of(degreesOfFreedom).survivalProbability(Math.abs(t));
    Interval interval = Interval.ofStudent(difference, standardError, degreesOfFreedom);
    return Figure.ofFinite(
        "interval of the difference",
        new Welch(t, degreesOfFreedom, Math.min(1, 2 * tail), interval),
        interval.lower(),
        interval.upper());
  }
}
