package dev.serin.server.rollout;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.journal.StoredMoment;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.HoldCause;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.Promote;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutHold;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StageKind;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Runs and their logs as messages. */
final class RunMessages {
  private RunMessages() {}

  /** A rollout that was never started. */
  static RolloutRun never(String namespace, Rollout rollout) {
    return RolloutRun.newBuilder()
        .setNamespace(namespace)
        .setRollout(rollout.getKey())
        .setFeature(rollout.getFeature())
        .setSplit(rollout.getSplit())
        .setTreatment(rollout.getTreatment())
        .setControl(rollout.getControl())
        .build();
  }

  /** A run, but for what its log says. */
  static RolloutRun.Builder run(RunView view) {
    StoredRun stored = view.stored();
    RolloutPlan plan = view.plan();
    int stage = view.state().stage();
    TrafficShare traffic = view.state().traffic();
    return RolloutRun.newBuilder()
        .setRunId(stored.origin().run())
        .setNamespace(stored.origin().namespace())
        .setRollout(stored.origin().rollout())
        .setFeature(stored.origin().feature())
        .setSplit(stored.origin().split())
        .setTreatment(plan.treatment())
        .setControl(plan.control())
        .setNumber(stored.number())
        .setState(state(view.state().phase()))
        .setStage(stage)
        .setStageName(name(plan, stage))
        .setStages(plan.stages().size())
        .setVersion(stored.version())
        .setSince(Timestamps.fromMillis(stored.timeMillis()))
        .setTraffic(traffic.parts())
        .setTrafficOf(traffic.of())
        .setHold(hold(view.state().hold()))
        .setActive(stored.standing().active());
  }

  /** A run of which only the row can be read, for sure. */
  static RolloutRun.Builder unreadable(StoredRun stored, String why) {
    return RolloutRun.newBuilder()
        .setRunId(stored.origin().run())
        .setNamespace(stored.origin().namespace())
        .setRollout(stored.origin().rollout())
        .setFeature(stored.origin().feature())
        .setSplit(stored.origin().split())
        .setNumber(stored.number())
        .setState(state(phase(stored.standing().phase())))
        .setStage(stored.standing().stage())
        .setVersion(stored.version())
        .setSince(Timestamps.fromMillis(stored.timeMillis()))
        .setActive(stored.standing().active())
        .setReason("not readable by this server: " + why)
        .setUnreadable(why);
  }

  /** A run with its first and its last entry. */
  static RolloutRun.Builder run(RunView view, StoredEntry first, StoredEntry last) {
    return run(view)
        .setReason(last.reason())
        .setActor(last.actor())
        .setStartTime(Timestamps.fromMillis(first.timeMillis()));
  }

  /**
   * An entry of a run's log.
   *
   * @param from what the entry before it led to
   */
  static RolloutLogEntry entry(RunReading run, Standing from, LoggedEntry logged) {
    StoredEntry stored = logged.stored();
    Standing to = Standing.after(stored);
    RolloutLogEntry.Builder entry =
        RolloutLogEntry.newBuilder()
            .setRollout(run.stored().origin().rollout())
            .setRunId(run.stored().origin().run())
            .setVersion(stored.number())
            .setTime(Timestamps.fromMillis(stored.timeMillis()))
            .setState(state(to.phase()))
            .setStage(to.stage())
            .setFromState(state(from.phase()))
            .setFromStage(from.stage())
            .setLease(stored.fence())
            .setNote(ChangeNote.newBuilder().setActor(stored.actor()).setReason(stored.reason()))
            .setUnreadable(logged.unreadable());
    run.plan().ifPresent(plan -> entry.setStageName(name(plan, to.stage())));
    from.traffic(run.plan())
        .ifPresent(it -> entry.setFromTraffic(it.parts()).setFromTrafficOf(it.of()));
    to.traffic(run.plan()).ifPresent(it -> entry.setTraffic(it.parts()).setTrafficOf(it.of()));
    logged.evidence().verdict().ifPresent(entry::setVerdict);
    logged.event().ifPresent(event -> setKind(entry, event));
    return entry.build();
  }

  private static void setKind(RolloutLogEntry.Builder entry, Event event) {
    switch (event) {
      case Event.Command command ->
          entry
              .setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND)
              .setCommand(command(command.kind()));
      case Event.Tick tick -> entry.setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_LOOK);
      case Event.GateResult result -> entry.setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_GATE);
      case Event.HoldersAcknowledged holders ->
          entry.setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_HOLDERS);
    }
  }

  /**
   * Where a run stood after an entry.
   *
   * @param phase empty: one that this version of the server does not know
   * @param stage from 1; 0: none yet
   */
  record Standing(Optional<Phase> phase, int stage) {
    /** Before the first entry. */
    static final Standing BEGIN = new Standing(Optional.of(Phase.PENDING), 0);

    static Standing after(StoredEntry entry) {
      return new Standing(RunMessages.phase(entry.phase()), entry.stage());
    }

    static Standing after(StoredMoment moment) {
      return new Standing(RunMessages.phase(moment.phase()), moment.stage());
    }

    /** Whether its log has ended. */
    boolean ended() {
      return phase.filter(Phase::isOver).isPresent();
    }

    /** Whether nothing is served by the run any more, or it is about to be so. */
    boolean isOver() {
      return phase.filter(it -> it.isOver() || it == Phase.ROLLING_BACK).isPresent();
    }

    /**
     * The treatment's share: nothing but phase and stage decides it. Empty: not known.
     *
     * @param plan empty: it cannot be read
     */
    Optional<TrafficShare> traffic(Optional<RolloutPlan> plan) {
      return phase.flatMap(
          it ->
              switch (it) {
                case PENDING, ROLLING_BACK, ROLLED_BACK, CANCELLED ->
                    Optional.of(TrafficShare.NONE);
                case GATE, RUNNING, HOLDING, PAUSED ->
                    stage == 0
                        ? Optional.of(TrafficShare.NONE)
                        : plan.filter(read -> stage <= read.stages().size())
                            .map(read -> read.stage(stage).share());
                case COMPLETED -> Optional.of(TrafficShare.ALL);
              });
    }
  }

  static String name(RolloutPlan plan, int stage) {
    return stage == 0 || stage > plan.stages().size() ? "" : plan.stage(stage).name();
  }

  private static Optional<Phase> phase(String name) {
    return Arrays.stream(Phase.values()).filter(it -> it.name().equals(name)).findFirst();
  }

  /** Unspecified of a phase that this version of the server does not know. */
  static RolloutState state(Optional<Phase> phase) {
    return phase.map(RunMessages::state).orElse(RolloutState.ROLLOUT_STATE_UNSPECIFIED);
  }

  static RolloutState state(Phase phase) {
    return switch (phase) {
      case PENDING -> RolloutState.ROLLOUT_STATE_PENDING;
      case GATE -> RolloutState.ROLLOUT_STATE_GATE;
      case RUNNING -> RolloutState.ROLLOUT_STATE_RUNNING;
      case HOLDING -> RolloutState.ROLLOUT_STATE_HOLDING;
      case PAUSED -> RolloutState.ROLLOUT_STATE_PAUSED;
      case ROLLING_BACK -> RolloutState.ROLLOUT_STATE_ROLLING_BACK;
      case ROLLED_BACK -> RolloutState.ROLLOUT_STATE_ROLLED_BACK;
      case COMPLETED -> RolloutState.ROLLOUT_STATE_COMPLETED;
      case CANCELLED -> RolloutState.ROLLOUT_STATE_CANCELLED;
    };
  }

  private static RolloutHold hold(HoldCause hold) {
    return switch (hold) {
      case NONE -> RolloutHold.ROLLOUT_HOLD_UNSPECIFIED;
      case VERDICT -> RolloutHold.ROLLOUT_HOLD_VERDICT;
      case STALE_EVIDENCE -> RolloutHold.ROLLOUT_HOLD_STALE_EVIDENCE;
      case FROZEN -> RolloutHold.ROLLOUT_HOLD_FROZEN;
      case MAXIMUM -> RolloutHold.ROLLOUT_HOLD_MAXIMUM;
      case KILLED -> RolloutHold.ROLLOUT_HOLD_KILLED;
    };
  }

  private static RolloutCommand command(CommandKind kind) {
    return switch (kind) {
      case START -> RolloutCommand.ROLLOUT_COMMAND_START;
      case PAUSE -> RolloutCommand.ROLLOUT_COMMAND_PAUSE;
      case RESUME -> RolloutCommand.ROLLOUT_COMMAND_RESUME;
      case APPROVE -> RolloutCommand.ROLLOUT_COMMAND_APPROVE;
      case ADVANCE -> RolloutCommand.ROLLOUT_COMMAND_ADVANCE;
      case PROMOTE -> RolloutCommand.ROLLOUT_COMMAND_PROMOTE;
      case ROLL_BACK -> RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK;
      case CANCEL -> RolloutCommand.ROLLOUT_COMMAND_CANCEL;
      case KILL -> RolloutCommand.ROLLOUT_COMMAND_KILL;
      case REVIVE -> RolloutCommand.ROLLOUT_COMMAND_REVIVE;
    };
  }

  static StageKind kind(StagePlan stage) {
    return switch (stage.kind()) {
      case CANARY -> StageKind.STAGE_KIND_CANARY;
      case AB_TEST -> StageKind.STAGE_KIND_AB_TEST;
      case EXPAND -> StageKind.STAGE_KIND_EXPAND;
      case FULL -> StageKind.STAGE_KIND_FULL;
    };
  }

  static Promote promote(StagePlan stage) {
    return switch (stage.promotion()) {
      case NO_REGRESSION -> Promote.PROMOTE_NO_REGRESSION;
      case NON_INFERIOR -> Promote.PROMOTE_NON_INFERIOR;
      case SUPERIOR -> Promote.PROMOTE_SUPERIOR;
    };
  }

  static AtMaximum atMaximum(StagePlan stage) {
    if (stage.maximum().isEmpty()) {
      return AtMaximum.AT_MAXIMUM_UNSPECIFIED;
    }
    return switch (stage.atMaximum()) {
      case HOLD -> AtMaximum.AT_MAXIMUM_HOLD;
      case ROLL_BACK -> AtMaximum.AT_MAXIMUM_ROLL_BACK;
      case SHIP -> AtMaximum.AT_MAXIMUM_SHIP;
    };
  }

  static Duration time(java.time.Duration time) {
    return Durations.fromMillis(time.toMillis());
  }

  static Timestamp time(Instant time) {
    return Timestamps.fromMillis(time.toEpochMilli());
  }
}
