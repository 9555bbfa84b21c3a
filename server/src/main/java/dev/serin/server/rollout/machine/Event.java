package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

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
   * <p>Ages and not moments, so that clocks that jump do not make evidence old or new. Whoever has
   * a command for a run that nobody has looked at for a while applies a tick first.
   *
   * @param evidenceAge time since the evidence was complete
   * @param sinceLook time since the look before this one of which a trace is left, by the clock
   *     that entries of the log are timed by: what passed unseen, or was jumped over
   */
  record Tick(Verdict verdict, Duration evidenceAge, Duration sinceLook) implements Event {
    /** Checks that all is there, and cuts times to milliseconds, as they are kept. */
    public Tick {
      requireNonNull(verdict, "verdict");
      evidenceAge = evidenceAge.truncatedTo(ChronoUnit.MILLIS);
      sinceLook = sinceLook.truncatedTo(ChronoUnit.MILLIS);
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
