package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Fingerprint of the definition that the run began with, by metric. */
  private final Map<String, Integer> fingerprints;

  private final Map<String, JudgedMetric> metrics = new LinkedHashMap<>();
  private final Map<String, MetricCounts> last = new HashMap<>();
  private Reading reading = new Reading(Map.of(), List.of(), new MetricCounts.Stamp(0, 0, -1));

  /**
   * What was counted of a run.
   *
   * @param metrics by key
   * @param firstExposures of each stage with a control, for the test of the ratio of arms
   * @param stamp of the exposures
   */
  public record Reading(
      Map<String, MetricCounts> metrics,
      List<SampleRatio.Factor> firstExposures,
      MetricCounts.Stamp stamp) {
    /** Copies. */
    public Reading {
      metrics = Map.copyOf(metrics);
      firstExposures = List.copyOf(firstExposures);
    }
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
    this.fingerprints = Map.copyOf(fingerprints);
    metrics.forEach(metric -> this.metrics.putIfAbsent(metric.plan().metric(), metric));
  }

  /**
   * Reads.
   *
   * @param stage the run is in, from 1
   */
  public Reading read(MergedView view, int stage) {
    Look look = new Look(view, stage);
    MetricCounts.Stamp stamp = look.stamp(0);
    boolean isSame = stamp.equals(reading.stamp());
    for (Map.Entry<String, JudgedMetric> metric : metrics.entrySet()) {
      Integer fingerprint = fingerprints.get(metric.getKey());
      if (fingerprint != null) {
        isSame &= !look.refresh(metric.getKey(), metric.getValue(), fingerprint);
      }
    }
    if (!isSame) {
      List<SampleRatio.Factor> exposures =
          stamp.equals(reading.stamp()) ? reading.firstExposures() : look.firstExposures();
      reading = new Reading(last, exposures, stamp);
    }
    return reading;
  }

  /** One look at the view; what several metrics need is made once, and only if one does. */
  private final class Look {
    private final MergedView view;
    private final int stage;

    /** Stages so far, in order. */
    private final List<List<Place>> stages = new ArrayList<>();

    private final long growth;
    private @Nullable Population population;

    Look(MergedView view, int stage) {
      this.view = view;
      this.stage = stage;
      long sum = 0;
      for (int number = 1; number <= stage; number++) {
        List<Place> ofStage = places.of(number);
        stages.add(ofStage);
        for (Place place : ofStage) {
          sum += view.growth(place);
        }
      }
      this.growth = sum;
    }

    MetricCounts.Stamp stamp(long counted) {
      return new MetricCounts.Stamp(stage, view.thinning().generation(), growth + counted);
    }

    /** Whether a metric has new counts. */
    boolean refresh(String key, JudgedMetric metric, int fingerprint) {
      long counted = 0;
      for (List<Place> ofStage : stages) {
        for (Place place : ofStage) {
          counted += view.count(new CellKey(place, key, fingerprint));
        }
      }
      MetricCounts.Stamp stamp = stamp(counted);
      MetricCounts before = last.get(key);
      if (before != null && before.stamp().equals(stamp)) {
        return false;
      }
      last.put(key, counts(new Definition(key, fingerprint), metric, stamp));
      return true;
    }

    private Population population() {
      Population known = population;
      if (known == null) {
        known = Population.of(stages.stream().map(it -> StageUnits.of(view, it)).toList(), plan);
        population = known;
      }
      return known;
    }

    private MetricCounts counts(
        Definition definition, JudgedMetric metric, MetricCounts.Stamp stamp) {
      List<MetricCounts.Stage> values = new ArrayList<>();
      for (int number = 1; number <= stage; number++) {
        if (!plan.stage(number).share().isAll()) {
          values(number, population().stages().get(number - 1), metric, definition)
              .ifPresent(values::add);
        }
      }
      return new MetricCounts(
          stamp,
          values,
          population().compared(),
          metric.kind() == Kind.EVENT ? Optional.of(events(definition)) : Optional.empty());
    }

    private Optional<MetricCounts.Stage> values(
        int number, StageUnits users, JudgedMetric metric, Definition definition) {
      return arm(users.control(), users.controlUsers(), metric, definition)
          .flatMap(
              control ->
                  arm(users.treatment(), users.treatmentUsers(), metric, definition)
                      .map(treatment -> new MetricCounts.Stage(number, control, treatment)));
    }

    private Optional<MetricCounts.Arm> arm(
        Place place, long users, JudgedMetric metric, Definition definition) {
      Cell cell = view.cell(definition.at(place)).orElse(null);
      Optional<UserBuckets> buckets =
          metric.kind() == Kind.RATIO
              ? CellInputs.ratios(users, cell)
              : CellInputs.means(users, cell);
      return buckets.map(
          it ->
              new MetricCounts.Arm(
                  it, metric.kind() == Kind.QUANTILE ? CellInputs.bins(cell) : Optional.empty()));
    }

    private MetricCounts.Events events(Definition definition) {
      StageUnits.Users users = population().users().getLast();
      StageUnits.Users withEvent = population().stages().getLast().withEvent(definition);
      return new MetricCounts.Events(
          FirstUsers.process(population().first(it -> it.withEvent(definition))),
          population().exposed(),
          new ArmCounts(withEvent.treated().size(), withEvent.control().size()),
          new ArmCounts(users.treated().size(), users.control().size()));
    }

    List<SampleRatio.Factor> firstExposures() {
      return FirstUsers.exposures(population().first(StageUnits::exposed));
    }
  }
}
