package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.policy.Judge;
import java.util.List;
import java.util.function.Function;

/**
 * The judges of other delivery controllers, by the rules of their sources, on the plan's first
 * metric; and tests that are used in their place.
 *
 * <p>They promote whenever nothing is wrong, and the machine's dwell holds them back; Flagger with
 * a check that passes, the fixed horizon with its one look.
 */
public final class Peers {
  private Peers() {}

  /** {@link ArgoAnalysis}. */
  public static SimulatedJudge.Kind argo(
      double minimumSuccess, int failureLimit, int intervalSeconds) {
    return kind(
        "argo, limit " + failureLimit,
        better ->
            new ArgoAnalysis(
                new SuccessRate(better), minimumSuccess, failureLimit, intervalSeconds));
  }

  /** {@link FlaggerChecks}. */
  public static SimulatedJudge.Kind flagger(
      double minimumSuccess, int threshold, int intervalSeconds) {
    return kind(
        "flagger, threshold " + threshold,
        better ->
            new FlaggerChecks(new SuccessRate(better), minimumSuccess, threshold, intervalSeconds));
  }

  /**
   * A classical test on every look from a number of users on: the pooled test of two proportions,
   * rolling back where the treatment is worse with p below the significance.
   */
  public static SimulatedJudge.Kind peeked(long minimumSamples, double significance) {
    return kind(
        "peeked test", better -> look -> classical(look, better, minimumSamples, significance));
  }

  /**
   * The same test once in each stage, at the end of its dwell: until then nothing is said, and what
   * it said then stands.
   */
  public static SimulatedJudge.Kind fixedHorizon(long minimumSamples, double significance) {
    return kind("fixed horizon", better -> new FixedHorizon(better, minimumSamples, significance));
  }

  /**
   * The two-sided sequential test of counts (Lindon and Malek, 2022) on users with the event, with
   * a weight of 100 users: the test of {@link SampleRatio}.
   */
  public static SimulatedJudge.Kind multinomial(double alpha) {
    return kind(
        "multinomial",
        better ->
            look -> {
              if (look.plan().share().isAll()) {
                return verdict(false, "no control");
              }
              double share = Judge.treatmentShare(look.plan().share());
              double logE =
                  SampleRatio.logE(
                      List.of(
                          new SampleRatio.Factor(
                              List.of(share, 1 - share),
                              List.of(
                                  look.treatment().eventUsers(0), look.control().eventUsers(0)))));
              return verdict(logE >= AlphaShares.threshold(alpha), "log odds " + logE);
            });
  }

  private static Verdict classical(
      Look look, Direction better, long minimumSamples, double significance) {
    boolean enough =
        look.treatment().users() >= minimumSamples && look.control().users() >= minimumSamples;
    double p = enough ? TwoProportions.pOfWorse(look, 0, better) : 1;
    return verdict(p < significance, "p " + p);
  }

  static Verdict verdict(boolean rollBack, String sentence) {
    return new Verdict(rollBack ? Action.ROLL_BACK : Action.PROMOTE, "", sentence, "");
  }

  private static SimulatedJudge.Kind kind(String name, Function<Direction, SimulatedJudge> judges) {
    return new SimulatedJudge.Kind() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan plan) {
        return judges.apply(plan.firstBetter());
      }
    };
  }

  private static final class FixedHorizon implements SimulatedJudge {
    private static final Verdict NOT_YET =
        new Verdict(Action.GO_ON, "", "the horizon is not reached", "");

    private final Direction better;
    private final long minimumSamples;
    private final double significance;
    private int stage;
    private Verdict said = NOT_YET;

    FixedHorizon(Direction better, long minimumSamples, double significance) {
      this.better = better;
      this.minimumSamples = minimumSamples;
      this.significance = significance;
    }

    @Override
    public Verdict judge(Look look) {
      boolean reached = look.dwell().compareTo(look.plan().dwell()) >= 0;
      if (!reached) {
        return NOT_YET;
      }
      if (look.stage() != stage) {
        stage = look.stage();
        said = classical(look, better, minimumSamples, significance);
      }
      return said;
    }
  }
}
