package dev.serin.server.rollout.control;

import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.StateCodec;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Rollout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads runs and their logs, for whoever shows them. Safe for all threads; blocks for the store.
 */
public final class Runs {
  private final Journal journal;

  /** Those of a store. */
  public Runs(Journal journal) {
    this.journal = journal;
  }

  /** A rollout's newest run; empty: it was never started. */
  public Optional<RunReading> newest(String namespace, String rollout) {
    return journal.newest(namespace, rollout).map(this::read);
  }

  /**
   * The newest run of each rollout of a namespace that was ever started, by the rollout's key, as
   * it is stored: one that this server cannot read is among them.
   *
   * @param after key of the rollout before the first; empty: from the first on
   * @param limit at most so many, 1 or more
   */
  public List<StoredRun> newestOf(String namespace, String after, int limit) {
    return journal.newestOf(namespace, after, limit);
  }

  /** A run by its id. */
  public Optional<RunReading> find(String run) {
    return journal.find(run).map(this::read);
  }

  /** A run that came from the store, as far as this version of the server can read it. */
  public RunReading read(StoredRun stored) {
    Optional<RolloutPlan> readable = Optional.empty();
    try {
      RunDocuments documents = RunDocuments.decode(stored.origin().documents());
      RolloutPlan plan = documents.plan();
      readable = Optional.of(plan);
      MachineState state = state(stored);
      if (state.stage() > plan.stages().size()) {
        throw new IllegalArgumentException(
            "stage: " + state.stage() + " (expected: one of the " + plan.stages().size() + ")");
      }
      return RunReading.of(new RunView(stored, plan, documents.judged(plan), state));
    } catch (IllegalArgumentException e) {
      return new RunReading(stored, readable, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * The rollout's document as it was when the run was started.
   *
   * @throws IllegalArgumentException where this version of the server cannot read it
   */
  public Rollout document(StoredRun stored) {
    return RunDocuments.decode(stored.origin().documents()).rollout();
  }

  static MachineState state(StoredRun stored) {
    MachineState state = StateCodec.decode(stored.standing().state());
    if (state.version() != stored.version()) {
      throw new IllegalArgumentException(
          "state of run "
              + stored.origin().run()
              + ": of version "
              + state.version()
              + " (expected: "
              + stored.version()
              + ")");
    }
    return state;
  }

  /**
   * Entries of a run's log, oldest first.
   *
   * @param after number of the entry before the first; 0: from the first on
   * @param limit at most so many, 1 or more
   */
  public List<LoggedEntry> log(String run, long after, int limit) {
    return journal.log(run, after, limit).stream().map(Runs::logged).toList();
  }

  private static LoggedEntry logged(StoredEntry stored) {
    List<String> unreadable = new ArrayList<>();
    if (Arrays.stream(Phase.values()).noneMatch(it -> it.name().equals(stored.phase()))) {
      unreadable.add("phase: " + stored.phase() + " (expected: one that this server knows)");
    }
    return new LoggedEntry(
        stored,
        readable(() -> EventCodec.decode(stored.event()), unreadable),
        readable(() -> EntryEvidence.decode(stored.evidence()), unreadable)
            .orElse(EntryEvidence.NONE),
        String.join("; ", unreadable));
  }

  /** Empty: not this part, which is noted. */
  private static <T> Optional<T> readable(Supplier<T> reading, List<String> unreadable) {
    try {
      return Optional.of(reading.get());
    } catch (IllegalArgumentException e) {
      unreadable.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
