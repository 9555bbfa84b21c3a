package dev.serin.server.analysis;

/**
 * How far apart two arms are: what was counted, without a conclusion.
 *
 * @param control the control's mean, ratio or share
 * @param treatment the treatment's, in the same unit
 * @param absolute treatment minus control, in that unit
 * @param percent the same in percent of the control's absolute value, so that its sign is that of
 *     {@code absolute}; absent where the control is zero
 * @param better which arm did better
 */
public record Difference(
    double control, double treatment, double absolute, Figure<Double> percent, Better better) {

  /**
   * Compares what two arms show.
   *
   * @param direction which way the metric is to go
   */
  public static Figure<Difference> of(double control, double treatment, Direction direction) {
    double absolute = treatment - control;
    return Figure.ofFinite(
        "difference",
        new Difference(
            control,
            treatment,
            absolute,
            percent(absolute, control),
            Better.of(absolute, direction)),
        control,
        treatment,
        absolute);
  }

  private static Figure<Double> percent(double absolute, double control) {
    if (control == 0) {
      return new Figure.Absent<>(
          Absence.CONTROL_IS_ZERO, "control: 0 (expected: other than 0 for a percentage of it)");
    }
    return Figure.ofFinite("difference in percent", absolute / Math.abs(control) * 100);
  }
}
