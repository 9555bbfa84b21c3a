package dev.serin.server.rollout.notice;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.journal.WaitingNotification;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.NotificationPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RolloutTransition;
import java.util.List;
import java.util.Optional;

/** Tells what the log of a run says, to whom its plan names. Safe for all threads; blocks. */
public final class RunNotices implements NoticeSource {
  private static final String STATE_PREFIX = "ROLLOUT_STATE_";

  private final Runs runs;

  /** Of these runs. */
  public RunNotices(Runs runs) {
    this.runs = runs;
  }

  @Override
  public Optional<Notice> notice(WaitingNotification waiting) {
    Optional<RunReading> run = runs.find(waiting.run());
    if (run.isEmpty()) {
      return Optional.empty();
    }
    // That of one run: no error of the store, which would keep all others from being told of.
    String unreadable = run.get().unreadable();
    RolloutPlan plan = run.get().plan().orElseThrow(() -> new IllegalArgumentException(unreadable));
    // With the entry before it, for the state that it left.
    List<LoggedEntry> entries =
        runs.log(waiting.run(), Math.max(0, waiting.number() - 2), 2).stream()
            .filter(entry -> entry.stored().number() <= waiting.number())
            .toList();
    if (entries.isEmpty()
        || entries.getLast().stored().number() != waiting.number()
        || waiting.target() >= plan.notifications().size()) {
      return Optional.empty();
    }
    NotificationPlan target = plan.notifications().get(waiting.target());
    RolloutTransition.Builder transition =
        transition(run.get().stored().origin(), plan, entries.getLast());
    if (entries.size() > 1) {
      transition.setFromState(state(entries.getFirst().stored()));
    }
    return Optional.of(new Notice(target.url(), target.secret(), transition.build()));
  }

  private static RolloutTransition.Builder transition(
      RunOrigin origin, RolloutPlan plan, LoggedEntry entry) {
    StoredEntry stored = entry.stored();
    RolloutTransition.Builder transition =
        RolloutTransition.newBuilder()
            .setNamespace(origin.namespace())
            .setRollout(origin.rollout())
            .setRunId(origin.run())
            .setFeature(origin.feature())
            .setNumber(Math.toIntExact(stored.number()))
            .setTime(Timestamps.fromMillis(stored.timeMillis()))
            .setActor(stored.actor())
            .setState(state(stored))
            .setStage(stored.stage())
            .setTrafficShare(traffic(plan, stored).fraction())
            .setReason(stored.reason());
    if (stored.stage() > 0) {
      transition.setStageName(plan.stage(stored.stage()).name());
    }
    entry
        .evidence()
        .verdict()
        .ifPresent(
            verdict -> transition.setVerdict(verdict.getSentence()).setMetric(verdict.getMetric()));
    return transition;
  }

  private static RolloutState state(StoredEntry entry) {
    return RolloutState.valueOf(STATE_PREFIX + entry.phase());
  }

  /** The treatment's share after an entry: that of its stage, while the run moves it. */
  private static TrafficShare traffic(RolloutPlan plan, StoredEntry entry) {
    return switch (Phase.valueOf(entry.phase())) {
      case PENDING, ROLLING_BACK, ROLLED_BACK, CANCELLED -> TrafficShare.NONE;
      case COMPLETED -> TrafficShare.ALL;
      case GATE, RUNNING, HOLDING, PAUSED ->
          entry.stage() == 0 ? TrafficShare.NONE : plan.stage(entry.stage()).share();
    };
  }
}
