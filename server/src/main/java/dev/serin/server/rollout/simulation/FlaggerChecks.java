package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import java.util.OptionalDouble;

/**
 * Flagger's failed checks (pkg/controller/scheduler.go): they are counted in all, a check without
 * values fails, a check that fails advances nothing, and the rollback comes with the check after
 * the one that reached the threshold.
 */
final class FlaggerChecks implements SimulatedJudge {
  private final SuccessRate rate;
  private final double minimum;
  private final int threshold;
  private final int intervalSeconds;
  private int failed;

  FlaggerChecks(SuccessRate rate, double minimum, int threshold, int intervalSeconds) {
    this.rate = rate;
    this.minimum = minimum;
    this.threshold = threshold;
    this.intervalSeconds = intervalSeconds;
  }

  @Override
  public Verdict judge(Look look) {
    if (look.second() % intervalSeconds != 0) {
      return says(Action.GO_ON);
    }
    if (failed >= threshold) {
      return says(Action.ROLL_BACK);
    }
    OptionalDouble measured = rate.next(look);
    boolean fails = measured.isEmpty() || measured.getAsDouble() < minimum;
    failed += fails ? 1 : 0;
    return says(fails ? Action.GO_ON : Action.PROMOTE);
  }

  private Verdict says(Action action) {
    return new Verdict(action, "", failed + " checks failed (threshold " + threshold + ")", "");
  }
}
