package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.BreakerProcess;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.Mended;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.StageProcess;
import dev.serin.server.rollout.policy.JudgeState.Counted;
import dev.serin.server.rollout.policy.JudgeState.Horizon;
import dev.serin.server.rollout.policy.JudgeState.Looked;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.JudgeState.Ratio;
import dev.serin.server.rollout.policy.JudgeState.Users;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The form of a {@link JudgeState} in the store, as {@link BytesOut} writes it. Equal states have
 * equal bytes.
 *
 * <ol>
 *   <li>stage, extension, generation;
 *   <li>the ratio of arms: threshold, peak, log of generations before, log now;
 *   <li>metrics: how many, then of each, by role and key in order of the alphabet, that, and
 *       <ul>
 *         <li>the run's latch and the stage's: threshold, peak; the run's log of generations
 *             before;
 *         <li>the stage's process: restarts, those taken, weight, log of the start's, reserve, log
 *             of those stopped, marks (each weight, users);
 *         <li>the base of that: users;
 *         <li>a breaker's process: log of the start's, reserve, log of those stopped, newest mark
 *             (extension, number), restarts that go on (each extension, number, weight, log);
 *         <li>the one look of a fixed horizon, if taken: samples, p-value, improvement, whether it
 *             was better;
 *         <li>the last look, if there was one: parts of the run's process (each share, users),
 *             users of the stage, those exposed, both logs.
 *       </ul>
 *   <li>where an outage that a breaker saw is over in an arm, or the next part follows: how many
 *       such breakers, then of each, in order of the alphabet, its role and key, and up to which
 *       mark it is over in the treatment and in the control: extension, number; both 0: it is not;
 *   <li>where promotion has users to ask of: how many such metrics, at least one, then of each, in
 *       order of the alphabet, its role and key, and users of the stage with the event and exposed,
 *       in generations that are over and in the one of the last look. A state that was written
 *       before there was this part has counted nobody: it begins with the generation that holds.
 * </ol>
 *
 * Users are counts of the treatment and the control. Thresholds stand in it, so that a process goes
 * on with what it began with; the last look does, as another generation of sets goes on from there.
 * Users since a breaker's marks are left out: they are counted anew.
 */
public final class JudgeStateCodec {
  static final byte VERSION = 1;

  private JudgeStateCodec() {}

  /** The bytes of a state. */
  public static byte[] encode(JudgeState state) {
    BytesOut out = new BytesOut(VERSION);
    out.count(state.stage());
    out.count(state.extension());
    out.count(state.generation());
    write(out, state.ratio().latch());
    out.number(state.ratio().logBefore());
    out.number(state.ratio().logNow());
    Map<String, MetricState> sorted = new TreeMap<>(state.metrics());
    out.list(
        List.copyOf(sorted.entrySet()),
        metric -> {
          out.text(metric.getKey());
          write(out, metric.getValue());
        });
    List<Map.Entry<String, MetricState>> mended =
        sorted.entrySet().stream()
            .filter(metric -> !metric.getValue().mended().equals(Mended.NEITHER))
            .toList();
    List<Map.Entry<String, MetricState>> counted =
        sorted.entrySet().stream()
            .filter(metric -> !metric.getValue().counted().equals(Counted.NONE))
            .toList();
    if (!mended.isEmpty() || !counted.isEmpty()) {
      out.list(
          mended,
          metric -> {
            out.text(metric.getKey());
            write(out, metric.getValue().mended().treatment());
            write(out, metric.getValue().mended().control());
          });
    }
    if (!counted.isEmpty()) {
      out.list(
          counted,
          metric -> {
            out.text(metric.getKey());
            write(out, metric.getValue().counted().before());
            write(out, metric.getValue().counted().now());
          });
    }
    return out.done();
  }

  private static void write(BytesOut out, Users users) {
    out.users(users.withEvent());
    out.users(users.exposed());
  }

  private static void write(BytesOut out, Mended.Mark mark) {
    out.count(mark.extension());
    out.count(mark.number());
  }

  private static void write(BytesOut out, MetricState metric) {
    write(out, metric.run());
    write(out, metric.stage());
    out.number(metric.logRunBefore());
    write(out, metric.process());
    out.users(metric.base());
    write(out, metric.limit());
    out.optional(
        metric.horizon(),
        horizon -> {
          out.count(horizon.figures().samples());
          out.number(horizon.figures().pValue());
          out.number(horizon.figures().improvement());
          out.flag(horizon.better());
        });
    out.optional(metric.looked(), looked -> write(out, looked));
  }

  private static void write(BytesOut out, Latch latch) {
    out.number(latch.threshold());
    out.number(latch.peak());
  }

  private static void write(BytesOut out, StageProcess process) {
    out.count(process.restarts());
    out.count(process.taken());
    out.number(process.weight());
    out.number(process.logStart());
    out.number(process.reserve());
    out.number(process.logStopped());
    out.list(
        process.marks(),
        mark -> {
          out.number(mark.weight());
          out.users(mark.users());
        });
  }

  private static void write(BytesOut out, BreakerProcess limit) {
    out.number(limit.logStart());
    out.number(limit.reserve());
    out.number(limit.logStopped());
    out.count(limit.extension());
    out.count(limit.number());
    out.list(
        limit.live(),
        live -> {
          out.count(live.extension());
          out.count(live.number());
          out.number(live.weight());
          out.number(live.logE());
        });
  }

  private static void write(BytesOut out, Looked looked) {
    out.list(
        looked.run().parts(),
        part -> {
          out.number(part.share());
          out.users(part.users());
        });
    out.users(looked.stage());
    out.users(looked.exposed());
    out.number(looked.logRun());
    out.number(looked.logStage());
  }

  /**
   * The state of bytes.
   *
   * @throws IllegalArgumentException where {@link #encode} of this version returns no such bytes
   */
  public static JudgeState decode(byte[] bytes) {
    return BytesIn.read("judge state", VERSION, bytes, JudgeStateCodec::state);
  }

  private static JudgeState state(BytesIn in) {
    int stage = in.small();
    int extension = in.small();
    int generation = in.small();
    Ratio ratio = new Ratio(latch(in), in.number(), in.number());
    Map<String, MetricState> metrics = new HashMap<>();
    in.list(() -> Map.entry(in.text(), metric(in)))
        .forEach(metric -> metrics.put(metric.getKey(), metric.getValue()));
    if (in.hasMore()) {
      in.list(() -> Map.entry(in.text(), new Mended(mark(in), mark(in))))
          .forEach(
              breaker ->
                  metrics.put(
                      breaker.getKey(),
                      kept("mended", metrics, breaker.getKey()).withMended(breaker.getValue())));
    }
    if (in.hasMore()) {
      in.list(() -> Map.entry(in.text(), new Counted(users(in), users(in))))
          .forEach(
              metric ->
                  metrics.put(
                      metric.getKey(),
                      kept("counted", metrics, metric.getKey()).with(metric.getValue())));
    }
    return new JudgeState(stage, extension, generation, ratio, metrics);
  }

  private static MetricState kept(String part, Map<String, MetricState> metrics, String id) {
    MetricState kept = metrics.get(id);
    if (kept == null) {
      throw new IllegalArgumentException(part + ": " + id + " (expected: a metric of the state)");
    }
    return kept;
  }

  private static Users users(BytesIn in) {
    return new Users(in.users(), in.users());
  }

  private static Mended.Mark mark(BytesIn in) {
    return new Mended.Mark(in.small(), in.small());
  }

  private static MetricState metric(BytesIn in) {
    return new MetricState(
        latch(in),
        latch(in),
        in.number(),
        process(in),
        in.users(),
        Counted.NONE,
        limit(in),
        Mended.NEITHER,
        in.optional(
            () -> new Horizon(new Classical(in.count(), in.number(), in.number()), in.flag())),
        in.optional(() -> looked(in)));
  }

  private static Latch latch(BytesIn in) {
    return new Latch(in.number(), in.number());
  }

  private static StageProcess process(BytesIn in) {
    return new StageProcess(
        in.small(),
        in.small(),
        in.number(),
        in.number(),
        in.number(),
        in.number(),
        in.list(() -> new StageProcess.Mark(in.number(), in.users())));
  }

  private static BreakerProcess limit(BytesIn in) {
    return new BreakerProcess(
        in.number(),
        in.number(),
        in.number(),
        in.small(),
        in.small(),
        in.list(() -> new BreakerProcess.Live(in.small(), in.small(), in.number(), in.number())));
  }

  private static Looked looked(BytesIn in) {
    RunProcess run = new RunProcess(in.list(() -> new RunProcess.Part(in.number(), in.users())));
    return new Looked(run, in.users(), in.users(), List.of(), in.number(), in.number());
  }
}
