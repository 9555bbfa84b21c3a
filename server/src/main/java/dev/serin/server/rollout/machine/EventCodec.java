package dev.serin.server.rollout.machine;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import java.util.Optional;

/**
 * The form of an {@link Event} in the store. Equal events have equal bytes.
 *
 * <p>Version byte, a number that says which event it is, its components in their order, checksum.
 * Of a verdict: action, reason, sentence, evidence; of a gate that may be absent: a flag, and where
 * it is set, stage and index.
 */
public final class EventCodec {
  static final byte VERSION = 1;

  private static final int COMMAND = 1;
  private static final int TICK = 2;
  private static final int GATE_RESULT = 3;
  private static final int HOLDERS_ACKNOWLEDGED = 4;

  private EventCodec() {}

  /** The bytes of an event that moved a run; its gates' numbers are those of a plan. */
  public static ByteString encode(Event event) {
    StoredForm.Writer out = new StoredForm.Writer(VERSION);
    switch (event) {
      case Command command -> write(out.number(COMMAND), command);
      case Tick tick -> write(out.number(TICK), tick);
      case GateResult result ->
          out.number(GATE_RESULT)
              .number(result.stage())
              .number(result.gate())
              .flag(result.passed())
              .text(result.detail())
              .duration(result.sinceLook());
      case HoldersAcknowledged acknowledged -> out.number(HOLDERS_ACKNOWLEDGED);
    }
    return out.end();
  }

  private static void write(StoredForm.Writer out, Command command) {
    out.constant(command.kind()).text(command.actor()).text(command.reason());
    out.flag(command.gate().isPresent());
    command.gate().ifPresent(gate -> out.number(gate.stage()).number(gate.gate()));
    out.duration(command.sinceLook());
  }

  private static void write(StoredForm.Writer out, Tick tick) {
    Verdict verdict = tick.verdict();
    out.constant(verdict.action())
        .text(verdict.reason())
        .text(verdict.sentence())
        .text(verdict.evidence())
        .duration(tick.evidenceAge())
        .duration(tick.sinceLook());
  }

  /**
   * The event of bytes.
   *
   * @throws IllegalArgumentException where {@link #encode} of this version returns no such bytes
   */
  public static Event decode(ByteString bytes) {
    StoredForm.Reader in = new StoredForm.Reader("event", VERSION, bytes);
    int kind = in.smallNumber();
    Event event =
        switch (kind) {
          case COMMAND -> readCommand(in);
          case TICK -> readTick(in);
          case GATE_RESULT ->
              new GateResult(
                  in.smallNumber(), in.smallNumber(), in.flag(), in.text(), in.duration());
          case HOLDERS_ACKNOWLEDGED -> new HoldersAcknowledged();
          default -> throw in.refused("kind " + kind + " (expected: 1 to 4)");
        };
    in.end();
    return event;
  }

  private static Command readCommand(StoredForm.Reader in) {
    CommandKind kind = in.constant(CommandKind.class);
    String actor = in.text();
    String reason = in.text();
    Optional<GateOf> gate =
        in.flag() ? Optional.of(new GateOf(in.smallNumber(), in.smallNumber())) : Optional.empty();
    return new Command(kind, actor, reason, gate, in.duration());
  }

  private static Tick readTick(StoredForm.Reader in) {
    Verdict verdict =
        new Verdict(in.constant(Verdict.Action.class), in.text(), in.text(), in.text());
    return new Tick(verdict, in.duration(), in.duration());
  }
}
