package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.policy.Judge;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The judges of other delivery controllers, by the rules of their sources, on the plan's first
 * metric; and tests that are used in their place.
 *
 * <p>They promote whenever nothing is wrong, and the machine's dwell holds them back; Flagger with
 * a check that passes, the fixed horizon with its one look.
 */
public final class Peers {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private Peers() {}

  /**
   * The threshold of an error rate in the documents of Argo and Flagger: 99 % of requests succeed.
   */
  public static final double USUAL_ERRORS = 0.01;

  /** How far from the usual a threshold is set where the metric has no margin. */
  private static final double USUAL_DISTANCE = 0.1;

  /**
   * What an operator sets for the plan's first metric, in its own measure: of an event that is
   * better rarer {@link #USUAL_ERRORS}; of all others the control's figure as it is at the start,
   * made worse by the metric's margin, or by a tenth without one.
   */
  public static double usualThreshold(SimulatedPlan plan, World world) {
    FirstMetric first = FirstMetric.of(plan, world);
    boolean higher = first.better() == Direction.HIGHER;
    if (first.isEvent() && !higher) {
      return USUAL_ERRORS;
    }
    double margin = plan.metrics().isEmpty() ? 0 : plan.metrics().getFirst().plan().margin();
    double factor = 1 + (margin > 0 ? margin : USUAL_DISTANCE);
    double usual = usual(first, world);
    return higher ? usual / factor : usual * factor;
  }

  private static double usual(FirstMetric first, World world) {
    if (first.isEvent()) {
      return world.events().get(first.number()).baseline();
    }
    World.ValueShape shape = world.values().get(first.number());
    double sigma = shape.sigma();
    return first.kind() == JudgedMetric.Kind.QUANTILE
        ? shape.mean()
            * Math.exp(
                sigma * NORMAL.inverseCumulativeProbability(first.quantile()) - sigma * sigma / 2)
        : shape.mean();
  }

  /**
   * {@link ArgoAnalysis}.
   *
   * @param threshold of the plan's first metric, on its bad side
   */
  public static SimulatedJudge.Kind argo(double threshold, int failureLimit, int intervalSeconds) {
    return kind(
        "argo, limit " + failureLimit,
        first -> new ArgoAnalysis(first, threshold, failureLimit, intervalSeconds));
  }

  /**
   * {@link FlaggerChecks}.
   *
   * @param range end of the plan's first metric's range on its bad side
   * @param threshold failed checks that roll back
   */
  public static SimulatedJudge.Kind flagger(double range, int threshold, int intervalSeconds) {
    return kind(
        "flagger, threshold " + threshold,
        first -> new FlaggerChecks(first, range, threshold, intervalSeconds));
  }

  /**
   * A classical test on every look from a number of users on ({@link FirstMetric#pOfWorse}: Welch's
   * of a mean, of two proportions of an event), rolling back where the treatment is worse with p
   * below the significance.
   */
  public static SimulatedJudge.Kind peeked(long minimumSamples, double significance) {
    return kind(
        "peeked test", first -> look -> classical(look, first, minimumSamples, significance));
  }

  /**
   * The same test once in each stage, at the end of its dwell: until then nothing is said, and what
   * it said then stands.
   */
  public static SimulatedJudge.Kind fixedHorizon(long minimumSamples, double significance) {
    return kind("fixed horizon", first -> new FixedHorizon(first, minimumSamples, significance));
  }

  /**
   * The two-sided sequential test of counts (Lindon and Malek, 2022) on users with the event, with
   * a weight of 100 users: the test of {@link SampleRatio}. It knows events only.
   */
  public static SimulatedJudge.Kind multinomial(double alpha) {
    return kind(
        "multinomial",
        first ->
            look -> {
              if (look.plan().share().isAll() || !first.isEvent()) {
                return verdict(false, "no control, or no event");
              }
              double share = Judge.treatmentShare(look.plan().share());
              double logE =
                  SampleRatio.logE(
                      List.of(
                          new SampleRatio.Factor(
                              List.of(share, 1 - share),
                              List.of(
                                  look.treatment().eventUsers(first.number()),
                                  look.control().eventUsers(first.number())))));
              return verdict(logE >= AlphaShares.threshold(alpha), "log odds " + logE);
            });
  }

  /** {@link KayentaCanary}, with an interval of an hour. */
  public static SimulatedJudge.Kind kayenta() {
    return kind("kayenta, each hour", KayentaCanary::new);
  }

  /**
   * The asymptotic confidence sequence of a mean, or of an event's rate by request, that the
   * treatment is worse without a margin: one test with all of alpha, in the stage alone.
   */
  public static SimulatedJudge.Kind interval(double alpha, long plannedUsers) {
    return kind(
        "interval",
        true,
        first -> {
          MeanTest test =
              MeanTest.of(Claim.regression(first.better(), Margin.NONE), plannedUsers, alpha);
          return look -> {
            RunMeans means =
                RunMeans.ofStage(
                    look.control().compared().arm(first.index(), false).buckets(),
                    look.treatment().compared().arm(first.index(), false).buckets());
            return verdict(
                test.of(means) instanceof Figure.Known<MeanEvidence>(MeanEvidence shown)
                    && shown.isShown(),
                "interval");
          };
        });
  }

  /** The judge's own test of an event, without a margin, with all of alpha in the stage alone. */
  public static SimulatedJudge.Kind oneTest(double alpha) {
    return kind(
        "one test",
        first -> {
          Map<Double, RateTest> tests = new HashMap<>();
          return look -> {
            if (look.plan().share().isAll() || !first.isEvent()) {
              return verdict(false, "no control, or no event");
            }
            RateTest test =
                tests.computeIfAbsent(
                    Judge.treatmentShare(look.plan().share()),
                    share -> RateTest.regression(share, 0));
            ArmCounts users =
                new ArmCounts(
                    look.treatment().eventUsers(first.number()),
                    look.control().eventUsers(first.number()));
            double logE = test.logE(users);
            return verdict(logE >= AlphaShares.threshold(alpha), "log odds " + logE);
          };
        });
  }

  private static Verdict classical(
      Look look, FirstMetric first, long minimumSamples, double significance) {
    boolean enough =
        look.treatment().users() >= minimumSamples && look.control().users() >= minimumSamples;
    double p = enough ? first.pOfWorse(look) : 1;
    return verdict(p < significance, "p " + p);
  }

  static Verdict verdict(boolean rollBack, String sentence) {
    return new Verdict(rollBack ? Action.ROLL_BACK : Action.PROMOTE, "", sentence, "");
  }

  private static SimulatedJudge.Kind kind(
      String name, Function<FirstMetric, SimulatedJudge> judges) {
    return kind(name, false, judges);
  }

  private static SimulatedJudge.Kind kind(
      String name, boolean looksAtBuckets, Function<FirstMetric, SimulatedJudge> judges) {
    return new SimulatedJudge.Kind() {
      @Override
      public boolean looksAtBuckets() {
        return looksAtBuckets;
      }

      @Override
      public String name() {
        return name;
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan plan, World world) {
        return judges.apply(FirstMetric.of(plan, world));
      }
    };
  }

  private static final class FixedHorizon implements SimulatedJudge {
    private static final Verdict NOT_YET =
        new Verdict(Action.GO_ON, "", "the horizon is not reached", "");

    private final FirstMetric first;
    private final long minimumSamples;
    private final double significance;
    private int stage;
    private Verdict said = NOT_YET;

    FixedHorizon(FirstMetric first, long minimumSamples, double significance) {
      this.first = first;
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
        said = classical(look, first, minimumSamples, significance);
      }
      return said;
    }
  }
}
