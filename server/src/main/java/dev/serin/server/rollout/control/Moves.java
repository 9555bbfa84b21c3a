package dev.serin.server.rollout.control;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.Standing;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.machine.LogEntry;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.StateCodec;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.plan.NotificationPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.RolloutState;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Moves of the machine as the journal writes them. */
final class Moves {
  private Moves() {}

  /**
   * A move.
   *
   * @param judge what the judge keeps after it; empty: as before
   */
  static Move of(
      String run,
      RolloutPlan plan,
      Step.Moved moved,
      EntryEvidence evidence,
      Optional<ByteString> judge) {
    LogEntry entry = moved.entry();
    MachineState after = moved.state();
    return new Move(
        run,
        after.version() - 1,
        new Standing(
            after.phase().name(), after.stage(), !after.phase().isOver(), StateCodec.encode(after)),
        entry.time().toEpochMilli(),
        entry.actor(),
        entry.reason(),
        EventCodec.encode(entry.event()),
        evidence.encode(),
        judge,
        targets(plan, entry));
  }

  /** The run as a move that was written leaves it. */
  static StoredRun after(StoredRun before, Move move) {
    return new StoredRun(
        before.origin(),
        before.number(),
        move.version(),
        move.timeMillis(),
        move.after(),
        move.judge().orElse(before.judge()),
        before.looked());
  }

  /** Whom the plan wants to hear of an entry, counted from 0. */
  private static List<Integer> targets(RolloutPlan plan, LogEntry entry) {
    List<NotificationPlan> all = plan.notifications();
    boolean begins = entry.from() != entry.to() || entry.fromStage() != entry.toStage();
    RolloutState state = state(entry.to());
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i).on().isEmpty() || (begins && all.get(i).wants(state)))
        .boxed()
        .toList();
  }

  /** A phase as messages and documents name it. */
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
}
