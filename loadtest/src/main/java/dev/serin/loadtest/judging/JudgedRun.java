package dev.serin.loadtest.judging;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.evidence.RunMetrics;
import dev.serin.server.rollout.evidence.RunPlaces;
import dev.serin.server.rollout.evidence.RunReader;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.machine.Times;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.RunEvidence;
import dev.serin.server.rollout.policy.Verdict;
import dev.serin.v1.Arm;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** A run of a rollout in its second stage, of three events, a mean and a quantile. */
final class JudgedRun {
  private static final int STAGE = 2;

  /** What every user reports. */
  static final List<String> METRICS = List.of("errors", "timeouts", "refunds", "spend", "latency");

  /** Of those, in the same order. */
  static final List<Kind> KINDS =
      List.of(Kind.EVENT, Kind.EVENT, Kind.EVENT, Kind.MEAN, Kind.QUANTILE);

  /** The treatment's, of the template's first two stages. */
  private static final double[] SHARES = {0.05, 0.25};

  /** Multiples of it fill the unit evenly. */
  private static final double GOLDEN = 0.6180339887498949;

  /** An event of one user in so many. */
  private static final int RARE = 50;

  /** Of the view: what a server's flushes make it. */
  private static final Duration VIEW_AGE = Duration.ofMillis(500);

  private final RolloutPlan plan;
  private final RunPlaces places;
  private final RunReader reader;
  private final RunMetrics metrics;
  private final Judge judge;
  private final RolloutMachine machine;
  private MachineState standing;
  private JudgeState judged = JudgeState.begin();

  /** Of the last look, as the controller's. */
  private int extension;

  private Duration elapsed = Duration.ZERO;

  /** One whose stage began at a time. */
  JudgedRun(int number, Instant began) {
    String key = "checkout-" + number;
    this.plan = plan(key);
    List<JudgedMetric> metricsOfPlan = plan.metrics().stream().map(JudgedRun::judged).toList();
    this.places = new RunPlaces("default", key, "half", "run-" + number, "user_key", "on", "off");
    this.reader =
        new RunReader(
            plan,
            metricsOfPlan,
            places,
            METRICS.stream().collect(Collectors.toMap(it -> it, String::hashCode)));
    this.judge = Judge.of(plan, metricsOfPlan, DataQuality.USUAL);
    this.metrics = RunMetrics.of(plan, metricsOfPlan, judge::measuredShare);
    this.machine = new RolloutMachine(plan);
    this.standing = inStage(machine, began);
  }

  private static MachineState inStage(RolloutMachine machine, Instant began) {
    MachineState state = MachineState.pending(began);
    CommandKind next = CommandKind.START;
    while (state.stage() < STAGE) {
      Event event = new Event.Command(next, "loadtest", "");
      if (!(machine.apply(state, event, began) instanceof Step.Moved moved)) {
        throw new IllegalStateException(next + " at " + state + " (expected: a move)");
      }
      state = moved.state();
      next = CommandKind.ADVANCE;
    }
    return state;
  }

  private static RolloutPlan plan(String key) {
    Rollout.Builder rollout =
        Rollout.newBuilder()
            .setKey(key)
            .setFeature(key)
            .setSplit("half")
            .setTreatment("on")
            .setControl("off")
            .setTemplate("gate-canary-ab-expand");
    METRICS.forEach(metric -> rollout.addGuardrails(Guardrail.newBuilder().setMetric(metric)));
    return switch (PlanReader.read(rollout.build())) {
      case PlanReading.Valid valid -> valid.plan();
      case PlanReading.Invalid invalid -> throw new IllegalStateException(invalid.toString());
    };
  }

  private static JudgedMetric judged(MetricPlan metric) {
    Kind kind = KINDS.get(METRICS.indexOf(metric.metric()));
    return new JudgedMetric(
        metric,
        kind,
        Direction.LOWER,
        kind == Kind.EVENT ? 0.001 : 0,
        Metric.newBuilder().setKey(metric.metric()).build());
  }

  /** Counts an outcome, with all metrics, of each of these users in the stages up to now. */
  void report(DeltaBuilder builder, int firstUser, int endUser, long nowMillis, Random random) {
    for (int user = firstUser; user < endUser; user++) {
      double draw = draw(user);
      long unit = unit(user);
      // A fifth of them came in the first stage already.
      for (int stage = user % 5 == 0 ? 1 : STAGE; stage <= STAGE; stage++) {
        report(builder, place(stage, draw), unit, nowMillis, random, String::hashCode);
      }
    }
  }

  /** Where a user falls among all, 0 to 1. */
  static double draw(int user) {
    return user * GOLDEN % 1;
  }

  /** What tells a user from others. */
  static long unit(int user) {
    return (user + 1) * 0x9e3779b97f4a7c15L;
  }

  private Place place(int stage, double draw) {
    double share = SHARES[stage - 1];
    return new Place(
        places.namespace(),
        places.feature(),
        places.split(),
        places.run(),
        0,
        stage,
        arm(draw, share),
        draw < share ? places.treatment() : places.control(),
        false,
        places.unit());
  }

  /** With a control as large as the treatment. */
  static Arm arm(double draw, double share) {
    return draw < share
        ? Arm.ARM_TREATMENT
        : draw < 1 - share ? Arm.ARM_REMAINDER : Arm.ARM_CONTROL;
  }

  /**
   * Counts a user's exposure and an outcome with all metrics.
   *
   * @param fingerprint of a metric's definition, by its key
   */
  static void report(
      DeltaBuilder builder,
      Place place,
      long unit,
      long nowMillis,
      Random random,
      ToIntFunction<String> fingerprint) {
    builder.exposure(place, unit, nowMillis);
    builder.outcome(place, nowMillis);
    builder.mark(place, unit);
    int bucket = Buckets.bucketOf(unit, place.bucketSaltHash());
    for (int i = 0; i < METRICS.size(); i++) {
      Kind kind = KINDS.get(i);
      CellKey key = new CellKey(place, METRICS.get(i), fingerprint.applyAsInt(METRICS.get(i)));
      boolean isEvent = kind == Kind.EVENT;
      double value = isEvent ? random.nextInt(RARE) == 0 ? 1 : 0 : 50 + 100 * random.nextDouble();
      if (isEvent && value == 1) {
        builder.event(key, unit);
      }
      CellParts parts =
          switch (kind) {
            case QUANTILE -> CellParts.CHARTED_HISTOGRAM;
            case MEAN -> CellParts.HISTOGRAM;
            case EVENT, RATIO -> CellParts.BUCKETS;
          };
      builder.value(key, parts, FixedPoint.toSteps(value), bucket, nowMillis);
    }
  }

  RunReader.Reading read(MergedView view) {
    return reader.read(view, STAGE, extension, elapsed);
  }

  Map<String, MetricEvidence> test(RunReader.Reading reading) {
    return metrics.look(STAGE, reading.metrics());
  }

  /**
   * Judges what was read, as the controller does.
   *
   * @param sinceLook time since the look before
   */
  Verdict judge(
      RunReader.Reading reading,
      Map<String, MetricEvidence> evidence,
      Instant now,
      Duration sinceLook) {
    Times times = standing.seen(now, sinceLook);
    extension = standing.period().extension();
    elapsed = standing.period().elapsed(times);
    RunEvidence all =
        new RunEvidence(
            STAGE,
            extension,
            reading.generation(),
            standing.period().length(),
            elapsed,
            times.dwell(),
            reading
                .flow()
                .data(
                    reading.users(),
                    reading.values(),
                    Judge.treatmentShare(plan.stage(STAGE).share()),
                    standing.period().began(),
                    now,
                    VIEW_AGE),
            reading.firstExposures(),
            evidence);
    Judge.Judged look = judge.judge(all, judged);
    judged = look.state();
    return look.verdict();
  }

  /**
   * Does what a look says; none but holds and their ends are expected.
   *
   * @return whether the run moved, as a controller would write
   */
  boolean move(Verdict verdict, Instant now, Duration sinceLook) {
    var said =
        new dev.serin.server.rollout.machine.Verdict(
            Action.valueOf(verdict.action().name()),
            verdict.reason().name().toLowerCase(Locale.ROOT),
            verdict.sentence(),
            "");
    Step step = machine.apply(standing, new Event.Tick(said, VIEW_AGE, sinceLook), now);
    if (step instanceof Step.Moved moved && moved.state().stage() == STAGE) {
      standing = moved.state();
      return true;
    }
    return false;
  }
}
