package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One stage of a rollout, with every default filled in.
 *
 * @param name unique in the rollout
 * @param kind what it is for
 * @param share the treatment's share; above that of the stage before
 * @param dwell shortest time in it, PAUSED and HOLDING not counted; 0 or more. Its planned length
 *     for the statistics
 * @param minimumUsers users each arm needs before promotion, of a full stage the treatment
 * @param maximum longest time in it; PAUSED, or frozen when all is shown, not counted
 * @param atMaximum what happens then
 * @param promotion what must be shown to leave it upwards
 * @param gates to pass, one after the other, before it begins
 */
public record StagePlan(
    String name,
    Kind kind,
    TrafficShare share,
    Duration dwell,
    long minimumUsers,
    Optional<Duration> maximum,
    AtMaximum atMaximum,
    Promotion promotion,
    List<GatePlan> gates) {
  /** What a stage is for. */
  public enum Kind {
    /** A few users, to find what is plainly broken. */
    CANARY,
    /** A comparison that must show something. */
    AB_TEST,
    /** More users. */
    EXPAND,
    /** Everybody; the last stage. */
    FULL
  }

  /** What happens when a stage reaches its maximum time. */
  public enum AtMaximum {
    /** Hold and wait for a person. */
    HOLD,
    /** Roll back. */
    ROLL_BACK,
    /** Promote, unless data quality holds it. */
    SHIP
  }

  /** What a stage must show before promotion; each includes the one before. */
  public enum Promotion {
    /** Dwell, users, clean data and no guardrail alarm. */
    NO_REGRESSION,
    /** Every guardrail is within its margin. */
    NON_INFERIOR,
    /** Every success metric is better too. */
    SUPERIOR
  }

  /** Copies the gates. */
  public StagePlan {
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(share, "share");
    requireNonNull(dwell, "dwell");
    requireNonNull(maximum, "maximum");
    requireNonNull(atMaximum, "atMaximum");
    requireNonNull(promotion, "promotion");
    gates = List.copyOf(gates);
  }
}
