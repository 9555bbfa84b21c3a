package dev.serin.server.rollout.evidence;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.EventRatio;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.forecast.LiveForecast;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricReading;
import dev.serin.server.rollout.policy.RunEvidence;
import dev.serin.server.rollout.policy.Verdict;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.DataProblem;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MetricRole;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import dev.serin.v1.VerdictProblem;
import dev.serin.v1.VerdictReason;
import dev.serin.v1.VerdictWithin;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts as messages: all that a look showed, in numbers. They take longer than the look itself:
 * made for people who ask and for entries of logs, not for every look.
 */
public final class VerdictMessages {
  private VerdictMessages() {}

  /**
   * The message of a look, without a forecast; it has no time and no run yet.
   *
   * @param plan of the run
   * @param evidence that was looked at
   * @param verdict what the judge made of it
   */
  public static dev.serin.v1.Verdict of(RolloutPlan plan, RunEvidence evidence, Verdict verdict) {
    dev.serin.v1.Verdict.Builder message =
        dev.serin.v1.Verdict.newBuilder()
            .setAction(action(verdict.action()))
            .setReason(reason(verdict.reason()))
            .setMetric(verdict.metric().orElse(""))
            .setSentence(verdict.sentence())
            .addAllWaitsFor(verdict.missing())
            .setRatioLogE(verdict.logRatio())
            .setRatioThreshold(AlphaShares.threshold(SampleRatio.ALPHA))
            .setRollout(plan.key())
            .setStage(evidence.stage())
            .setStageName(plan.stage(evidence.stage()).name())
            .setTreatmentUsers(evidence.data().exposed().treatment())
            .setControlUsers(evidence.data().exposed().control())
            .setThinned(evidence.generation() > 0);
    for (DataQuality.Problem problem : verdict.problems()) {
      message.addProblems(
          VerdictProblem.newBuilder()
              .setProblem(problem(problem.state()))
              .setSentence(problem.sentence()));
    }
    StagePlan stage = plan.stage(evidence.stage());
    for (MetricReading reading : verdict.readings()) {
      MetricEvidence seen = evidence.of(reading.metric().plan());
      VerdictMetric.Builder metric = metric(reading, seen);
      addControl(metric, reading, seen, evidence.data().share());
      shown(plan, stage, reading, seen).ifPresent(metric::setShown);
      message.addMetrics(metric);
    }
    return message.build();
  }

  /**
   * The same with when the stage may be left, where nothing is against that. What a forecast says
   * is over with the next look: for whoever asks now.
   *
   * @param passed by the look
   */
  public static dev.serin.v1.Verdict withForecast(
      RolloutPlan plan, RunEvidence evidence, Verdict verdict, LiveForecast.Passed passed) {
    dev.serin.v1.Verdict.Builder message = of(plan, evidence, verdict).toBuilder();
    LiveForecast forecast = forecast(plan, evidence, verdict, passed);
    forecast.median().map(VerdictMessages::time).ifPresent(message::setPromotedMedian);
    forecast.p90().map(VerdictMessages::time).ifPresent(message::setPromotedP90);
    return message.build();
  }

  private static LiveForecast forecast(
      RolloutPlan plan, RunEvidence evidence, Verdict verdict, LiveForecast.Passed passed) {
    return switch (verdict.action()) {
      case PROMOTE -> LiveForecast.NOW;
      // Where nobody looked at any metric, nothing is known of what they wait for.
      case GO_ON ->
          verdict.readings().isEmpty() && !plan.metrics().isEmpty()
              ? LiveForecast.UNKNOWN
              : LiveForecast.of(
                  plan,
                  verdict.readings().stream().map(MetricReading::metric).toList(),
                  asked(evidence, verdict),
                  passed);
      case HOLD, ROLL_BACK -> LiveForecast.UNKNOWN;
    };
  }

  /** The evidence with the users of events that promotion asks of: of all generations of sets. */
  private static RunEvidence asked(RunEvidence evidence, Verdict verdict) {
    Map<String, MetricEvidence> metrics = new HashMap<>(evidence.metrics());
    for (MetricReading reading : verdict.readings()) {
      MetricPlan plan = reading.metric().plan();
      if (evidence.of(plan) instanceof MetricEvidence.Events events) {
        reading
            .counted()
            .ifPresent(
                users ->
                    metrics.put(
                        RunEvidence.id(plan), events.ofStage(users.withEvent(), users.exposed())));
      }
    }
    return evidence.with(metrics);
  }

  private static Duration time(java.time.Duration time) {
    return Durations.fromMillis(time.toMillis());
  }

  /** What needs a control. */
  private static void addControl(
      VerdictMetric.Builder message,
      MetricReading reading,
      @Nullable MetricEvidence evidence,
      double share) {
    if (share >= 1) {
      return;
    }
    if (reading.metric().plan().role() == MetricPlan.Role.CIRCUIT_BREAKER) {
      message.setControlLogE(reading.logRun()).setControlThreshold(reading.runThreshold());
    }
    if (evidence instanceof MetricEvidence.Events events
        && events.stageExposed().treatment() > 0
        && events.stageExposed().control() > 0) {
      Interval ratio = EventRatio.of(share, events.stage()).interval();
      message.setRatioLower(ratio.lower());
      if (Double.isFinite(ratio.upper())) {
        message.setRatioUpper(ratio.upper());
      }
    }
  }

  /** Whether what the stage must show of a metric is shown; empty: nothing, or not asked yet. */
  private static Optional<Boolean> shown(
      RolloutPlan plan, StagePlan stage, MetricReading reading, @Nullable MetricEvidence evidence) {
    MetricPlan.Role role = reading.metric().plan().role();
    return switch (evidence) {
      case null -> Optional.empty();
      case MetricEvidence.Events events -> reading.within().map(MetricReading.Within::passes);
      case MetricEvidence.Measured measured -> {
        if (role == MetricPlan.Role.GUARDRAIL && MetricTests.mustBeWithin(stage)) {
          yield Optional.of(measured.nonInferior());
        }
        boolean horizon = plan.policy() instanceof DecisionPlan.FixedHorizon;
        yield role == MetricPlan.Role.SUCCESS && !horizon && MetricTests.mustBeBetter(stage)
            ? Optional.of(measured.superior())
            : Optional.empty();
      }
    };
  }

  private static VerdictMetric.Builder metric(
      MetricReading reading, @Nullable MetricEvidence evidence) {
    JudgedMetric metric = reading.metric();
    MetricPlan plan = metric.plan();
    VerdictMetric.Builder message =
        VerdictMetric.newBuilder()
            .setMetric(plan.metric())
            .setRole(role(plan.role()))
            .setKind(kind(metric.kind()))
            .setBetter(better(metric.better()))
            .setMeasure(metric.document().getMeasure())
            .setDryRun(plan.dryRun())
            .setMargin(plan.margin())
            .setAbsoluteMargin(metric.absoluteMargin())
            .setAlarm(reading.alarm())
            .setWorse(reading.worse())
            .setControlBroken(
                reading.breaker().equals(Optional.of(CircuitBreaker.State.BOTH_BROKEN)))
            .setSentence(reading.sentence());
    if (plan.role() == MetricPlan.Role.CIRCUIT_BREAKER) {
      message.setLimit(plan.limit());
    }
    if (metric.kind() == JudgedMetric.Kind.QUANTILE) {
      message.setQuantile(plan.quantile());
    }
    if (reading.isOfRun()) {
      message.setRunLogE(reading.logRun()).setRunThreshold(reading.runThreshold());
    }
    if (reading.isOfStage()) {
      message.setStageLogE(reading.logStage()).setStageThreshold(reading.stageThreshold());
    }
    switch (evidence) {
      case null -> {}
      case MetricEvidence.Events events -> addEvents(message, reading, events);
      case MetricEvidence.Measured measured -> addMeasured(message, measured);
    }
    return message;
  }

  private static void addEvents(
      VerdictMetric.Builder message, MetricReading reading, MetricEvidence.Events events) {
    ArmCounts users = events.stage();
    ArmCounts exposed = events.stageExposed();
    message.setTreatmentWithEvent(users.treatment()).setControlWithEvent(users.control());
    if (exposed.treatment() > 0) {
      message.setTreatmentValue((double) users.treatment() / exposed.treatment());
    }
    if (exposed.control() > 0) {
      message.setControlValue((double) users.control() / exposed.control());
    }
    reading.within().ifPresent(within -> message.setWithin(within(within, events)));
  }

  private static VerdictWithin within(MetricReading.Within within, MetricEvidence.Events events) {
    NonInferiority.Shown shown = within.users();
    VerdictWithin.Builder message =
        VerdictWithin.newBuilder()
            .setLogE(shown.logE())
            .setThreshold(shown.threshold())
            .setDifference(shown.difference())
            .setRelative(shown.withinRelative())
            .setAbsolute(shown.withinAbsolute())
            .setPasses(within.passes());
    events.requestsWorse().ifPresent(message::setRequestsWorse);
    return message.build();
  }

  private static void addMeasured(VerdictMetric.Builder message, MetricEvidence.Measured measured) {
    measured
        .estimate()
        .ifPresent(
            shown -> {
              message.setTreatmentValue(shown.treatment()).setControlValue(shown.control());
              shown
                  .interval()
                  .ifPresent(
                      interval -> message.setLower(interval.lower()).setUpper(interval.upper()));
            });
  }

  private static VerdictAction action(Verdict.Action action) {
    return switch (action) {
      case ROLL_BACK -> VerdictAction.VERDICT_ACTION_ROLL_BACK;
      case HOLD -> VerdictAction.VERDICT_ACTION_HOLD;
      case PROMOTE -> VerdictAction.VERDICT_ACTION_PROMOTE;
      case GO_ON -> VerdictAction.VERDICT_ACTION_GO_ON;
    };
  }

  private static VerdictReason reason(Verdict.Reason reason) {
    return switch (reason) {
      case GUARDRAIL -> VerdictReason.VERDICT_REASON_GUARDRAIL;
      case CIRCUIT_BREAKER -> VerdictReason.VERDICT_REASON_CIRCUIT_BREAKER;
      case BOTH_ARMS_BROKEN -> VerdictReason.VERDICT_REASON_BOTH_ARMS_BROKEN;
      case DATA -> VerdictReason.VERDICT_REASON_DATA;
      case SAMPLE_RATIO -> VerdictReason.VERDICT_REASON_SAMPLE_RATIO;
      case SIGNAL -> VerdictReason.VERDICT_REASON_SIGNAL;
      case NOT_COMPARED -> VerdictReason.VERDICT_REASON_NOT_COMPARED;
      case SHOWN -> VerdictReason.VERDICT_REASON_SHOWN;
      case NOT_YET -> VerdictReason.VERDICT_REASON_NOT_YET;
    };
  }

  private static DataProblem problem(DataQuality.State state) {
    return switch (state) {
      case NO_TRAFFIC -> DataProblem.DATA_PROBLEM_NO_TRAFFIC;
      case STALE -> DataProblem.DATA_PROBLEM_STALE;
      case NO_EXPOSURES -> DataProblem.DATA_PROBLEM_NO_EXPOSURES;
      case LOSING_OUTCOMES -> DataProblem.DATA_PROBLEM_LOSING_OUTCOMES;
      case BOTH_ARMS -> DataProblem.DATA_PROBLEM_BOTH_ARMS;
      case MISSING_TOKENS -> DataProblem.DATA_PROBLEM_MISSING_TOKENS;
    };
  }

  private static MetricRole role(MetricPlan.Role role) {
    return switch (role) {
      case GUARDRAIL -> MetricRole.METRIC_ROLE_GUARDRAIL;
      case SUCCESS -> MetricRole.METRIC_ROLE_SUCCESS;
      case CIRCUIT_BREAKER -> MetricRole.METRIC_ROLE_CIRCUIT_BREAKER;
      case SIGNAL -> MetricRole.METRIC_ROLE_SIGNAL;
    };
  }

  private static MetricKind kind(JudgedMetric.Kind kind) {
    return switch (kind) {
      case EVENT -> MetricKind.METRIC_KIND_EVENT;
      case MEAN -> MetricKind.METRIC_KIND_MEAN;
      case RATIO -> MetricKind.METRIC_KIND_RATIO;
      case QUANTILE -> MetricKind.METRIC_KIND_QUANTILE;
    };
  }

  private static BetterDirection better(Direction direction) {
    return switch (direction) {
      case LOWER -> BetterDirection.BETTER_DIRECTION_LOWER;
      case HIGHER -> BetterDirection.BETTER_DIRECTION_HIGHER;
      case NONE -> BetterDirection.BETTER_DIRECTION_UNSPECIFIED;
    };
  }
}
