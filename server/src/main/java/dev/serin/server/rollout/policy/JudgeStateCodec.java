package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.StageProcess;
import dev.serin.server.rollout.policy.JudgeState.Horizon;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The form of a {@link JudgeState} in the store. Equal states have equal bytes.
 *
 * <ol>
 *   <li>version byte, {@value #VERSION};
 *   <li>stage, extension;
 *   <li>the latch of the ratio of arms: threshold, peak;
 *   <li>metrics: how many, then of each, by role and key in order of the alphabet: length and UTF-8
 *       of that, the run's and the stage's latch, seconds and nanoseconds between restarts,
 *       restarts planned, groups of equal marks (how many, then of each how often, treatment,
 *       control), base (treatment, control), a byte that says whether the one look of a fixed
 *       horizon follows: samples, p-value, improvement, a byte for <i>better</i>;
 *   <li>CRC-32C of all before it, 4 bytes.
 * </ol>
 *
 * Counts are varints as protobuf writes them, other numbers doubles, little-endian. The figures of
 * the last look are left out: whoever goes on computes them anew. Thresholds stand in it, so that a
 * process goes on with what it began with.
 */
public final class JudgeStateCodec {
  static final byte VERSION = 1;

  /** Most bytes of a varint of 63 bits. */
  private static final int VARINT_BYTES = 9;

  private static final int PAYLOAD_BITS = 7;

  /** Latches, restarts, base and horizon of one metric, generously. */
  private static final int METRIC_BYTES = 160;

  private static final int MARK_BYTES = 3 * VARINT_BYTES;

  private JudgeStateCodec() {}

  /** The bytes of a state. */
  public static byte[] encode(JudgeState state) {
    Map<String, MetricState> sorted = new TreeMap<>(state.metrics());
    int most = METRIC_BYTES;
    for (Map.Entry<String, MetricState> metric : sorted.entrySet()) {
      int marks = metric.getValue().process().marks().size();
      // Three bytes of UTF-8 are the most of a char.
      most += METRIC_BYTES + 3 * metric.getKey().length() + MARK_BYTES * marks;
    }
    ByteBuffer out = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    out.put(VERSION);
    writeCount(out, state.stage());
    writeCount(out, state.extension());
    write(out, state.ratio());
    writeCount(out, sorted.size());
    sorted.forEach(
        (id, metric) -> {
          byte[] name = id.getBytes(StandardCharsets.UTF_8);
          writeCount(out, name.length);
          out.put(name);
          write(out, metric);
        });
    out.putInt(checksum(out.array(), out.position()));
    return Arrays.copyOf(out.array(), out.position());
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  private static void write(ByteBuffer out, MetricState metric) {
    write(out, metric.run());
    write(out, metric.stage());
    StageProcess process = metric.process();
    writeCount(out, process.interval().toSeconds());
    writeCount(out, process.interval().toNanosPart());
    writeCount(out, process.restarts());
    writeMarks(out, process.marks());
    write(out, metric.base());
    out.put((byte) (metric.horizon().isPresent() ? 1 : 0));
    metric
        .horizon()
        .ifPresent(
            horizon -> {
              writeCount(out, horizon.figures().samples());
              out.putDouble(horizon.figures().pValue());
              out.putDouble(horizon.figures().improvement());
              out.put((byte) (horizon.better() ? 1 : 0));
            });
  }

  /** Marks that are taken late are equal, and where an event is rare most are. */
  private static void writeMarks(ByteBuffer out, List<ArmCounts> marks) {
    List<Integer> ends = new ArrayList<>();
    for (int i = 1; i <= marks.size(); i++) {
      if (i == marks.size() || !marks.get(i).equals(marks.get(i - 1))) {
        ends.add(i);
      }
    }
    writeCount(out, ends.size());
    int begin = 0;
    for (int end : ends) {
      writeCount(out, end - begin);
      write(out, marks.get(begin));
      begin = end;
    }
  }

  private static void write(ByteBuffer out, Latch latch) {
    out.putDouble(latch.threshold());
    out.putDouble(latch.peak());
  }

  private static void write(ByteBuffer out, ArmCounts users) {
    writeCount(out, users.treatment());
    writeCount(out, users.control());
  }

  private static void writeCount(ByteBuffer out, long count) {
    long rest = count;
    while (rest >= 1 << PAYLOAD_BITS) {
      out.put((byte) (rest | (1 << PAYLOAD_BITS)));
      rest >>>= PAYLOAD_BITS;
    }
    out.put((byte) rest);
  }

  /**
   * The state of bytes.
   *
   * @throws IllegalArgumentException where {@link #encode} of this version returns no such bytes
   */
  public static JudgeState decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "judge state: version " + version + " (expected: " + VERSION + ")");
      }
      int end = Math.max(1, bytes.length - Integer.BYTES);
      if (in.getInt(end) != checksum(bytes, end)) {
        throw new IllegalArgumentException("judge state: damaged (expected: its checksum)");
      }
      in.limit(end);
      JudgeState state = readState(in);
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(
            "judge state: " + in.remaining() + " bytes more (expected: its end)");
      }
      return state;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "judge state: ends at byte " + bytes.length + " (expected: more)", e);
    }
  }

  private static JudgeState readState(ByteBuffer in) {
    int stage = readInt(in);
    int extension = readInt(in);
    Latch ratio = readLatch(in);
    int count = readInt(in);
    Map<String, MetricState> metrics = new HashMap<>();
    for (int i = 0; i < count; i++) {
      metrics.put(readName(in), readMetric(in));
    }
    return new JudgeState(stage, extension, ratio, metrics);
  }

  private static MetricState readMetric(ByteBuffer in) {
    Latch run = readLatch(in);
    Latch stage = readLatch(in);
    Duration interval = Duration.ofSeconds(readInt(in), readInt(in));
    int restarts = readInt(in);
    StageProcess process = new StageProcess(interval, restarts, readMarks(in, restarts));
    ArmCounts base = readUsers(in);
    Optional<Horizon> horizon =
        readFlag(in)
            ? Optional.of(
                new Horizon(
                    new Classical(readCount(in), in.getDouble(), in.getDouble()), readFlag(in)))
            : Optional.empty();
    return new MetricState(run, stage, process, base, horizon, Optional.empty());
  }

  private static List<ArmCounts> readMarks(ByteBuffer in, int most) {
    List<ArmCounts> marks = new ArrayList<>();
    int groups = readInt(in);
    for (int group = 0; group < groups; group++) {
      int often = readInt(in);
      ArmCounts users = readUsers(in);
      if (often < 1 || often > most - marks.size()) {
        throw new IllegalArgumentException(
            "marks: " + often + " more (expected: 1 to " + (most - marks.size()) + ")");
      }
      for (int i = 0; i < often; i++) {
        marks.add(users);
      }
    }
    return marks;
  }

  private static String readName(ByteBuffer in) {
    int length = readInt(in);
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] name = new byte[length];
    in.get(name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private static Latch readLatch(ByteBuffer in) {
    return new Latch(in.getDouble(), in.getDouble());
  }

  private static ArmCounts readUsers(ByteBuffer in) {
    return new ArmCounts(readCount(in), readCount(in));
  }

  private static boolean readFlag(ByteBuffer in) {
    byte flag = in.get();
    if (flag != 0 && flag != 1) {
      throw new IllegalArgumentException("flag: " + flag + " (expected: 0 or 1)");
    }
    return flag == 1;
  }

  private static int readInt(ByteBuffer in) {
    long value = readCount(in);
    if (value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "number: " + value + " (expected: at most " + Integer.MAX_VALUE + ")");
    }
    return (int) value;
  }

  private static long readCount(ByteBuffer in) {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES; i++) {
      byte part = in.get();
      value |= (part & 0x7fL) << (i * PAYLOAD_BITS);
      if (part >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("number: above 63 bits (expected: at most that)");
  }
}
