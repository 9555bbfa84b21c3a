package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Since when a run stands at the gate it stands at. Told by its log, so that each holder of the
 * lease knows it alike; entries that leave the run where it is (a period that ends, a gap between
 * looks) do not change it, a person's command that has the gate asked again does.
 *
 * @param version of the run that this is known of
 * @param entry number of the entry that brought it there
 * @param atGate what it had spent at this gate before, as when a pause ended
 */
record Opening(long version, long entry, Duration atGate) {
  /** Entries that are read at once. */
  private static final int PAGE = 100;

  /** Checks that all is there. */
  Opening {
    requireNonNull(atGate, "atGate");
  }

  /** Reads a run's log; where it cannot be read, its newest entry counts. */
  static Opening of(HeldRun run, Journal journal) {
    try {
      return played(run, journal);
    } catch (IllegalArgumentException unreadable) {
      MachineState now = run.state();
      return new Opening(now.version(), now.version(), now.times().atGate());
    }
  }

  private static Opening played(HeldRun run, Journal journal) {
    long version = run.state().version();
    RolloutMachine machine = new RolloutMachine(run.plan());
    MachineState state = MachineState.pending(Instant.EPOCH);
    Opening opening = new Opening(version, version, Duration.ZERO);
    while (state.version() < version) {
      List<StoredEntry> page = journal.log(run.id(), state.version(), PAGE);
      if (page.isEmpty()) {
        throw new IllegalArgumentException("log: ends before version " + version);
      }
      for (StoredEntry stored : page) {
        if (stored.number() > version) {
          return opening;
        }
        Instant time = Instant.ofEpochMilli(stored.timeMillis());
        MachineState before = state.version() == 0 ? MachineState.pending(time) : state;
        state = played(machine, before, stored, time);
        if (!isSameGate(before, state)) {
          opening = new Opening(version, stored.number(), state.times().atGate());
        }
      }
    }
    return opening;
  }

  private static MachineState played(
      RolloutMachine machine, MachineState before, StoredEntry stored, Instant time) {
    Event event = EventCodec.decode(stored.event());
    if (machine.apply(before, event, time) instanceof Step.Moved moved) {
      return moved.state();
    }
    throw new IllegalArgumentException("entry " + stored.number() + ": moves nothing");
  }

  private static boolean isSameGate(MachineState before, MachineState after) {
    return isAsked(before)
        && isAsked(after)
        && before.stage() == after.stage()
        && before.gate() == after.gate();
  }

  private static boolean isAsked(MachineState state) {
    return state.phase() == Phase.GATE && !state.gateRefused();
  }
}
