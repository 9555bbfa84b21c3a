package dev.serin.server.outcome;

import dev.serin.engine.Decision;
import dev.serin.engine.DecisionToken;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import org.jspecify.annotations.Nullable;

/**
 * Where a decision's exposures count: the place that its token names. Made with the decision and
 * kept with it, so that a call has nothing to look up. Safe for all threads.
 */
public final class ExposurePoint {
  private final String token;
  private final String unit;

  /**
   * The place, once somebody asks: most decisions of a namespace are never given. Whoever asks at
   * the same time makes an equal one.
   */
  private @Nullable Place place;

  private ExposurePoint(String token, String unit) {
    this.token = token;
    this.unit = unit;
  }

  /**
   * The point of a decision.
   *
   * @return null: the decision is evidence for nothing, and giving it is no exposure
   */
  public static @Nullable ExposurePoint of(Decision decision) {
    if (decision.arm() == Arm.ARM_NONE) {
      return null;
    }
    String unit = decision.unit();
    return new ExposurePoint(decision.token(), unit == null ? "" : unit);
  }

  /** Whether its units are told apart: not where each call is a unit of its own. */
  public boolean keepsUnits() {
    return !unit.isEmpty();
  }

  Place place() {
    Place known = place;
    if (known == null) {
      DecisionToken named = DecisionToken.decode(token);
      known =
          new Place(
              named.namespace(),
              named.feature(),
              named.split(),
              named.run(),
              named.period(),
              named.stage(),
              named.arm(),
              named.variant(),
              false,
              unit);
      place = known;
    }
    return known;
  }
}
