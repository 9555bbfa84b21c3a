package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.BreakerProcess;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.Mended;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.analysis.count.StageProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a run between looks, and has to be written down with each look that changes it:
 * then another controller goes on with the same processes.
 *
 * @param stage the last look was at; 0: none yet
 * @param extension the period of the stage it was at
 * @param generation of the sets of users it was of
 * @param ratio what was seen of the ratio of arms
 * @param metrics by role and key
 */
public record JudgeState(
    int stage, int extension, int generation, Ratio ratio, Map<String, MetricState> metrics) {
  /** Copies. */
  public JudgeState {
    metrics = Map.copyOf(metrics);
  }

  /** Before the first look at a run. */
  public static JudgeState begin() {
    return new JudgeState(0, 0, 0, new Ratio(Latch.of(SampleRatio.ALPHA), 0, 0), Map.of());
  }

  /**
   * Whether what another controller needs is the same as in a state that was written down: what has
   * only gone up or down since without firing need not be written again, as a look that is lost has
   * moved nothing.
   */
  public boolean sameKept(JudgeState written) {
    return stage == written.stage
        && extension == written.extension
        && generation == written.generation
        && ratio.latch().fired() == written.ratio.latch().fired()
        && metrics.keySet().equals(written.metrics.keySet())
        && metrics.entrySet().stream()
            .allMatch(
                metric -> {
                  MetricState other = written.metrics.get(metric.getKey());
                  return other != null && metric.getValue().sameKept(other);
                });
  }

  /**
   * What is kept of the ratio of arms.
   *
   * @param latch what was ever seen
   * @param logBefore log e-value of generations of sets that are over
   * @param logNow log e-value of the one of the last look
   */
  public record Ratio(Latch latch, double logBefore, double logNow) {
    /** Where another generation begins. */
    Ratio renewed() {
      return new Ratio(latch, logBefore + logNow, 0);
    }

    /** After a look. */
    Ratio after(double logE) {
      return new Ratio(latch.after(logBefore + logE), logBefore, logE);
    }

    /** Log e-value of the run. */
    double logE() {
      return logBefore + logNow;
    }
  }

  /**
   * What is kept of one metric.
   *
   * @param run its process over the run; a breaker's: its comparison with the control in the stage
   * @param stage its process of the stage, or of the stage's period; a breaker's: of the limit
   * @param logRunBefore log e-value that the run's process had in generations of sets that are over
   * @param process the restarts of an event's process of the period; a breaker's: of the stage's
   *     comparison
   * @param base users with the event in the stage when that process began; {@link ArmCounts#NONE}
   *     but in repeats and extensions
   * @param counted of whom promotion asks, of an event; of others, breakers too, nobody
   * @param limit the restarts of a breaker's process of the stage; of others none
   * @param mended up to which marks an outage in the stage is over, of a breaker; of others neither
   * @param horizon how the one look of a policy of fixed horizon went in this stage; empty: not
   *     looked yet
   * @param looked the last look's figures: what the next generation begins from, and so that
   *     nothing is computed where nothing changed
   */
  public record MetricState(
      Latch run,
      Latch stage,
      double logRunBefore,
      StageProcess process,
      ArmCounts base,
      Counted counted,
      BreakerProcess limit,
      Mended mended,
      Optional<Horizon> horizon,
      Optional<Looked> looked) {
    MetricState with(Horizon seen) {
      return new MetricState(
          run,
          stage,
          logRunBefore,
          process,
          base,
          counted,
          limit,
          mended,
          Optional.of(seen),
          looked);
    }

    MetricState with(Counted users) {
      return new MetricState(
          run, stage, logRunBefore, process, base, users, limit, mended, horizon, looked);
    }

    MetricState withMended(Mended known) {
      return new MetricState(
          run, stage, logRunBefore, process, base, counted, limit, known, horizon, looked);
    }

    /** After a look at both processes. */
    MetricState after(Latch ofRun, Latch ofStage) {
      return new MetricState(
          ofRun, ofStage, logRunBefore, process, base, counted, limit, mended, horizon, looked);
    }

    private boolean sameKept(MetricState written) {
      return run.fired() == written.run.fired()
          && stage.fired() == written.stage.fired()
          && process.equals(written.process)
          && base.equals(written.base)
          && counted.before().equals(written.counted.before())
          && limit.extension() == written.limit.extension()
          && limit.number() == written.limit.number()
          && limit.live().size() == written.limit.live().size()
          && mended.equals(written.mended)
          && horizon.equals(written.horizon);
    }
  }

  /**
   * Users of the stage of whom promotion asks whether an event is within its margin, or better. One
   * question is asked of all of them, whatever the number of generations of sets: asked of each
   * generation by itself it could be answered wrongly in each.
   *
   * @param before of the generations that are over, as they were at the last look at each
   * @param now of the generation of the last look
   */
  public record Counted(Users before, Users now) {
    /** Nobody yet. */
    public static final Counted NONE = new Counted(Users.NONE, Users.NONE);

    /** Where another generation begins: nobody of it was in a set before. */
    Counted renewed() {
      return new Counted(all(), Users.NONE);
    }

    /** After a look at the generation that holds. */
    Counted after(MetricEvidence.Events events) {
      return new Counted(before, new Users(events.stage(), events.stageExposed()));
    }

    /** In all generations. */
    Users all() {
      return before.plus(now);
    }
  }

  /**
   * Some of a stage's users.
   *
   * @param withEvent those who had the event in the stage
   * @param exposed all of them, no fewer in either arm
   */
  public record Users(ArmCounts withEvent, ArmCounts exposed) {
    /** Nobody. */
    public static final Users NONE = new Users(ArmCounts.NONE, ArmCounts.NONE);

    private Users plus(Users others) {
      return new Users(withEvent.plus(others.withEvent), exposed.plus(others.exposed));
    }
  }

  /**
   * The one look of a policy of fixed horizon.
   *
   * @param figures what was seen
   * @param better whether it was significant, in the right direction, and large enough
   */
  public record Horizon(MetricEvidence.Classical figures, boolean better) {}

  /**
   * Figures of an event and what they are of, in the generation of sets that holds.
   *
   * @param run of the run; a breaker's: none
   * @param stage users with the event in the stage, since its process began
   * @param exposed users exposed in the stage, of a breaker; of others none
   * @param since users since the newest marks, of a breaker; not written down
   * @param logRun log e-value of these of the run; a breaker's: of its process from the start
   * @param logStage log e-value of the stage's process; a breaker's: of its comparison
   */
  public record Looked(
      RunProcess run,
      ArmCounts stage,
      ArmCounts exposed,
      List<Since> since,
      double logRun,
      double logStage) {
    /** Copies. */
    public Looked {
      since = List.copyOf(since);
    }
  }
}
