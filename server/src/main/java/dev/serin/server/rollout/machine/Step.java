package dev.serin.server.rollout.machine;

import java.util.List;

/** What an event does to a run. */
public sealed interface Step {
  /**
   * It moves.
   *
   * @param state the state after
   * @param entry to be appended to the log
   * @param effects to be carried out, in this order, in the transaction that appends the entry
   */
  record Moved(MachineState state, LogEntry entry, List<Effect> effects) implements Step {
    /** Copies the list. */
    public Moved {
      effects = List.copyOf(effects);
    }
  }

  /**
   * Nothing changes, and nothing is wrong.
   *
   * @param because what it waits for, or that it is so already
   */
  record Stayed(String because) implements Step {}

  /**
   * The event makes no sense in this state; nothing changes.
   *
   * @param because why, and what would help
   */
  record Refused(String because) implements Step {}
}
