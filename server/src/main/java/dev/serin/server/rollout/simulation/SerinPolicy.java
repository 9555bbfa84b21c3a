package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import dev.serin.server.rollout.evidence.MetricCounts;
import dev.serin.server.rollout.evidence.RunMetrics;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.RunEvidence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The real tests and the real policy over simulated counts. For one run and one thread. */
final class SerinPolicy implements SimulatedJudge {
  /** Counts of different runs are never looked at by one policy. */
  private static final UnitNumbering NUMBERING = new UnitNumbering();

  private final Judge judge;
  private final RunMetrics tests;
  private final World world;

  /** Kinds of the world's metrics that the plan has, by number. */
  private final Map<Integer, JudgedMetric.Kind> kinds;

  /** Evidence of stages that are over. */
  private final List<SampleRatio.Factor> pastExposures = new ArrayList<>();

  private final List<List<RunProcess.Part>> pastParts = new ArrayList<>();
  private final List<List<MetricCounts.Stage>> pastStages = new ArrayList<>();
  private ArmCounts pastExposed = ArmCounts.NONE;
  private ArmCounts pastCompared = ArmCounts.NONE;

  private final FreshUsers fresh;
  private final CountedSets sets;
  private JudgeState state = JudgeState.begin();
  private int stage;

  /** The last look, which is a stage's evidence when the next one begins. */
  private Optional<Look> last = Optional.empty();

  private SerinPolicy(
      Judge judge,
      RunMetrics tests,
      World world,
      Map<Integer, JudgedMetric.Kind> kinds,
      Set<Integer> breakers,
      List<Duration> anew) {
    this.judge = judge;
    this.fresh = new FreshUsers(breakers);
    this.sets = new CountedSets(anew, world.events().size(), NUMBERING);
    this.tests = tests;
    this.world = world;
    this.kinds = kinds;
    for (int metric = 0; metric < world.metrics(); metric++) {
      pastParts.add(new ArrayList<>());
      pastStages.add(new ArrayList<>());
    }
  }

  /**
   * The policy of a plan.
   *
   * @param anew when sets of users begin anew, since a run's start, in order; empty: never
   */
  static SimulatedJudge.Kind kind(SimulatedPlan plan, World world, List<Duration> anew) {
    Judge judge = Judge.of(plan.plan(), plan.metrics(), DataQuality.USUAL);
    Map<Integer, JudgedMetric.Kind> kinds = new HashMap<>();
    Set<Integer> breakers = new HashSet<>();
    for (JudgedMetric metric : plan.metrics()) {
      world
          .indexOf(metric.plan().metric())
          .ifPresent(
              index -> {
                kinds.putIfAbsent(index, metric.kind());
                if (metric.plan().role() == Role.CIRCUIT_BREAKER) {
                  breakers.add(index);
                }
              });
    }
    return new SimulatedJudge.Kind() {
      @Override
      public String name() {
        return "serin";
      }

      @Override
      public boolean looksAtBuckets() {
        return plan.asksByRequest();
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan ofRun, World ofRuns) {
        RunMetrics tests = RunMetrics.of(plan.plan(), plan.metrics(), judge::measuredShare);
        return new SerinPolicy(judge, tests, world, kinds, breakers, anew);
      }
    };
  }

  @Override
  public Verdict judge(Look look) {
    if (look.stage() != stage) {
      last.ifPresent(this::keep);
      stage = look.stage();
    }
    last = Optional.of(look);
    if (sets.begin(look)) {
      pastExposures.clear();
      pastParts.forEach(List::clear);
      pastExposed = ArmCounts.NONE;
      fresh.forget();
    }
    Judge.Judged judged = judge.judge(evidence(look), state);
    state = judged.state();
    dev.serin.server.rollout.policy.Verdict verdict = judged.verdict();
    return new Verdict(
        switch (verdict.action()) {
          case ROLL_BACK -> Action.ROLL_BACK;
          case HOLD -> Action.HOLD;
          case PROMOTE -> Action.PROMOTE;
          case GO_ON -> Action.GO_ON;
        },
        verdict.reason().name().toLowerCase(Locale.ROOT),
        verdict.sentence(),
        "");
  }

  private static boolean isCompared(Look look) {
    return !look.plan().share().isAll();
  }

  /** Keeps what a stage that is over has shown of the run. */
  private void keep(Look look) {
    if (!isCompared(look)) {
      return;
    }
    pastExposures.add(exposures(look));
    pastExposed = pastExposed.plus(sets.firstUsers(look));
    pastCompared = pastCompared.plus(firstCompared(look));
    kinds.forEach(
        (metric, kind) -> {
          if (kind == JudgedMetric.Kind.EVENT) {
            pastParts.get(metric).add(part(look, metric));
          } else {
            pastStages.get(metric).add(values(look, metric, kind));
          }
        });
  }

  private RunEvidence evidence(Look look) {
    ArmCounts exposed = new ArmCounts(look.treatment().users(), look.control().users());
    List<SampleRatio.Factor> exposures = new ArrayList<>(pastExposures);
    if (isCompared(look)) {
      exposures.add(exposures(look));
    }
    Map<String, MetricCounts> counts = new HashMap<>();
    kinds.forEach((metric, kind) -> counts.put(world.key(metric), counts(look, metric, kind)));
    Duration elapsed = look.elapsed();
    DataQuality.Stage data =
        new DataQuality.Stage(
            exposed.treatment() > 0 ? Duration.ZERO : elapsed,
            exposed.control() > 0 ? Duration.ZERO : elapsed,
            Duration.ZERO,
            exposed,
            exposed,
            exposed,
            Judge.treatmentShare(look.plan().share()),
            0,
            look.treatment().requests() + look.control().requests(),
            0,
            0);
    RunEvidence evidence =
        new RunEvidence(
            look.stage(),
            look.period().extension(),
            sets.generation(),
            look.period().length(),
            elapsed,
            look.dwell(),
            data,
            exposures,
            tests.look(look.stage(), counts));
    fresh.draw(look, elapsed);
    return evidence;
  }

  private MetricCounts counts(Look look, int metric, JudgedMetric.Kind kind) {
    List<MetricCounts.Stage> stages = new ArrayList<>(pastStages.get(metric));
    // An event's values by bucket are asked for by what promotion has to show alone.
    boolean byBucket =
        kind != JudgedMetric.Kind.EVENT || look.plan().promotion() != Promotion.NO_REGRESSION;
    if (isCompared(look) && byBucket) {
      stages.add(values(look, metric, kind));
    }
    long counted = look.treatment().requests() + look.control().requests();
    return new MetricCounts(
        new MetricCounts.Stamp(look.stage(), sets.numbering(), counted),
        stages,
        pastCompared.plus(isCompared(look) ? firstCompared(look) : ArmCounts.NONE),
        kind == JudgedMetric.Kind.EVENT ? Optional.of(events(look, metric)) : Optional.empty());
  }

  private static MetricCounts.Stage values(Look look, int metric, JudgedMetric.Kind kind) {
    boolean withBins = kind == JudgedMetric.Kind.QUANTILE;
    return new MetricCounts.Stage(
        look.stage(),
        look.control().compared().arm(metric, withBins),
        look.treatment().compared().arm(metric, withBins));
  }

  private MetricCounts.Events events(Look look, int event) {
    List<RunProcess.Part> parts = new ArrayList<>(pastParts.get(event));
    if (isCompared(look)) {
      parts.add(part(look, event));
    }
    return new MetricCounts.Events(
        new RunProcess(parts),
        pastExposed.plus(sets.firstUsers(look)),
        sets.withEvent(look, event),
        sets.users(look),
        fresh.since(look, event));
  }

  private SampleRatio.Factor exposures(Look look) {
    double share = Judge.treatmentShare(look.plan().share());
    ArmCounts users = sets.firstUsers(look);
    return new SampleRatio.Factor(
        List.of(share, 1 - share), List.of(users.treatment(), users.control()));
  }

  private static ArmCounts firstCompared(Look look) {
    return new ArmCounts(
        look.treatment().compared().firstUsers(), look.control().compared().firstUsers());
  }

  private RunProcess.Part part(Look look, int event) {
    return new RunProcess.Part(
        Judge.treatmentShare(look.plan().share()), sets.firstWithEvent(look, event));
  }
}
