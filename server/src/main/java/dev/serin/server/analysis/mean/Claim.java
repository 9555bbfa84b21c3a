package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.Direction;

/**
 * A one-sided statement about two arms, which a test shows or does not show: that the treatment is
 * above (or below) the control with a margin.
 *
 * <p>A relative margin m says <em>one arm is above (1 + m) times the other</em>, whichever of the
 * two is the larger: upwards the treatment is compared with (1 + m) times the control, downwards
 * with the control divided by 1 + m. So 25 % up and 25 % down undo each other, every margin of 0 or
 * more has a meaning, and means, quantiles and events say the same of it.
 *
 * @param above whether it says above; else below
 * @param factor k of k control + offset, which the treatment is compared with; above 0
 * @param offset the other part of it, in the metric's measure
 * @param relative whether the margin is a share of the control
 */
public record Claim(boolean above, double factor, double offset, boolean relative) {
  /**
   * The treatment is worse than the control by more than the margin: what rolls back.
   *
   * @param direction which way the metric is to go
   * @throws IllegalArgumentException where the metric goes neither way
   */
  public static Claim regression(Direction direction, Margin margin) {
    boolean lowerIsBetter = isLowerBetter(direction);
    return of(lowerIsBetter, lowerIsBetter, margin);
  }

  /**
   * The treatment is not worse than the control by the margin or more: what lets a guardrail pass.
   *
   * @throws IllegalArgumentException as {@link #regression}
   */
  public static Claim nonInferiority(Direction direction, Margin margin) {
    boolean lowerIsBetter = isLowerBetter(direction);
    return of(!lowerIsBetter, lowerIsBetter, margin);
  }

  /**
   * The treatment is better than the control by more than the margin: what a success metric has to
   * show.
   *
   * @throws IllegalArgumentException where the metric goes neither way
   */
  public static Claim superiority(Direction direction, Margin margin) {
    boolean lowerIsBetter = isLowerBetter(direction);
    return of(!lowerIsBetter, !lowerIsBetter, margin);
  }

  private static boolean isLowerBetter(Direction direction) {
    return switch (direction) {
      case LOWER -> true;
      case HIGHER -> false;
      case NONE ->
          throw new IllegalArgumentException(
              "direction: " + direction + " (expected: LOWER or HIGHER)");
    };
  }

  private static Claim of(boolean above, boolean added, Margin margin) {
    return switch (margin) {
      case Margin.Absolute(double difference) ->
          new Claim(above, 1, added ? difference : -difference, false);
      case Margin.Relative(double share) ->
          new Claim(above, added ? 1 + share : 1 / (1 + share), 0, true);
    };
  }
}
