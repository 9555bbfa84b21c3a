package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.StageArms;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import java.util.List;
import java.util.Optional;

/**
 * What was counted of one metric of a run up to a look.
 *
 * @param stamp the same where nothing of it has changed
 * @param stages that were entered and have a control, in order; one whose values are not kept any
 *     more is left out
 * @param users distinct users of both arms in any of these stages, without those who were added to
 *     the treatment alone: those that means and quantiles are of
 * @param events users to whom it happened; empty: it is no event
 */
public record MetricCounts(
    Stamp stamp, List<Stage> stages, ArmCounts users, Optional<Events> events) {
  /** Copies. */
  public MetricCounts {
    stages = List.copyOf(stages);
  }

  /**
   * What tells whether anything was counted since.
   *
   * @param stage the run is in
   * @param numbering of the users, which is another one where sets begin anew or another view is
   *     read
   * @param counted a number that grows with its values and whenever sets of users of the run
   *     change, in all stages and arms
   */
  public record Stamp(int stage, UnitNumbering numbering, long counted) {}

  /**
   * One stage: the treatment and its concurrent control of equal size.
   *
   * @param number of the stage, from 1
   * @param control its values
   * @param treatment its values, without those of the surplus
   */
  public record Stage(int number, Arm control, Arm treatment) {
    StageArms arms() {
      return new StageArms(number, control.buckets(), treatment.buckets());
    }
  }

  /**
   * One arm's values in one stage.
   *
   * @param buckets by user bucket: of a mean, of a ratio's parts, or of an event by outcome
   * @param bins of a quantile; empty: it is none, or they are not kept any more
   */
  public record Arm(UserBuckets buckets, Optional<BinCounts> bins) {}

  /**
   * The users of an event.
   *
   * @param run with the event in the run, each once
   * @param runExposed exposed in the run
   * @param stage with the event in the stage the run is in
   * @param stageExposed exposed in that stage, no fewer in either arm
   * @param since of these, who was first seen since the newest marks, in order, where a circuit
   *     breaker is judged by them
   */
  public record Events(
      RunProcess run,
      ArmCounts runExposed,
      ArmCounts stage,
      ArmCounts stageExposed,
      List<Since> since) {
    /** Copies. */
    public Events {
      since = List.copyOf(since);
    }
  }

  /** What was counted in a stage; empty: nothing, or it has no control. */
  Optional<Stage> stage(int number) {
    return stages.stream().filter(stage -> stage.number() == number).findFirst();
  }
}
