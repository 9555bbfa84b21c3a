package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

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
   * @param gate that an approval is for, so that one that is sent twice does not pass two gates;
   *     empty: the open one, and with other commands
   * @param sinceLook as in {@link Tick}: what nobody saw before the command counts for nothing
   */
  record Command(
      CommandKind kind, String actor, String reason, Optional<GateOf> gate, Duration sinceLook)
      implements Event {
    /** Checks that all is there, and cuts the time to milliseconds, 0 or more. */
    public Command {
      requireNonNull(kind, "kind");
      requireNonNull(actor, "actor");
      requireNonNull(reason, "reason");
      requireNonNull(gate, "gate");
      sinceLook = age(sinceLook);
    }

    /** A command that names no gate, right after a look. */
    public Command(CommandKind kind, String actor, String reason) {
      this(kind, actor, reason, Optional.empty(), Duration.ZERO);
    }
  }

  /**
   * The evidence was looked at.
   *
   * <p>Ages and not moments, so that clocks that jump do not make evidence old or new.
   *
   * @param evidenceAge time since the evidence was complete
   * @param sinceLook time since the look before this one of which a trace is left, by the clock
   *     that entries of the log are timed by: what passed unseen, or was jumped over
   */
  record Tick(Verdict verdict, Duration evidenceAge, Duration sinceLook) implements Event {
    /** Checks that all is there, and cuts times to milliseconds, 0 or more. */
    public Tick {
      requireNonNull(verdict, "verdict");
      evidenceAge = age(evidenceAge);
      sinceLook = age(sinceLook);
    }
  }

  /**
   * A gate that is not opened by a person or by time has an answer.
   *
   * @param stage number of the stage that the gate stands before
   * @param gate its index among that stage's gates, from 0
   * @param passed false: refused, a person decides
   * @param detail what was answered, for people
   * @param sinceLook as in {@link Tick}
   */
  record GateResult(int stage, int gate, boolean passed, String detail, Duration sinceLook)
      implements Event {
    /** Checks that all is there, and cuts the time to milliseconds, 0 or more. */
    public GateResult {
      requireNonNull(detail, "detail");
      sinceLook = age(sinceLook);
    }

    /** An answer right after a look. */
    public GateResult(int stage, int gate, boolean passed, String detail) {
      this(stage, gate, passed, detail, Duration.ZERO);
    }
  }

  /** Every live holder serves the control, or has been silent for longer than it may be. */
  record HoldersAcknowledged() implements Event {}

  /** As it is kept; where a clock jumped back, it is none. */
  private static Duration age(Duration time) {
    return time.isNegative() ? Duration.ZERO : time.truncatedTo(ChronoUnit.MILLIS);
  }
}
