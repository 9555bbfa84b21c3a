package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.server.outcome.aggregate.UnitSet;
import java.util.List;
import java.util.function.Function;

/**
 * The users of one stage by what the run's processes ask for; those found in two variants are in
 * none.
 *
 * @param places of treatment, surplus, control and remainder, in this order
 * @param units of each
 */
record StageUnits(List<Place> places, List<PlaceUnits> units) {
  private static final int TREATMENT = 0;
  private static final int SURPLUS = 1;
  private static final int CONTROL = 2;
  private static final int REMAINDER = 3;

  /** Some of a stage's users, by what they were given. */
  record Users(UnitSet treatment, UnitSet surplus, UnitSet control, UnitSet remainder) {
    /** Who was given the treatment. */
    UnitSet treated() {
      return treatment.union(surplus);
    }

    /** All of them. */
    UnitSet all() {
      return treated().union(control).union(remainder);
    }
  }

  static StageUnits of(MergedView view, List<Place> places) {
    return new StageUnits(places, view.units(places));
  }

  /** Who was exposed, or named by an outcome. */
  Users users() {
    return each(PlaceUnits::users);
  }

  /** Whose exposure was counted where it was decided. */
  Users exposed() {
    return each(PlaceUnits::exposed);
  }

  /** To whom it happened. */
  Users withEvent(Definition event) {
    return new Users(
        withEvent(TREATMENT, event),
        withEvent(SURPLUS, event),
        withEvent(CONTROL, event),
        withEvent(REMAINDER, event));
  }

  private UnitSet withEvent(int arm, Definition event) {
    PlaceUnits ofArm = units.get(arm);
    return ofArm.withEvent(event.at(places.get(arm))).intersection(ofArm.users());
  }

  private Users each(Function<PlaceUnits, UnitSet> sets) {
    return new Users(
        sets.apply(units.get(TREATMENT)),
        sets.apply(units.get(SURPLUS)),
        sets.apply(units.get(CONTROL)),
        sets.apply(units.get(REMAINDER)));
  }

  /** Users of the treatment, without the surplus, as they are shown: an estimate once thinned. */
  long treatmentUsers() {
    return units.get(TREATMENT).userCount().units();
  }

  /** Users of the control, as they are shown. */
  long controlUsers() {
    return units.get(CONTROL).userCount().units();
  }

  Place treatment() {
    return places.get(TREATMENT);
  }

  Place control() {
    return places.get(CONTROL);
  }
}
