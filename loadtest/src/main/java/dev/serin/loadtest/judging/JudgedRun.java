package dev.serin.loadtest.judging;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A run of a rollout in its second stage, of three events, a mean and a quantile. */
final class JudgedRun {
  private static final int STAGE = 2;
  private static final Duration PLANNED = Duration.ofHours(1);
  private static final List<String> METRICS =
      List.of("errors", "timeouts", "refunds", "spend", "latency");
  private static final List<Kind> KINDS =
      List.of(Kind.EVENT, Kind.EVENT, Kind.EVENT, Kind.MEAN, Kind.QUANTILE);

  /** The treatment's, of the template's first two stages. */
  private static final double[] SHARES = {0.05, 0.25};

  /** Multiples of it fill the unit evenly. */
  private static final double GOLDEN = 0.6180339887498949;

  /** An event of one user in so many. */
  private static final int RARE = 50;

  private final RunPlaces places;
  private final RunReader reader;
  private final RunMetrics metrics;
  private final Judge judge;
  private JudgeState state = JudgeState.begin();

  JudgedRun(int number) {
    String key = "checkout-" + number;
    RolloutPlan plan = plan(key);
    List<JudgedMetric> judged = plan.metrics().stream().map(JudgedRun::judged).toList();
    this.places = new RunPlaces("default", key, "half", "run-" + number, "user_key", "on", "off");
    this.reader =
        new RunReader(
            plan,
            judged,
            places,
            METRICS.stream().collect(Collectors.toMap(it -> it, String::hashCode)));
    this.judge = Judge.of(plan, judged, DataQuality.USUAL);
    this.metrics = RunMetrics.of(plan, judged, judge::measuredShare);
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
      double draw = user * GOLDEN % 1;
      long unit = (user + 1) * 0x9e3779b97f4a7c15L;
      // A fifth of them came in the first stage already.
      for (int stage = user % 5 == 0 ? 1 : STAGE; stage <= STAGE; stage++) {
        report(builder, place(stage, draw), unit, nowMillis, random);
      }
    }
  }

  private Place place(int stage, double draw) {
    double share = SHARES[stage - 1];
    Arm arm =
        draw < share ? Arm.ARM_TREATMENT : draw < 1 - share ? Arm.ARM_REMAINDER : Arm.ARM_CONTROL;
    return new Place(
        places.namespace(),
        places.feature(),
        places.split(),
        places.run(),
        0,
        stage,
        arm,
        draw < share ? places.treatment() : places.control(),
        false,
        places.unit());
  }

  private static void report(
      DeltaBuilder builder, Place place, long unit, long nowMillis, Random random) {
    builder.exposure(place, unit, nowMillis);
    builder.outcome(place, nowMillis);
    int bucket = Buckets.bucketOf(unit, place.bucketSaltHash());
    for (int i = 0; i < METRICS.size(); i++) {
      Kind kind = KINDS.get(i);
      CellKey key = new CellKey(place, METRICS.get(i), METRICS.get(i).hashCode());
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
    return reader.read(view, STAGE);
  }

  Map<String, MetricEvidence> test(RunReader.Reading reading) {
    return metrics.look(STAGE, reading.metrics());
  }

  Verdict judge(RunReader.Reading reading, Map<String, MetricEvidence> evidence, Duration elapsed) {
    ArmCounts exposed =
        evidence.get(METRICS.getFirst()) instanceof MetricEvidence.Events events
            ? events.stageExposed()
            : ArmCounts.NONE;
    DataQuality.Stage data =
        new DataQuality.Stage(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            exposed,
            exposed,
            exposed,
            0.5,
            0,
            exposed.total(),
            0,
            0);
    RunEvidence all =
        new RunEvidence(
            STAGE, 0, 0, PLANNED, elapsed, elapsed, data, reading.firstExposures(), evidence);
    Judge.Judged judged = judge.judge(all, state);
    state = judged.state();
    return judged.verdict();
  }
}
