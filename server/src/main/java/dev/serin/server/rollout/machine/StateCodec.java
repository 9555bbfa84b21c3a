package dev.serin.server.rollout.machine;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.plan.TrafficShare;

/**
 * The form of a {@link MachineState} in the store. Equal states have equal bytes.
 *
 * <p>Version byte, the components in their order, checksum. Of a period: number, began, from,
 * until; of a share: parts, whole.
 */
public final class StateCodec {
  static final byte VERSION = 1;

  private StateCodec() {}

  /** The bytes of a state. */
  public static ByteString encode(MachineState state) {
    StoredForm.Writer out =
        new StoredForm.Writer(VERSION)
            .number(state.version())
            .instant(state.time())
            .constant(state.phase())
            .number(state.stage())
            .flag(state.waiting())
            .number(state.gate())
            .flag(state.gateRefused())
            .flag(state.paused())
            .flag(state.killed())
            .flag(state.overdue())
            .constant(state.hold())
            .text(state.holdReason())
            .number(state.holds());
    Times times = state.times();
    out.duration(times.dwell())
        .duration(times.inStage())
        .duration(times.atGate())
        .duration(times.served())
        .duration(times.held());
    Period period = state.period();
    out.number(period.extension())
        .instant(period.began())
        .duration(period.from())
        .duration(period.until());
    return out.number(state.extensions())
        .number(state.traffic().parts())
        .number(state.traffic().of())
        .end();
  }

  /**
   * The state of bytes.
   *
   * @throws IllegalArgumentException where {@link #encode} of this version returns no such bytes
   */
  public static MachineState decode(ByteString bytes) {
    StoredForm.Reader in = new StoredForm.Reader("machine state", VERSION, bytes);
    MachineState state =
        new MachineState(
            in.number(),
            in.instant(),
            in.constant(Phase.class),
            in.smallNumber(),
            in.flag(),
            in.smallNumber(),
            in.flag(),
            in.flag(),
            in.flag(),
            in.flag(),
            in.constant(HoldCause.class),
            in.text(),
            in.smallNumber(),
            new Times(in.duration(), in.duration(), in.duration(), in.duration(), in.duration()),
            new Period(in.smallNumber(), in.instant(), in.duration(), in.duration()),
            in.smallNumber(),
            new TrafficShare(in.smallNumber(), in.smallNumber()));
    in.end();
    return state;
  }
}
