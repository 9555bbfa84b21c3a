package dev.serin.server.rollout;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.forecast.Baseline;
import dev.serin.server.rollout.forecast.RolloutForecast;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.v1.MetricKind;
import dev.serin.v1.StageForecast;
import dev.serin.v1.StageOutlook;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictMetric;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be expected of the stage that a run is in: by the clock, by the users it got so far,
 * and by the forecast of its plan for that traffic and what the control shows. Keeps the last
 * forecast, which takes long and changes slowly. Not thread-safe.
 */
final class Outlooks {
  /** How long a forecast is kept. */
  private static final Duration KEPT = Duration.ofSeconds(30);

  private static final double MILLIS = 1e3;

  private record Kept(int stage, Instant made, StageForecast forecast) {}

  private @Nullable Kept kept;

  /** Empty: the run is in no stage, or in its last one's end. */
  Optional<StageOutlook> of(RunView view, StageTrack track, RunProgress progress, Instant now) {
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
      addPromotion(outlook, view, look.get(), seconds, dwelt, now);
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

  private void addPromotion(
      StageOutlook.Builder outlook,
      RunView view,
      Verdict look,
      double seconds,
      Duration dwelt,
      Instant now) {
    StagePlan stage = view.plan().stage(view.state().stage());
    // Of all who reach the split, the treatment's share is the treatment's.
    double usersPerSecond = look.getTreatmentUsers() / seconds / stage.share().fraction();
    if (!(usersPerSecond > 0)) {
      return;
    }
    StageForecast forecast = forecast(view, look, usersPerSecond, now);
    if (!forecast.getMissing().isEmpty()) {
      outlook.addMissing("promotion: " + forecast.getMissing());
    }
    if (forecast.hasPromotedMedian()) {
      outlook.setPromotedMedian(left(forecast.getPromotedMedian(), dwelt));
    }
    if (forecast.hasPromotedP90()) {
      outlook.setPromotedP90(left(forecast.getPromotedP90(), dwelt));
    }
  }

  private StageForecast forecast(RunView view, Verdict look, double usersPerSecond, Instant now) {
    int stage = view.state().stage();
    Kept last = kept;
    if (last == null
        || last.stage() != stage
        || last.made().isAfter(now)
        || last.made().plus(KEPT).isBefore(now)) {
      StageForecast made =
          RolloutForecast.of(
                  view.plan(), view.metrics(), usersPerSecond, baselines(look), List.of())
              .getStages(stage - 1);
      last = new Kept(stage, now, made);
      kept = last;
    }
    return last.forecast();
  }

  /** What the control shows of events; of means their deviation is not known here. */
  private static Map<String, Baseline> baselines(Verdict look) {
    Map<String, Baseline> baselines = new HashMap<>();
    for (VerdictMetric metric : look.getMetricsList()) {
      double value = metric.getControlValue();
      if (metric.getKind() == MetricKind.METRIC_KIND_EVENT && value > 0 && value < 1) {
        baselines.put(metric.getMetric(), new Baseline.Event(value));
      }
    }
    return baselines;
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
