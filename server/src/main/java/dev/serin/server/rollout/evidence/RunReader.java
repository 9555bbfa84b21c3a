package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import dev.serin.server.outcome.aggregate.UnitSet;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what was counted of one run out of the view of outcomes: of metrics of which something was
 * counted since the last look it makes new counts, of others it returns the last ones.
 *
 * <p>Keep one for each run. For the thread of the view: a run in which nothing was counted costs a
 * look-up for each of its metrics, stages and arms; what has changed costs unions of sets of users,
 * and copies of user buckets.
 */
public final class RunReader {
  private final RolloutPlan plan;
  private final RunPlaces places;

  /** As they were defined when the run began. */
  private final Map<Definition, JudgedMetric> metrics = new LinkedHashMap<>();

  /** Stages so far, in order. */
  private final List<StageReader> stages = new ArrayList<>();

  private final Map<String, MetricCounts> last = new HashMap<>();

  /** Metrics of circuit breakers. */
  private final Set<String> breakers;

  private final Cohorts cohorts = new Cohorts();

  /** The stage that was under way before anything was read, and when it began; 0: none was. */
  private int stageUnderWay;

  private long beganMillis;
  private Reading reading =
      new Reading(
          Map.of(),
          List.of(),
          Users.NONE,
          Map.of(),
          StageFlow.NONE,
          0,
          new MetricCounts.Stamp(0, new UnitNumbering(), -1));

  /**
   * What was counted of a run.
   *
   * @param metrics by key
   * @param firstExposures of each stage with a control, for the test of the ratio of arms
   * @param users of the stage the run is in
   * @param values of that stage, by metric: how many outcomes of each arm have one
   * @param flow what came in of that stage
   * @param generation of thinning that the sets are of; 0: nothing was thinned
   * @param stamp of the exposures
   */
  public record Reading(
      Map<String, MetricCounts> metrics,
      List<SampleRatio.Factor> firstExposures,
      Users users,
      Map<String, ArmCounts> values,
      StageFlow flow,
      int generation,
      MetricCounts.Stamp stamp) {
    /** Copies. */
    public Reading {
      metrics = Map.copyOf(metrics);
      firstExposures = List.copyOf(firstExposures);
      values = Map.copyOf(values);
    }
  }

  /**
   * Who was there in the stage the run is in, as {@link
   * dev.serin.server.analysis.count.DataQuality.Stage} asks: all of them, which are estimates once
   * sets are thinned.
   *
   * @param drawn whom Evaluate or Route gave an arm
   * @param exposed in any way, no fewer
   * @param reporting who reported anything, as counted and no estimate; nobody where not nearly all
   *     users of an arm do
   * @param bothArms found in both arms, who are in neither
   */
  public record Users(ArmCounts drawn, ArmCounts exposed, ArmCounts reporting, long bothArms) {
    static final Users NONE = new Users(ArmCounts.NONE, ArmCounts.NONE, ArmCounts.NONE, 0);
  }

  /**
   * A reader of one run.
   *
   * @param metrics of the plan
   * @param fingerprints of the metrics' definitions, by key; one that is missing counts nothing
   */
  public RunReader(
      RolloutPlan plan,
      List<JudgedMetric> metrics,
      RunPlaces places,
      Map<String, Integer> fingerprints) {
    this.plan = plan;
    this.places = places;
    this.breakers =
        metrics.stream()
            .map(JudgedMetric::plan)
            .filter(metric -> metric.role() == MetricPlan.Role.CIRCUIT_BREAKER)
            .map(MetricPlan::metric)
            .collect(Collectors.toSet());
    for (JudgedMetric metric : metrics) {
      Integer fingerprint = fingerprints.get(metric.plan().metric());
      if (fingerprint != null) {
        this.metrics.putIfAbsent(new Definition(metric.plan().metric(), fingerprint), metric);
      }
    }
  }

  /**
   * Says when the stage began that is under way, so that what came in since counts as where one
   * reader has read all of it. Before anything is read.
   *
   * @param stage from 1
   * @param millis milliseconds since 1970
   */
  public void began(int stage, long millis) {
    stageUnderWay = stage;
    beganMillis = millis;
  }

  /**
   * Reads, without marks for circuit breakers: for a run that nobody judges as it goes on.
   *
   * @param stage the run is in, from 1
   */
  public Reading read(MergedView view, int stage) {
    return read(view, stage, 0, Duration.ZERO);
  }

  /**
   * Reads.
   *
   * @param stage the run is in, from 1
   * @param extension the period of the stage that is being counted: 0: the planned one; else its
   *     number among the run's
   * @param elapsed of the period: what marks of circuit breakers are timed by, as the judge's
   *     restarts are
   */
  public Reading read(MergedView view, int stage, int extension, Duration elapsed) {
    Look look = new Look(view, stage);
    MetricCounts.Stamp stamp = look.stamp(0);
    boolean isSame = stamp.equals(reading.stamp());
    for (Map.Entry<Definition, JudgedMetric> metric : metrics.entrySet()) {
      isSame &= !look.refresh(metric.getKey(), metric.getValue());
    }
    StageFlow flow = stages.get(stage - 1).flow(view);
    if (!isSame || !flow.equals(reading.flow())) {
      boolean sameUsers = stamp.equals(reading.stamp());
      reading =
          new Reading(
              last,
              sameUsers ? reading.firstExposures() : look.firstExposures(),
              sameUsers ? reading.users() : look.users(),
              isSame ? reading.values() : look.values(),
              flow,
              view.thinning().generation(),
              stamp);
    }
    if (!breakers.isEmpty()) {
      // After what was read: who came up to this look came before the mark.
      cohorts.draw(stage, view.numbering(), look.ofStage(), extension, elapsed);
    }
    return reading;
  }

  /** One look at the view; what several metrics need is made once, and only if one does. */
  private final class Look {
    private final MergedView view;
    private final int stage;
    private final long changes;
    private @Nullable Population population;

    Look(MergedView view, int stage) {
      this.view = view;
      this.stage = stage;
      while (stages.size() < stage) {
        int next = stages.size() + 1;
        stages.add(
            new StageReader(
                next,
                places,
                next == stageUnderWay ? OptionalLong.of(beganMillis) : OptionalLong.empty()));
      }
      long sum = 0;
      for (StageReader ofStage : soFar()) {
        sum += ofStage.look(view);
      }
      this.changes = sum;
    }

    private List<StageReader> soFar() {
      return stages.subList(0, stage);
    }

    MetricCounts.Stamp stamp(long counted) {
      return new MetricCounts.Stamp(stage, view.numbering(), changes + counted);
    }

    /** Whether a metric has new counts. */
    boolean refresh(Definition definition, JudgedMetric metric) {
      long counted = 0;
      for (StageReader ofStage : soFar()) {
        counted += ofStage.count(view, definition);
      }
      MetricCounts.Stamp stamp = stamp(counted);
      MetricCounts before = last.get(definition.metric());
      if (before != null && before.stamp().equals(stamp)) {
        return false;
      }
      last.put(definition.metric(), counts(definition, metric, stamp));
      return true;
    }

    private Population population() {
      Population known = population;
      if (known == null) {
        known = Population.of(soFar().stream().map(it -> it.people(view)).toList(), plan);
        population = known;
      }
      return known;
    }

    private MetricCounts counts(
        Definition definition, JudgedMetric metric, MetricCounts.Stamp stamp) {
      List<MetricCounts.Stage> values = new ArrayList<>();
      for (int number = 1; number <= stage; number++) {
        if (!plan.stage(number).share().isAll()) {
          stages.get(number - 1).values(view, definition, metric.kind()).ifPresent(values::add);
        }
      }
      return new MetricCounts(
          stamp,
          values,
          population().compared(),
          metric.kind() == Kind.EVENT ? Optional.of(events(definition)) : Optional.empty());
    }

    private MetricCounts.Events events(Definition definition) {
      List<StageUsers> withEvent =
          soFar().stream().map(it -> it.withEvent(view, definition)).toList();
      StageUsers users = ofStage();
      return new MetricCounts.Events(
          FirstUsers.process(population().first(withEvent), withEventBefore(definition)),
          population().exposed(),
          sizes(withEvent.getLast()),
          sizes(users),
          breakers.contains(definition.metric())
              ? cohorts.since(stage, view.numbering(), users, withEvent.getLast())
              : List.of());
    }

    private UnitSet withEventBefore(Definition definition) {
      UnitSet before = UnitSet.nobody();
      for (StageReader ofStage : soFar()) {
        before = before.union(ofStage.withEventBefore(view, definition));
      }
      return before;
    }

    /** Users of the stage the run is in. */
    StageUsers ofStage() {
      return stages.get(stage - 1).people(view).users();
    }

    Users users() {
      StageReader.People people = population().people().getLast();
      return new Users(
          people.drawnOfAll(), people.ofAll(), people.reporting(), people.bothVariants());
    }

    /** Metrics were counted in this look. */
    Map<String, ArmCounts> values() {
      StageReader current = stages.get(stage - 1);
      Map<String, ArmCounts> values = new HashMap<>();
      metrics.keySet().forEach(metric -> values.put(metric.metric(), current.values(metric)));
      return values;
    }

    List<SampleRatio.Factor> firstExposures() {
      List<StageReader.People> people = population().people();
      UnitSet before = UnitSet.nobody();
      for (StageReader.People ofStage : people) {
        before = before.union(ofStage.exposedBefore());
      }
      return FirstUsers.exposures(
          population().first(people.stream().map(StageReader.People::exposed).toList()), before);
    }
  }

  private static ArmCounts sizes(StageUsers users) {
    return new ArmCounts(users.treated().size(), users.control().size());
  }
}
