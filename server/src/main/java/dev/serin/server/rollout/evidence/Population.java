package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.outcome.aggregate.UnitSet;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import java.util.ArrayList;
import java.util.List;

/**
 * The users of a run up to the stage it is in.
 *
 * @param plan of the run
 * @param people of the stages so far, in order
 * @param compared distinct users of both arms in any stage with a control, without surplus: no
 *     fewer than any of these stages shows; an estimate of all once sets are thinned, as values are
 *     not
 * @param exposed the same with the surplus, of whom events are counted: once sets are thinned those
 *     first seen since, never an estimate
 */
record Population(
    RolloutPlan plan, List<StageReader.People> people, ArmCounts compared, ArmCounts exposed) {
  static Population of(List<StageReader.People> people, RolloutPlan plan) {
    UnitSet equal = UnitSet.nobody();
    UnitSet treated = UnitSet.nobody();
    UnitSet control = UnitSet.nobody();
    long mostTreated = 0;
    long mostControl = 0;
    for (int i = 0; i < people.size(); i++) {
      if (!plan.stage(i + 1).share().isAll()) {
        StageUsers users = people.get(i).users();
        equal = equal.union(users.treatment());
        treated = treated.union(users.treated());
        control = control.union(users.control());
        // Once sets are thinned these are the estimates of all.
        mostTreated = Math.max(mostTreated, people.get(i).treatmentUsers());
        mostControl = Math.max(mostControl, people.get(i).controlUsers());
      }
    }
    long controls = Math.max(mostControl, control.size());
    return new Population(
        plan,
        people,
        new ArmCounts(Math.max(mostTreated, equal.size()), controls),
        new ArmCounts(treated.size(), control.size()));
  }

  /**
   * Stages with a control, to count users where they were seen first.
   *
   * @param some of the users of each stage so far
   */
  List<FirstUsers.Stage> first(List<StageUsers> some) {
    List<FirstUsers.Stage> first = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      if (!plan.stage(i + 1).share().isAll()) {
        double share = Judge.treatmentShare(plan.stage(i + 1).share());
        first.add(new FirstUsers.Stage(share, some.get(i)));
      }
    }
    return first;
  }
}
