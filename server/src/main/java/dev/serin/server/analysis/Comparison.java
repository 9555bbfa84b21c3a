package dev.serin.server.analysis;

/**
 * Two arms compared by their moments, outcome by outcome: the figures of the documents.
 *
 * @param difference of the means
 * @param welch Welch's t, p and the interval of the difference
 * @param cohensD the size of the effect
 */
public record Comparison(
    Figure<Difference> difference, Figure<Welch> welch, Figure<CohensD> cohensD) {

  /**
   * Compares two arms. An arm that is missing is {@link Moments#NONE}.
   *
   * @param direction which way the metric is to go
   */
  public static Comparison of(Moments control, Moments treatment, Direction direction) {
    if (control.count() == 0 || treatment.count() == 0) {
      String detail =
          "outcomes of control, treatment: %s, %s (expected: 1 or more)"
              .formatted(control.count(), treatment.count());
      return new Comparison(none(detail), none(detail), none(detail));
    }
    return new Comparison(
        Difference.of(control.center(), treatment.center(), direction),
        Welch.of(control, treatment),
        CohensD.of(control, treatment));
  }

  private static <T> Figure<T> none(String detail) {
    return new Figure.Absent<>(Absence.NO_OUTCOMES, detail);
  }
}
