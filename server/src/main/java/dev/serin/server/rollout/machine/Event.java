package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What happens to a run. */
public sealed interface Event {
  /** What a person may ask for. */
  enum CommandKind {
    /** Begin the run. */
    START,
    /** Do not move upwards. */
    PAUSE,
    /** Go on; ask a refused gate again; repeat a stage that reached its maximum. */
    RESUME,
    /** Pass the gate that waits for an approval. */
    APPROVE,
    /** Enter the next stage now, whatever gate or evidence is missing. */
    ADVANCE,
    /** Serve the treatment to everybody now. */
    PROMOTE,
    /** Serve the control to everybody now. */
    ROLL_BACK,
    /** End the run, control for everybody. */
    CANCEL,
    /** The feature's kill switch was set. */
    KILL,
    /** The feature's kill switch was lifted. */
    REVIVE
  }

  /**
   * A person's command.
   *
   * @param actor who; not empty
   * @param reason why; may be empty
   */
  record Command(CommandKind kind, String actor, String reason) implements Event {
    /** Checks that all is there. */
    public Command {
      requireNonNull(kind, "kind");
      requireNonNull(actor, "actor");
      requireNonNull(reason, "reason");
    }
  }

  /**
   * The evidence was looked at.
   *
   * @param evidenceAge time since the evidence was complete, by the clock of whoever looked; an age
   *     and not a moment, so that clocks that jump do not make evidence old or new
   */
  record Tick(Verdict verdict, Duration evidenceAge) implements Event {
    /** Checks that all is there. */
    public Tick {
      requireNonNull(verdict, "verdict");
      requireNonNull(evidenceAge, "evidenceAge");
    }
  }

  /**
   * A gate that is not opened by a person or by time has an answer.
   *
   * @param stage number of the stage that the gate stands before
   * @param gate its index among that stage's gates, from 0
   * @param passed false: refused, a person decides
   * @param detail what was answered, for people
   */
  record GateResult(int stage, int gate, boolean passed, String detail) implements Event {
    /** Checks that all is there. */
    public GateResult {
      requireNonNull(detail, "detail");
    }
  }

  /** Every live holder serves the control, or has been silent for longer than it may be. */
  record HoldersAcknowledged() implements Event {}
}
