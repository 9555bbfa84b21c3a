package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.Since;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What was counted of one metric up to a look. */
public sealed interface MetricEvidence {
  /** The classical figures for a policy of fixed horizon, where they are known. */
  Optional<Classical> classical();

  /**
   * An event, by users.
   *
   * @param run users with the event in the run, each once: who had it in the remainder had it
   * @param runExposed users exposed in the run
   * @param stage users with the event in the stage
   * @param stageExposed users exposed in the stage, no fewer in either arm
   * @param requestsWorse upper bound of how much worse the treatment's events by requests are, as a
   *     share of the control's (.1: 10 % worse), always valid, one-sided at the alpha of promotion;
   *     empty: not known. Asked for where more than two in a hundred users of the control have the
   *     event
   * @param classical for a policy of fixed horizon
   * @param since users first exposed since the newest marks, in order, where a circuit breaker asks
   *     for them; empty: nobody kept them
   */
  record Events(
      RunProcess run,
      ArmCounts runExposed,
      ArmCounts stage,
      ArmCounts stageExposed,
      OptionalDouble requestsWorse,
      Optional<Classical> classical,
      List<Since> since)
      implements MetricEvidence {
    /** Copies. */
    public Events {
      since = List.copyOf(since);
    }

    /** Without marks. */
    public Events(
        RunProcess run,
        ArmCounts runExposed,
        ArmCounts stage,
        ArmCounts stageExposed,
        OptionalDouble requestsWorse,
        Optional<Classical> classical) {
      this(run, runExposed, stage, stageExposed, requestsWorse, classical, List.of());
    }

    /**
     * The same with other users of the stage.
     *
     * @param users with the event
     * @param exposed of whom
     */
    public Events ofStage(ArmCounts users, ArmCounts exposed) {
      return new Events(run, runExposed, users, exposed, requestsWorse, classical, since);
    }
  }

  /**
   * A mean, ratio or quantile, tested elsewhere: at its share of {@link AlphaPlan} against a
   * regression beyond its margin, at the alpha of promotion for the rest.
   *
   * @param logRegression log e-value against no regression beyond the margin: of a mean or ratio
   *     over the run, of a quantile in the stage; 0 where there is no figure yet
   * @param nonInferior whether the stage shows it to be within its margin
   * @param superior whether the stage shows it to be better by its margin
   * @param words what was seen, for people: estimates, interval, unit
   * @param classical for a policy of fixed horizon
   * @param estimate what both arms show; empty: nothing yet
   */
  record Measured(
      double logRegression,
      boolean nonInferior,
      boolean superior,
      String words,
      Optional<Classical> classical,
      Optional<Estimate> estimate)
      implements MetricEvidence {
    /** Without an estimate. */
    public Measured(
        double logRegression,
        boolean nonInferior,
        boolean superior,
        String words,
        Optional<Classical> classical) {
      this(logRegression, nonInferior, superior, words, classical, Optional.empty());
    }
  }

  /**
   * What both arms show, for people.
   *
   * @param control its mean, ratio or quantile, in the metric's measure
   * @param treatment the same of the treatment
   * @param interval of the difference, treatment minus control, that holds at all looks at once
   *     with probability 95 %; empty: there is none, as of quantiles
   */
  record Estimate(double control, double treatment, Optional<Interval> interval) {}

  /**
   * Figures that are valid for a single look.
   *
   * @param samples of the smaller arm
   * @param pValue two-sided, 0 to 1
   * @param improvement of the treatment in the metric's direction, as a share of the control's
   *     figure; below 0: worse
   */
  record Classical(long samples, double pValue, double improvement) {}
}
