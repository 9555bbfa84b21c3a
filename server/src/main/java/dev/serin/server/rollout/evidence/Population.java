package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.outcome.aggregate.UnitSet;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The users of a run up to the stage it is in.
 *
 * @param plan of the run
 * @param stages so far, in order
 * @param users of each
 * @param compared distinct users of both arms in any stage with a control, without surplus: no
 *     fewer than any of these stages shows
 * @param exposed the same with the surplus
 */
record Population(
    RolloutPlan plan,
    List<StageUnits> stages,
    List<StageUnits.Users> users,
    ArmCounts compared,
    ArmCounts exposed) {
  static Population of(List<StageUnits> stages, RolloutPlan plan) {
    List<StageUnits.Users> users = stages.stream().map(StageUnits::users).toList();
    UnitSet equal = UnitSet.nobody();
    UnitSet treated = UnitSet.nobody();
    UnitSet control = UnitSet.nobody();
    long mostTreated = 0;
    long mostControl = 0;
    for (int i = 0; i < stages.size(); i++) {
      if (!plan.stage(i + 1).share().isAll()) {
        equal = equal.union(users.get(i).treatment());
        treated = treated.union(users.get(i).treated());
        control = control.union(users.get(i).control());
        // Once sets are thinned these are the estimates of all.
        mostTreated = Math.max(mostTreated, stages.get(i).treatmentUsers());
        mostControl = Math.max(mostControl, stages.get(i).controlUsers());
      }
    }
    long controls = Math.max(mostControl, control.size());
    return new Population(
        plan,
        stages,
        users,
        new ArmCounts(Math.max(mostTreated, equal.size()), controls),
        new ArmCounts(Math.max(mostTreated, treated.size()), controls));
  }

  /** Some of the users of each stage with a control, to be counted where they were seen first. */
  List<FirstUsers.Stage> first(Function<StageUnits, StageUnits.Users> some) {
    List<FirstUsers.Stage> first = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      if (!plan.stage(i + 1).share().isAll()) {
        double share = Judge.treatmentShare(plan.stage(i + 1).share());
        first.add(new FirstUsers.Stage(share, some.apply(stages.get(i))));
      }
    }
    return first;
  }
}
