package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The form of {@link RunEvidence} in the store, as {@link BytesOut} writes it: so that whoever has
 * it and the state of the judge before it comes to the same verdict again. Equal evidence has equal
 * bytes. It is some hundred bytes for each metric, and names no user.
 *
 * <ol>
 *   <li>stage, extension, generation; planned, elapsed, dwelled, each in seconds and nanoseconds;
 *   <li>data: the three ages likewise, users drawn, exposed, reporting, share of the treatment,
 *       users in both arms, outcomes, those without token, those lost; values by metric: how many,
 *       then each by key in order of the alphabet: that, and how many of each arm;
 *   <li>first exposures: how many stages, of each how many arms, of each its probability and users;
 *   <li>metrics: how many, then of each, by key in order of the alphabet, that, a byte for its kind
 *       and
 *       <ul>
 *         <li>1, events: parts of the run's process (each share, users), users exposed in the run,
 *             with the event in the stage, exposed in the stage; by how much requests are worse, if
 *             known; classical figures, if known; users since marks (each extension, number, users
 *             exposed, with the event);
 *         <li>2, measured: log e-value, whether non-inferior, whether superior, words; classical
 *             figures, if known; estimates of both arms, if known, with an interval, if known.
 *       </ul>
 *   <li>only where reporters told of any: outcomes dropped, outcomes taken, of each arm.
 * </ol>
 *
 * Classical figures are samples, p-value and improvement.
 */
public final class EvidenceCodec {
  static final byte VERSION = 1;

  private static final int EVENTS = 1;
  private static final int MEASURED = 2;

  private EvidenceCodec() {}

  /** The bytes of evidence. */
  public static byte[] encode(RunEvidence evidence) {
    BytesOut out = new BytesOut(VERSION);
    out.count(evidence.stage());
    out.count(evidence.extension());
    out.count(evidence.generation());
    write(out, evidence.planned());
    write(out, evidence.elapsed());
    write(out, evidence.dwelled());
    write(out, evidence.data());
    out.list(
        evidence.firstExposures(),
        factor -> {
          out.list(factor.probabilities(), out::number);
          out.list(factor.users(), out::count);
        });
    Map<String, MetricEvidence> sorted = new TreeMap<>(evidence.metrics());
    out.list(
        List.copyOf(sorted.entrySet()),
        metric -> {
          out.text(metric.getKey());
          switch (metric.getValue()) {
            case Events events -> write(out, events);
            case Measured measured -> write(out, measured);
          }
        });
    DataQuality.Drops drops = evidence.data().drops();
    if (!drops.equals(DataQuality.Drops.NONE)) {
      out.users(drops.dropped());
      out.users(drops.taken());
    }
    return out.done();
  }

  private static void write(BytesOut out, Duration time) {
    out.count(Math.max(0, time.toSeconds()));
    out.count(time.isNegative() ? 0 : time.toNanosPart());
  }

  private static void write(BytesOut out, DataQuality.Stage data) {
    write(out, data.sinceTreatment());
    write(out, data.sinceControl());
    write(out, data.sinceLook());
    out.users(data.drawn());
    out.users(data.exposed());
    out.users(data.reporting());
    out.number(data.share());
    out.count(data.bothArms());
    out.count(data.outcomes());
    out.count(data.withoutToken());
    out.count(data.lost());
    out.list(
        List.copyOf(new TreeMap<>(data.values()).entrySet()),
        values -> {
          out.text(values.getKey());
          out.users(values.getValue());
        });
  }

  private static void write(BytesOut out, Events events) {
    out.count(EVENTS);
    out.list(
        events.run().parts(),
        part -> {
          out.number(part.share());
          out.users(part.users());
        });
    out.users(events.runExposed());
    out.users(events.stage());
    out.users(events.stageExposed());
    out.flag(events.requestsWorse().isPresent());
    events.requestsWorse().ifPresent(out::number);
    out.optional(events.classical(), classical -> write(out, classical));
    out.list(
        events.since(),
        since -> {
          out.count(since.extension());
          out.count(since.number());
          out.users(since.exposed());
          out.users(since.withEvent());
        });
  }

  private static void write(BytesOut out, Measured measured) {
    out.count(MEASURED);
    out.number(measured.logRegression());
    out.flag(measured.nonInferior());
    out.flag(measured.superior());
    out.text(measured.words());
    out.optional(measured.classical(), classical -> write(out, classical));
    out.optional(
        measured.estimate(),
        estimate -> {
          out.number(estimate.control());
          out.number(estimate.treatment());
          out.optional(
              estimate.interval(),
              interval -> {
                out.number(interval.lower());
                out.number(interval.upper());
              });
        });
  }

  private static void write(BytesOut out, Classical classical) {
    out.count(classical.samples());
    out.number(classical.pValue());
    out.number(classical.improvement());
  }

  /**
   * The evidence of bytes.
   *
   * @throws IllegalArgumentException where {@link #encode} of this version returns no such bytes
   */
  public static RunEvidence decode(byte[] bytes) {
    return BytesIn.read("evidence", VERSION, bytes, EvidenceCodec::evidence);
  }

  private static RunEvidence evidence(BytesIn in) {
    int stage = in.small();
    int extension = in.small();
    int generation = in.small();
    Duration planned = time(in);
    Duration elapsed = time(in);
    Duration dwelled = time(in);
    DataQuality.Stage data = data(in);
    List<SampleRatio.Factor> exposures =
        in.list(() -> new SampleRatio.Factor(in.list(in::number), in.list(in::count)));
    Map<String, MetricEvidence> metrics = new HashMap<>();
    in.list(() -> Map.entry(in.text(), metric(in)))
        .forEach(metric -> metrics.put(metric.getKey(), metric.getValue()));
    if (in.hasMore()) {
      data = data.withDrops(new DataQuality.Drops(in.users(), in.users()));
    }
    return new RunEvidence(
        stage, extension, generation, planned, elapsed, dwelled, data, exposures, metrics);
  }

  private static Duration time(BytesIn in) {
    return Duration.ofSeconds(in.count(), in.small());
  }

  private static DataQuality.Stage data(BytesIn in) {
    return new DataQuality.Stage(
        time(in),
        time(in),
        time(in),
        in.users(),
        in.users(),
        in.users(),
        in.number(),
        in.count(),
        in.count(),
        in.count(),
        in.count(),
        values(in));
  }

  private static Map<String, ArmCounts> values(BytesIn in) {
    Map<String, ArmCounts> values = new HashMap<>();
    in.list(() -> Map.entry(in.text(), in.users()))
        .forEach(metric -> values.put(metric.getKey(), metric.getValue()));
    return values;
  }

  private static MetricEvidence metric(BytesIn in) {
    int kind = in.small();
    return switch (kind) {
      case EVENTS -> events(in);
      case MEASURED -> measured(in);
      default ->
          throw new IllegalArgumentException(
              "kind: " + kind + " (expected: " + EVENTS + " or " + MEASURED + ")");
    };
  }

  private static Events events(BytesIn in) {
    return new Events(
        new RunProcess(in.list(() -> new RunProcess.Part(in.number(), in.users()))),
        in.users(),
        in.users(),
        in.users(),
        in.flag() ? OptionalDouble.of(in.number()) : OptionalDouble.empty(),
        classical(in),
        in.list(() -> new Since(in.small(), in.small(), in.users(), in.users())));
  }

  private static Measured measured(BytesIn in) {
    return new Measured(
        in.number(),
        in.flag(),
        in.flag(),
        in.text(),
        classical(in),
        in.optional(
            () ->
                new Estimate(
                    in.number(),
                    in.number(),
                    in.optional(() -> new Interval(in.number(), in.number())))));
  }

  private static Optional<Classical> classical(BytesIn in) {
    return in.optional(() -> new Classical(in.count(), in.number(), in.number()));
  }
}
