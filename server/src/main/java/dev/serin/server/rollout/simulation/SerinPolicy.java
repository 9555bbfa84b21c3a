package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.RunEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The real policy over simulated counts. For one run and one thread. */
final class SerinPolicy implements SimulatedJudge {
  private final Judge judge;
  private final List<String> events;
  private final Map<String, JudgedMetric> metrics;
  private final RequestBound requests;

  /** Evidence of stages that are over. */
  private final List<SampleRatio.Factor> pastExposures = new ArrayList<>();

  private final List<List<RunProcess.Part>> pastParts = new ArrayList<>();
  private ArmCounts pastExposed = ArmCounts.NONE;

  private JudgeState state = JudgeState.begin();
  private int stage;

  /** The last look, which is a stage's evidence when the next one begins. */
  private Optional<Look> last = Optional.empty();

  private SerinPolicy(
      Judge judge, List<String> events, Map<String, JudgedMetric> metrics, RequestBound requests) {
    this.judge = judge;
    this.events = events;
    this.metrics = metrics;
    this.requests = requests;
    events.forEach(event -> pastParts.add(new ArrayList<>()));
  }

  /**
   * The policy of a plan.
   *
   * @param metrics of the plan, in its order
   * @param events keys of the world's events, in its order
   * @param requestsAreUsers whether each request is of a user of its own
   */
  static Kind kind(
      RolloutPlan plan, List<JudgedMetric> metrics, List<String> events, boolean requestsAreUsers) {
    Judge judge = Judge.of(plan, metrics, DataQuality.USUAL);
    RequestBound requests = new RequestBound(requestsAreUsers, plan.alphaP());
    Map<String, JudgedMetric> byKey = new HashMap<>();
    metrics.forEach(metric -> byKey.putIfAbsent(metric.plan().metric(), metric));
    return new Kind() {
      @Override
      public String name() {
        return "serin";
      }

      @Override
      public SimulatedJudge begin(SimulatedPlan ofRun) {
        return new SerinPolicy(judge, events, byKey, requests);
      }
    };
  }

  @Override
  public Verdict judge(Look look) {
    if (look.stage() != stage) {
      last.ifPresent(this::keep);
      stage = look.stage();
    }
    last = Optional.of(look);
    Judge.Judged judged = judge.judge(evidence(look), state);
    state = judged.state();
    dev.serin.server.rollout.policy.Verdict verdict = judged.verdict();
    return new Verdict(
        switch (verdict.action()) {
          case ROLL_BACK -> Action.ROLL_BACK;
          case HOLD -> Action.HOLD;
          case PROMOTE -> Action.PROMOTE;
          case GO_ON -> Action.GO_ON;
        },
        verdict.reason().name().toLowerCase(Locale.ROOT),
        verdict.sentence(),
        "");
  }

  /** Keeps what a stage that is over has shown of the run. */
  private void keep(Look look) {
    if (!look.plan().share().isAll()) {
      pastExposures.add(exposures(look));
      pastExposed = pastExposed.plus(firstUsers(look));
      for (int i = 0; i < events.size(); i++) {
        pastParts.get(i).add(part(look, i));
      }
    }
  }

  private RunEvidence evidence(Look look) {
    boolean compared = !look.plan().share().isAll();
    ArmCounts exposed = new ArmCounts(look.treatment().users(), look.control().users());
    List<SampleRatio.Factor> exposures = new ArrayList<>(pastExposures);
    if (compared) {
      exposures.add(exposures(look));
    }
    Map<String, MetricEvidence> evidence = new HashMap<>();
    for (int i = 0; i < events.size(); i++) {
      JudgedMetric metric = metrics.get(events.get(i));
      if (metric != null) {
        evidence.put(events.get(i), event(look, i, metric, exposed, compared));
      }
    }
    Instant now = Simulation.START.plusSeconds(look.second());
    Duration elapsed = Duration.between(look.period().began(), now);
    DataQuality.Stage data =
        new DataQuality.Stage(
            exposed.treatment() > 0 ? Duration.ZERO : elapsed,
            exposed.control() > 0 ? Duration.ZERO : elapsed,
            Duration.ZERO,
            exposed,
            exposed,
            exposed,
            Judge.treatmentShare(look.plan().share()),
            0,
            look.treatment().requests() + look.control().requests(),
            0,
            0);
    return new RunEvidence(
        look.stage(),
        look.period().extension(),
        look.period().length(),
        elapsed,
        look.dwell(),
        data,
        exposures,
        evidence);
  }

  private MetricEvidence event(
      Look look, int event, JudgedMetric metric, ArmCounts exposed, boolean compared) {
    List<RunProcess.Part> parts = new ArrayList<>(pastParts.get(event));
    if (compared) {
      parts.add(part(look, event));
    }
    ArmCounts users =
        new ArmCounts(look.treatment().eventUsers(event), look.control().eventUsers(event));
    return new MetricEvidence.Events(
        new RunProcess(parts),
        pastExposed.plus(firstUsers(look)),
        users,
        exposed,
        requests.worse(look, users, metric.better()),
        classical(look, event, metric));
  }

  private Optional<MetricEvidence.Classical> classical(Look look, int event, JudgedMetric metric) {
    long samples = Math.min(look.treatment().users(), look.control().users());
    if (samples == 0 || look.control().eventUsers(event) == 0) {
      return Optional.empty();
    }
    double treated = (double) look.treatment().eventUsers(event) / look.treatment().users();
    double controls = (double) look.control().eventUsers(event) / look.control().users();
    double more = treated / controls - 1;
    return Optional.of(
        new MetricEvidence.Classical(
            samples,
            TwoProportions.pValue(look, event),
            metric.better() == Direction.HIGHER ? more : -more));
  }

  private static SampleRatio.Factor exposures(Look look) {
    double share = Judge.treatmentShare(look.plan().share());
    return new SampleRatio.Factor(
        List.of(share, 1 - share),
        List.of(look.treatment().firstUsers(), look.control().firstUsers()));
  }

  private static ArmCounts firstUsers(Look look) {
    return new ArmCounts(look.treatment().firstUsers(), look.control().firstUsers());
  }

  private static RunProcess.Part part(Look look, int event) {
    return new RunProcess.Part(
        Judge.treatmentShare(look.plan().share()),
        new ArmCounts(
            look.treatment().firstEventUsers(event), look.control().firstEventUsers(event)));
  }
}
