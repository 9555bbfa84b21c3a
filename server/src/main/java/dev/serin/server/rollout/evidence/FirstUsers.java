package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.outcome.aggregate.UnitSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Users of a run's stages, each counted once: where they were first seen.
 *
 * <p>Whoever was seen before under another share is no evidence any more, in whatever arm: users of
 * the remainder too. Where the treatment grows from a tenth to eight tenths they enter it all but
 * alone, and whoever of them errs again would speak against the treatment. Under one share both
 * arms grow alike, and their sets over the stages are one.
 */
final class FirstUsers {
  private FirstUsers() {}

  /**
   * Users of a stage.
   *
   * @param share the treatment's share of both arms, above 0 and below 1
   * @param users of the stage
   */
  record Stage(double share, StageUsers users) {}

  /**
   * The users of an event by share, each under the first.
   *
   * @param before users whom the processes of earlier generations of thinning have counted, or
   *     might have: what they showed is kept, and they are new in no stage
   */
  static RunProcess process(List<Stage> stages, UnitSet before) {
    List<RunProcess.Part> parts = new ArrayList<>();
    UnitSet seen = before;
    int next = 0;
    while (next < stages.size()) {
      int first = next;
      double share = stages.get(first).share();
      UnitSet treated = UnitSet.nobody();
      UnitSet control = UnitSet.nobody();
      for (; next < stages.size() && stages.get(next).share() == share; next++) {
        StageUsers users = stages.get(next).users();
        treated = treated.union(users.treated());
        control = control.union(users.control());
      }
      parts.add(new RunProcess.Part(share, counts(treated, control, seen)));
      if (next < stages.size()) {
        seen = with(seen, stages.subList(first, next));
      }
    }
    return new RunProcess(parts);
  }

  /**
   * The first exposures of each stage.
   *
   * @param before users exposed in an earlier generation of thinning
   */
  static List<SampleRatio.Factor> exposures(List<Stage> stages, UnitSet before) {
    List<SampleRatio.Factor> factors = new ArrayList<>();
    UnitSet seen = before;
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      ArmCounts first = counts(stage.users().treated(), stage.users().control(), seen);
      factors.add(
          new SampleRatio.Factor(
              List.of(stage.share(), 1 - stage.share()),
              List.of(first.treatment(), first.control())));
      if (i + 1 < stages.size()) {
        seen = with(seen, List.of(stage));
      }
    }
    return factors;
  }

  private static UnitSet with(UnitSet seen, List<Stage> stages) {
    UnitSet all = seen;
    for (Stage stage : stages) {
      all = all.union(stage.users().all());
    }
    return all;
  }

  /** How many of both are new; whoever is in both is in neither. */
  private static ArmCounts counts(UnitSet treated, UnitSet control, UnitSet seen) {
    UnitSet newTreated = treated.without(seen);
    UnitSet newControl = control.without(seen);
    long inBoth = newTreated.intersectionSize(newControl);
    return new ArmCounts(newTreated.size() - inBoth, newControl.size() - inBoth);
  }
}
