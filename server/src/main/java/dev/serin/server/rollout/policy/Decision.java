package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.Verdict.Action;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The order of judgement: roll back first, always; then what makes data unfit, which never masks a
 * roll back; then promotion; else stay, with what is missing.
 */
final class Decision {
  private final RolloutPlan plan;
  private final StagePlan stage;
  private final List<MetricJudge> metrics;
  private final RunEvidence evidence;
  private final JudgeState state;
  private final List<MetricReading> readings;
  private final List<DataQuality.Problem> problems;
  private final List<String> missing = new ArrayList<>();

  Decision(
      RolloutPlan plan,
      StagePlan stage,
      List<MetricJudge> metrics,
      RunEvidence evidence,
      JudgeState state,
      List<MetricReading> readings,
      List<DataQuality.Problem> problems) {
    this.plan = plan;
    this.stage = stage;
    this.metrics = metrics;
    this.evidence = evidence;
    this.state = state;
    this.readings = new ArrayList<>(readings);
    this.problems = problems;
  }

  Verdict verdict() {
    return alarm().or(this::unfit).orElseGet(this::promotion);
  }

  /** What has alarmed and acts, the clearest first. */
  private Optional<Verdict> alarm() {
    return readings.stream()
        .filter(reading -> reading.acts() && reading.blamesTreatment())
        .max(Comparator.comparingDouble(MetricReading::excess))
        .map(
            reading ->
                of(
                    Action.ROLL_BACK,
                    reading.metric().plan().role() == Role.CIRCUIT_BREAKER
                        ? Reason.CIRCUIT_BREAKER
                        : Reason.GUARDRAIL,
                    Optional.of(reading.key()),
                    reading.sentence() + "; rolled back"));
  }

  /** What holds, whatever else is shown. */
  private Optional<Verdict> unfit() {
    return blameless().or(this::badRatio).or(this::badData).or(this::signal);
  }

  /** A breaker beyond its limit that is not the treatment's fault, as far as can be told. */
  private Optional<Verdict> blameless() {
    return readings.stream()
        .filter(MetricReading::acts)
        .findFirst()
        .map(
            reading ->
                reading.breaker().equals(Optional.of(CircuitBreaker.State.BOTH_BROKEN))
                    ? held(
                        reading,
                        Reason.BOTH_ARMS_BROKEN,
                        "; the control is broken too",
                        " within its limit in both arms")
                    : held(
                        reading,
                        Reason.NOT_COMPARED,
                        "; not shown to be worse than the control",
                        " within its limit, or shown to be worse than the control"));
  }

  private Verdict held(MetricReading reading, Reason reason, String why, String waitsFor) {
    return held(
        reason, Optional.of(reading.key()), reading.sentence() + why, reading.key() + waitsFor);
  }

  private Verdict held(Reason reason, Optional<String> metric, String why, String waitsFor) {
    missing.add(waitsFor);
    collectMissing();
    return of(Action.HOLD, reason, metric, why + "; held");
  }

  private Optional<Verdict> badRatio() {
    if (!state.ratio().latch().fired()) {
      return Optional.empty();
    }
    return Optional.of(
        held(
            Reason.SAMPLE_RATIO,
            Optional.empty(),
            "arms do not get the users they were promised: odds %s (alarm at %s)"
                .formatted(
                    Words.odds(state.ratio().latch().peak()),
                    Words.odds(-Math.log(SampleRatio.ALPHA))),
            "arms that get the users they were promised"));
  }

  private Optional<Verdict> badData() {
    if (problems.isEmpty()) {
      return Optional.empty();
    }
    String all =
        problems.stream().map(DataQuality.Problem::sentence).collect(Collectors.joining(", "));
    return Optional.of(held(Reason.DATA, Optional.empty(), all, "fit data (" + all + ")"));
  }

  private Optional<Verdict> signal() {
    return readings.stream()
        .filter(reading -> reading.metric().plan().role() == Role.SIGNAL)
        .filter(reading -> !reading.metric().plan().dryRun() && reading.worse())
        .findFirst()
        .map(reading -> held(reading, Reason.SIGNAL, "", " no longer worse"));
  }

  private Verdict promotion() {
    collectMissing();
    if (missing.isEmpty()) {
      return of(
          Action.PROMOTE,
          Reason.SHOWN,
          Optional.empty(),
          "%s: %s with %s treatment and %s control users, %s: ready"
              .formatted(
                  stage.name(),
                  Words.time(evidence.dwelled()),
                  Words.count(evidence.data().exposed().treatment()),
                  Words.count(evidence.data().exposed().control()),
                  claim()));
    }
    return of(
        Action.GO_ON,
        Reason.NOT_YET,
        Optional.empty(),
        stage.name() + ": not yet: " + String.join(", ", missing));
  }

  private String claim() {
    boolean aside = plan.metrics().stream().anyMatch(MetricPlan::dryRun);
    return shown() + (aside ? " (dry runs aside)" : "");
  }

  private String shown() {
    if (stage.share().isAll()) {
      return "no guardrail or breaker alarm";
    }
    return switch (stage.promotion()) {
      case NO_REGRESSION -> "no guardrail alarm";
      case NON_INFERIOR -> "every guardrail within its margin";
      case SUPERIOR -> "every guardrail within its margin, every success metric better";
    };
  }

  private void collectMissing() {
    boolean dwelt = evidence.dwelled().compareTo(stage.dwell()) >= 0;
    if (!dwelt) {
      missing.add(
          Words.time(evidence.dwelled()) + " of " + Words.time(stage.dwell()) + " in the stage");
    }
    long treatment = evidence.data().exposed().treatment();
    long control = evidence.data().exposed().control();
    long fewer = stage.share().isAll() ? treatment : Math.min(treatment, control);
    boolean enough = fewer >= stage.minimumUsers();
    if (!enough) {
      missing.add(
          Words.count(fewer) + " of " + Words.count(stage.minimumUsers()) + " users in an arm");
    }
    // What evidence shows is asked when the stage could end by it, as it is not cheap.
    if (dwelt && enough && !stage.share().isAll()) {
      collectUnshown();
    }
  }

  private void collectUnshown() {
    for (int i = 0; i < metrics.size(); i++) {
      MetricPlan metric = metrics.get(i).plan();
      if (metric.role() == Role.GUARDRAIL && stage.promotion() != Promotion.NO_REGRESSION) {
        if (!isWithin(i) && !metric.dryRun()) {
          missing.add(metric.metric() + " is not shown to be within its margin");
        }
      } else if (metric.role() == Role.SUCCESS && stage.promotion() == Promotion.SUPERIOR) {
        if (!isBetter(i) && !metric.dryRun()) {
          missing.add(metric.metric() + " is not shown to be better");
        }
      }
    }
  }

  private boolean isWithin(int i) {
    MetricJudge metric = metrics.get(i);
    return switch (evidence.of(metric.plan())) {
      case null -> false;
      case Measured measured -> measured.nonInferior();
      case Events events -> {
        Optional<MetricReading.Within> shown =
            readings
                .get(i)
                .counted()
                .flatMap(
                    users ->
                        metric.questions().within(users, events.requestsWorse(), evidence.stage()));
        shown.ifPresent(within -> readings.set(i, readings.get(i).with(within)));
        yield shown.filter(MetricReading.Within::passes).isPresent();
      }
    };
  }

  private boolean isBetter(int i) {
    MetricJudge metric = metrics.get(i);
    if (plan.policy() instanceof DecisionPlan.FixedHorizon) {
      JudgeState.MetricState kept = state.metrics().get(metric.id());
      return kept != null && kept.horizon().filter(JudgeState.Horizon::better).isPresent();
    }
    return switch (evidence.of(metric.plan())) {
      case null -> false;
      case Measured measured -> measured.superior();
      case Events events ->
          readings
              .get(i)
              .counted()
              .filter(users -> metric.questions().isSuperior(users, evidence.stage()))
              .isPresent();
    };
  }

  private Verdict of(Action action, Reason reason, Optional<String> metric, String sentence) {
    return new Verdict(
        action, reason, metric, sentence, readings, state.ratio().logE(), problems, missing);
  }
}
