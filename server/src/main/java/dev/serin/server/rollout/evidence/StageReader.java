package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import dev.serin.server.outcome.aggregate.UnitSet;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads one stage of a run out of the view, and keeps what it has made until something is counted:
 * stages that are over cost look-ups. For the thread of the view.
 */
final class StageReader {
  private static final int TREATMENT = 0;
  private static final int SURPLUS = 1;
  private static final int CONTROL = 2;
  private static final int REMAINDER = 3;

  /** From this part of an arm's users on, all are expected to report. */
  private static final double NEARLY_ALL = 0.9;

  private final int number;

  /** Of the feature's outcomes that no arm is known of. */
  private final CellKey unplaced;

  /** When it began, milliseconds since 1970; empty: when it is first read. */
  private final OptionalLong began;

  /** Outcomes of all arms, and those without arm, when the stage began; -1: it was never read. */
  private long placedBefore = -1;

  private long unplacedBefore;

  /** Of treatment, surplus, control and remainder, in this order. */
  private final List<Place> places;

  private final Map<Definition, OfMetric> metrics = new HashMap<>();

  /** By arm, where its outcomes are counted: whatever has values has outcomes. */
  private final List<CellKey> outcomes;

  /** By arm, where it is counted what reporters dropped. */
  private final List<CellKey> dropped;

  /** By arm, where it is kept who reported. */
  private final List<CellKey> reporters;

  /** By arm, whether neither users nor outcomes were known at the last look. */
  private final boolean[] isEmpty = new boolean[REMAINDER + 1];

  private long changes = -1;
  private @Nullable UnitNumbering numbering;
  private @Nullable People people;

  /** Those of the look that goes on; none yet. */
  private @Nullable List<PlaceUnits> units;

  /**
   * Who was there.
   *
   * @param users first seen in the generation of thinning that holds: what tests count
   * @param exposed the same of those whom Evaluate or Route gave an arm
   * @param exposedBefore whom they gave one in an earlier generation, in any arm
   * @param treatmentUsers all users of the treatment without surplus, as they are shown: an
   *     estimate once sets are thinned
   * @param controlUsers the same of the control
   * @param drawnOfAll all whom Evaluate or Route gave an arm, an estimate likewise
   * @param ofAll all users, an estimate likewise
   * @param reporting of the users who reported anything; nobody where not nearly all of an arm do
   * @param bothVariants of all users
   */
  record People(
      StageUsers users,
      StageUsers exposed,
      UnitSet exposedBefore,
      long treatmentUsers,
      long controlUsers,
      ArmCounts drawnOfAll,
      ArmCounts ofAll,
      ArmCounts reporting,
      long bothVariants) {}

  /** Those of both arms, where they are kept. */
  private record Values(Optional<MetricCounts.Stage> ofStage) {}

  /** What was made of a metric when so many values had been counted. */
  private static final class OfMetric {
    private final List<CellKey> keys;
    private long count;
    private ArmCounts values = ArmCounts.NONE;
    private @Nullable StageUsers withEvent;
    private @Nullable UnitSet withEventBefore;
    private @Nullable Values kept;

    OfMetric(List<CellKey> keys) {
      this.keys = keys;
    }

    void forget() {
      withEvent = null;
      withEventBefore = null;
      kept = null;
    }
  }

  /**
   * A reader of a stage.
   *
   * @param began when it did, milliseconds since 1970; empty: when it is first read
   */
  StageReader(int number, RunPlaces run, OptionalLong began) {
    this.number = number;
    this.began = began;
    this.places = run.of(number);
    this.outcomes = places.stream().map(CellKey::outcomes).toList();
    this.dropped = places.stream().map(CellKey::dropped).toList();
    this.reporters = places.stream().map(CellKey::reporters).toList();
    this.unplaced = CellKey.outcomes(run.unplaced());
  }

  /** What came in, by now. */
  StageFlow flow(MergedView view) {
    long placed = outcomes.stream().mapToLong(view::count).sum();
    long without = view.count(unplaced);
    if (placedBefore < 0) {
      placedBefore = placed - ChartedOutcomes.since(view, outcomes, began);
      unplacedBefore = without - ChartedOutcomes.since(view, List.of(unplaced), began);
    }
    return new StageFlow(
        last(view, TREATMENT, SURPLUS),
        last(view, CONTROL),
        placed - placedBefore + without - unplacedBefore,
        without - unplacedBefore,
        drops(view));
  }

  private DataQuality.Drops drops(MergedView view) {
    ArmCounts told = ofArms(view, dropped);
    return told.total() == 0
        ? DataQuality.Drops.NONE
        : new DataQuality.Drops(told, ofArms(view, outcomes));
  }

  private static ArmCounts ofArms(MergedView view, List<CellKey> keys) {
    return new ArmCounts(
        view.count(keys.get(TREATMENT)) + view.count(keys.get(SURPLUS)),
        view.count(keys.get(CONTROL)));
  }

  private OptionalLong last(MergedView view, int... arms) {
    long last = -1;
    for (int arm : arms) {
      last = Math.max(last, view.lastMillis(CellKey.exposures(places.get(arm))));
    }
    return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  /**
   * Begins a look; returns a number that grows whenever sets of the stage's users change, as long
   * as the view's numbering stays.
   */
  long look(MergedView view) {
    long now = 0;
    for (int arm = 0; arm < places.size(); arm++) {
      long ofArm = view.changes(places.get(arm));
      // Thinning may leave no user of a place, whose values go on.
      isEmpty[arm] = ofArm == 0 && view.count(outcomes.get(arm)) == 0;
      now += ofArm;
    }
    if (now != changes || !view.numbering().equals(numbering)) {
      changes = now;
      numbering = view.numbering();
      people = null;
      metrics.values().forEach(OfMetric::forget);
    }
    units = null;
    return now;
  }

  /** How many values of a metric the stage has, in all arms. */
  long count(MergedView view, Definition definition) {
    OfMetric metric = of(definition);
    long count = 0;
    long treated = 0;
    long control = 0;
    for (int arm = 0; arm < places.size(); arm++) {
      // Where nobody was, nothing is asked for: of four arms a stage has three, or two.
      long ofArm = isEmpty[arm] ? 0 : view.count(metric.keys.get(arm));
      count += ofArm;
      treated += arm == TREATMENT || arm == SURPLUS ? ofArm : 0;
      control += arm == CONTROL ? ofArm : 0;
    }
    if (count != metric.count) {
      metric.count = count;
      metric.values = new ArmCounts(treated, control);
      metric.forget();
    }
    return count;
  }

  /** How many outcomes of each arm had a value of a metric when it was last counted. */
  ArmCounts values(Definition definition) {
    return of(definition).values;
  }

  private OfMetric of(Definition definition) {
    OfMetric known = metrics.get(definition);
    if (known == null) {
      known = new OfMetric(places.stream().map(definition::at).toList());
      metrics.put(definition, known);
    }
    return known;
  }

  People people(MergedView view) {
    People known = people;
    if (known == null) {
      List<PlaceUnits> all = units(view);
      StageUsers users = users(all, PlaceUnits::users);
      known =
          new People(
              users,
              users(all, PlaceUnits::exposed),
              users(all, PlaceUnits::exposedBefore).all(),
              all.get(TREATMENT).userCount().units(),
              all.get(CONTROL).userCount().units(),
              ofAll(all, PlaceUnits::exposedCount),
              ofAll(all, PlaceUnits::userCount),
              reporting(all, users),
              bothVariants(all.get(TREATMENT).leaked().size(), view.thinning()));
      people = known;
    }
    return known;
  }

  private List<PlaceUnits> units(MergedView view) {
    List<PlaceUnits> known = units;
    if (known == null) {
      known = view.units(places);
      units = known;
    }
    return known;
  }

  private static StageUsers users(List<PlaceUnits> units, Function<PlaceUnits, UnitSet> some) {
    return new StageUsers(
        some.apply(units.get(TREATMENT)),
        some.apply(units.get(SURPLUS)),
        some.apply(units.get(CONTROL)),
        some.apply(units.get(REMAINDER)));
  }

  /**
   * Who reported anything, where nearly all users of an arm do, so that each is expected to. Where
   * only some have something to report, as those who buy, how many do is what the treatment changes
   * and no loss.
   */
  private ArmCounts reporting(List<PlaceUnits> all, StageUsers users) {
    long treatment =
        reporting(all, TREATMENT, users.treatment()) + reporting(all, SURPLUS, users.surplus());
    long control = reporting(all, CONTROL, users.control());
    boolean isExpected =
        isNearlyAll(treatment, users.treated()) || isNearlyAll(control, users.control());
    return isExpected ? new ArmCounts(treatment, control) : ArmCounts.NONE;
  }

  private long reporting(List<PlaceUnits> all, int arm, UnitSet users) {
    return all.get(arm).withEvent(reporters.get(arm)).intersectionSize(users);
  }

  private static boolean isNearlyAll(long some, UnitSet users) {
    return !users.isEmpty() && some >= NEARLY_ALL * users.size();
  }

  /** Of both arms, the surplus included. */
  private static ArmCounts ofAll(List<PlaceUnits> units, Function<PlaceUnits, UnitCount> some) {
    return new ArmCounts(
        some.apply(units.get(TREATMENT)).units() + some.apply(units.get(SURPLUS)).units(),
        some.apply(units.get(CONTROL)).units());
  }

  /**
   * How many of all users were found in both variants. Leaks of all generations are known as far as
   * a unit is kept, so those found stand for 2^level each; as many as are tolerated are told as
   * they are, as so few are chance and would be made many.
   */
  private static long bothVariants(long found, Thinning thinning) {
    return found <= DataQuality.USUAL.bothArmsUsers() ? found : found << thinning.level();
  }

  /** To whom it happened; the metric was counted in this look. */
  StageUsers withEvent(MergedView view, Definition definition) {
    OfMetric metric = of(definition);
    StageUsers known = metric.withEvent;
    if (known == null) {
      StageUsers users = people(view).users();
      List<PlaceUnits> all = units(view);
      List<CellKey> keys = metric.keys;
      known =
          new StageUsers(
              withEvent(all, keys, TREATMENT).intersection(users.treatment()),
              withEvent(all, keys, SURPLUS).intersection(users.surplus()),
              withEvent(all, keys, CONTROL).intersection(users.control()),
              withEvent(all, keys, REMAINDER).intersection(users.remainder()));
      metric.withEvent = known;
    }
    return known;
  }

  /**
   * To whom it happened in an earlier generation of thinning, in any arm; the metric was counted in
   * this look.
   */
  UnitSet withEventBefore(MergedView view, Definition definition) {
    OfMetric metric = of(definition);
    UnitSet known = metric.withEventBefore;
    if (known == null) {
      known = UnitSet.nobody();
      if (view.thinning().generation() > 0) {
        List<PlaceUnits> all = units(view);
        for (int arm = 0; arm < all.size(); arm++) {
          known = known.union(all.get(arm).withEventBefore(metric.keys.get(arm)));
        }
      }
      metric.withEventBefore = known;
    }
    return known;
  }

  private static UnitSet withEvent(List<PlaceUnits> units, List<CellKey> keys, int arm) {
    return units.get(arm).withEvent(keys.get(arm));
  }

  /**
   * The values of both arms; empty: they are not kept any more. The metric was counted in this
   * look.
   */
  Optional<MetricCounts.Stage> values(MergedView view, Definition definition, Kind kind) {
    OfMetric metric = of(definition);
    Values known = metric.kept;
    if (known == null) {
      People all = people(view);
      Optional<MetricCounts.Arm> treatment =
          arm(view, metric.keys.get(TREATMENT), all.treatmentUsers(), kind);
      known =
          new Values(
              arm(view, metric.keys.get(CONTROL), all.controlUsers(), kind)
                  .flatMap(
                      control -> treatment.map(it -> new MetricCounts.Stage(number, control, it))));
      metric.kept = known;
    }
    return known.ofStage();
  }

  private static Optional<MetricCounts.Arm> arm(
      MergedView view, CellKey key, long users, Kind kind) {
    return view.make(
        key,
        cell -> {
          Optional<UserBuckets> buckets =
              kind == Kind.RATIO ? CellInputs.ratios(users, cell) : CellInputs.means(users, cell);
          return buckets.map(
              it ->
                  new MetricCounts.Arm(
                      it, kind == Kind.QUANTILE ? CellInputs.bins(cell) : Optional.empty()));
        });
  }
}
