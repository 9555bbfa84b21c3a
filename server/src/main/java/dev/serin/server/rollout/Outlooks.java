package dev.serin.server.rollout;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.v1.StageOutlook;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be expected of the stage that a run is in: by the clock, by the users it got so far,
 * and by what the newest look at it forecasts. Pure.
 */
final class Outlooks {
  private static final double MILLIS = 1e3;

  private Outlooks() {}

  /** Empty: the run is in no stage, or in its last one's end. */
  static Optional<StageOutlook> of(
      RunView view, StageTrack track, RunProgress progress, Instant now) {
    MachineState state = view.state();
    Phase phase = state.phase();
    boolean inStage =
        phase == Phase.RUNNING
            || phase == Phase.HOLDING
            || phase == Phase.PAUSED
            || phase == Phase.GATE;
    if (!inStage || state.stage() == 0) {
      return Optional.empty();
    }
    StagePlan stage = view.plan().stage(state.stage());
    StageOutlook.Builder outlook = StageOutlook.newBuilder();
    Duration dwelt = state.dwell(now);
    if (phase == Phase.RUNNING) {
      outlook.setDwellLeft(RunMessages.time(left(stage.dwell(), dwelt)));
      stage
          .maximum()
          .ifPresent(
              maximum ->
                  outlook.setMaximumLeft(RunMessages.time(left(maximum, state.timeInStage(now)))));
    }
    Optional<Verdict> look = progress.look(state.stage());
    // Users were counted up to the look, which may be old where another replica makes them.
    Instant counted =
        look.map(seen -> Instant.ofEpochMilli(Timestamps.toMillis(seen.getTime()))).orElse(now);
    double seconds =
        track
            .stage(state.stage())
            .map(seen -> Duration.between(seen.begin(), counted).toMillis() / MILLIS)
            .orElse(0.0);
    if (look.isEmpty() || seconds <= 0) {
      return Optional.of(outlook.addMissing("users: nobody has looked at this stage yet").build());
    }
    addUsers(outlook, stage, look.get(), seconds);
    if (phase == Phase.RUNNING) {
      addPromotion(outlook, look.get(), Duration.between(counted, now));
    }
    return Optional.of(outlook.build());
  }

  private static void addUsers(
      StageOutlook.Builder outlook, StagePlan stage, Verdict look, double seconds) {
    boolean all = stage.share().isAll();
    long users = look.getTreatmentUsers() + (all ? 0 : look.getControlUsers());
    long fewest = all ? users : Math.min(look.getTreatmentUsers(), look.getControlUsers());
    long missing = Math.max(0, stage.minimumUsers() - fewest);
    outlook.setUsersPerSecond(users / seconds);
    if (missing == 0) {
      outlook.setUsersLeft(RunMessages.time(Duration.ZERO));
    } else if (fewest > 0) {
      outlook.setUsersLeft(Durations.fromMillis(Math.round(missing * seconds / fewest * MILLIS)));
    } else {
      outlook.addMissing("users: none yet in one arm at least");
    }
  }

  /**
   * The times of the look's forecast, of which so much has passed.
   *
   * @param age of the look; a clock that was set back makes it none
   */
  private static void addPromotion(StageOutlook.Builder outlook, Verdict look, Duration age) {
    Duration passed = age.isNegative() ? Duration.ZERO : age;
    if (look.hasPromotedMedian()) {
      outlook.setPromotedMedian(left(look.getPromotedMedian(), passed));
    }
    if (look.hasPromotedP90()) {
      outlook.setPromotedP90(left(look.getPromotedP90(), passed));
    }
    boolean goesOn = look.getAction() == VerdictAction.VERDICT_ACTION_GO_ON;
    if (goesOn && !look.hasPromotedMedian()) {
      outlook.addMissing("promotion: never, or what was shown so far tells no time");
    }
  }

  private static Duration left(Duration whole, Duration passed) {
    Duration left = whole.minus(passed);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static com.google.protobuf.Duration left(
      com.google.protobuf.Duration whole, Duration passed) {
    return Durations.fromMillis(Math.max(0, Durations.toMillis(whole) - passed.toMillis()));
  }
}
