package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.DataQuality;
import java.util.List;
import java.util.Optional;

/**
 * What a look says of a run, with everything it was decided on. It is about evidence alone:
 * freezes, maximum times and commands are the state machine's.
 *
 * @param action what to do
 * @param reason why
 * @param metric key of the metric that decided; empty: none did
 * @param sentence for a release owner
 * @param readings of all metrics, in the plan's order
 * @param logRatio log e-value against the promised ratio of arms
 * @param problems of the data
 * @param missing what promotion still waits for, for people: that what holds ends, first of all;
 *     empty where the action is PROMOTE or ROLL_BACK
 */
public record Verdict(
    Action action,
    Reason reason,
    Optional<String> metric,
    String sentence,
    List<MetricReading> readings,
    double logRatio,
    List<DataQuality.Problem> problems,
    List<String> missing) {
  /** Copies. */
  public Verdict {
    readings = List.copyOf(readings);
    problems = List.copyOf(problems);
    missing = List.copyOf(missing);
  }

  /** Of a moment in which nobody looked at evidence: it says nothing, and moves nothing upwards. */
  public static Verdict unseen() {
    return new Verdict(
        Action.GO_ON,
        Reason.NOT_YET,
        Optional.empty(),
        "nobody looked at evidence",
        List.of(),
        0,
        List.of(),
        List.of("a look at evidence"));
  }

  /** What to do with the run. */
  public enum Action {
    /** Restore the control for everybody. */
    ROLL_BACK,
    /** Stay, and do not count the time as dwell. */
    HOLD,
    /** Everything that the stage must show is shown: whoever acts may leave it upwards. */
    PROMOTE,
    /** Stay: the stage is not over or has not shown enough. */
    GO_ON
  }

  /** Why. */
  public enum Reason {
    /** A guardrail is worse than its margin. */
    GUARDRAIL,
    /** A circuit breaker's limit is crossed by the treatment, and the control is better. */
    CIRCUIT_BREAKER,
    /** A circuit breaker's limit is crossed by both arms. */
    BOTH_ARMS_BROKEN,
    /** A circuit breaker's limit is crossed, and the control may be as bad. */
    NOT_COMPARED,
    /** Data are not fit for promotion. */
    DATA,
    /** Arms do not get the users they were promised. */
    SAMPLE_RATIO,
    /** A signal is worse than its margin. */
    SIGNAL,
    /** Everything the stage must show is shown. */
    SHOWN,
    /** Something the stage must show is not shown yet. */
    NOT_YET
  }
}
