package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.function.Supplier;

/**
 * The judges of other delivery controllers, by the rules of their sources, on the first event
 * metric.
 *
 * <p>All but the fixed horizon promote whenever nothing is wrong: the machine's dwell holds them
 * back.
 */
public final class Peers {
  private Peers() {}

  /**
   * Argo Rollouts' analysis of a success rate (analysis/analysis.go): a measurement fails where the
   * rate of the last interval is below the minimum; the run is aborted when more measurements have
   * failed, in all, than the limit says. An interval without requests gives no measurement.
   */
  public static SimulatedJudge.Kind argo(
      double minimumSuccess, int failureLimit, int intervalSeconds) {
    return kind(
        "argo, limit " + failureLimit,
        () -> {
          Interval interval = new Interval(intervalSeconds, minimumSuccess, false);
          return look -> {
            interval.look(look);
            return verdict(
                interval.failures() > failureLimit,
                interval.failures() + " measurements failed (limit " + failureLimit + ")");
          };
        });
  }

  /**
   * Flagger's failed checks (pkg/controller/scheduler.go): they are counted in all, a check without
   * values fails, and the rollback comes with the check after the one that reached the threshold.
   */
  public static SimulatedJudge.Kind flagger(
      double minimumSuccess, int threshold, int intervalSeconds) {
    return kind(
        "flagger, threshold " + threshold,
        () -> {
          Interval interval = new Interval(intervalSeconds, minimumSuccess, true);
          return look -> {
            boolean reached = interval.failures() >= threshold;
            boolean due = interval.isDue(look);
            if (!(reached && due)) {
              interval.look(look);
            }
            return verdict(
                reached && due,
                interval.failures() + " checks failed (threshold " + threshold + ")");
          };
        });
  }

  /**
   * A classical test on every look from a number of users on: the pooled test of two proportions,
   * rolling back where the treatment is worse with p below the significance.
   */
  public static SimulatedJudge.Kind peeked(long minimumSamples, double significance) {
    return kind("peeked test", () -> look -> classical(look, minimumSamples, significance));
  }

  /** The same test once in each stage, at the end of its dwell; until then nothing is said. */
  public static SimulatedJudge.Kind fixedHorizon(long minimumSamples, double significance) {
    return kind(
        "fixed horizon",
        () ->
            look ->
                look.dwell().compareTo(look.plan().dwell()) < 0
                    ? new Verdict(Action.GO_ON, "", "the horizon is not reached", "")
                    : classical(look, minimumSamples, significance));
  }

  private static Verdict classical(Look look, long minimumSamples, double significance) {
    boolean enough =
        look.treatment().users() >= minimumSamples && look.control().users() >= minimumSamples;
    double p = enough ? TwoProportions.pOfWorse(look, 0) : 1;
    return verdict(p < significance, "p " + p);
  }

  private static Verdict verdict(boolean rollBack, String sentence) {
    return new Verdict(rollBack ? Action.ROLL_BACK : Action.PROMOTE, "", sentence, "");
  }

  private static SimulatedJudge.Kind kind(String name, Supplier<SimulatedJudge> judges) {
    return new SimulatedJudge.Kind() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public SimulatedJudge begin(RolloutPlan plan) {
        return judges.get();
      }
    };
  }

  /** The treatment's success rate in intervals of fixed length, and how many fell below. */
  private static final class Interval {
    private final int seconds;
    private final double minimumSuccess;
    private final boolean emptyFails;
    private int stage;
    private long requests;
    private long events;
    private int failures;

    Interval(int seconds, double minimumSuccess, boolean emptyFails) {
      this.seconds = seconds;
      this.minimumSuccess = minimumSuccess;
      this.emptyFails = emptyFails;
    }

    int failures() {
      return failures;
    }

    boolean isDue(Look look) {
      return look.second() > 0 && look.second() % seconds == 0;
    }

    void look(Look look) {
      if (look.stage() != stage) {
        stage = look.stage();
        requests = 0;
        events = 0;
      }
      if (!isDue(look)) {
        return;
      }
      long more = look.treatment().requests() - requests;
      long failed = look.treatment().events(0) - events;
      boolean fails = more == 0 ? emptyFails : 1 - (double) failed / more < minimumSuccess;
      failures += fails ? 1 : 0;
      requests = look.treatment().requests();
      events = look.treatment().events(0);
    }
  }
}
