package dev.serin.server.rollout.control;

import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.error.ApiException;
import dev.serin.server.rollout.gate.GateAnswer;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The gates that neither a person nor time opens: another rollout, another feature, a webhook.
 * Nothing is kept of them but in webhooks' own questions: what is open stands in the runs' states,
 * since when in their logs.
 */
final class Gates {
  private final Journal journal;
  private final GateWebhooks webhooks;

  /** Of one tick: answers of webhooks, and which rollouts are completed. */
  private final Map<OpenGate.Id, GateAnswer> answers = new HashMap<>();

  private final Map<RolloutName, Boolean> completed = new HashMap<>();

  /** Of runs that stand at a webhook, by id: read once for each version. */
  private final Map<String, Opening> openings = new HashMap<>();

  private record RolloutName(String namespace, String key) {}

  Gates(Journal journal, GateWebhooks webhooks) {
    this.journal = journal;
    this.webhooks = webhooks;
  }

  /** The gate that a run stands at and that has not refused; empty: it stands at none. */
  static Optional<GatePlan> open(HeldRun run) {
    MachineState state = run.state();
    if (state.phase() != Phase.GATE || state.gateRefused()) {
      return Optional.empty();
    }
    StagePlan next = run.plan().stage(state.stage() + 1);
    return state.gate() < next.gates().size()
        ? Optional.of(next.gates().get(state.gate()))
        : Optional.empty();
  }

  /** The feature that a run waits for. */
  static Optional<FeatureName> awaitedFeature(HeldRun run) {
    return open(run)
        .filter(GatePlan.FeatureOn.class::isInstance)
        .map(
            gate ->
                new FeatureName(run.origin().namespace(), ((GatePlan.FeatureOn) gate).feature()));
  }

  /**
   * Begins a tick: asks all webhooks that are waited for, and takes what they answered.
   *
   * @param failed told of runs whose gates cannot be looked at
   * @return all other runs
   * @throws ApiException where the store does not answer
   */
  List<HeldRun> begin(Collection<HeldRun> runs, HeldRuns failed, Instant now) {
    answers.clear();
    completed.clear();
    List<HeldRun> sound = new ArrayList<>();
    Set<OpenGate.Id> asked = new HashSet<>();
    Set<String> waiting = new HashSet<>();
    for (HeldRun run : runs) {
      try {
        if (open(run).orElse(null) instanceof GatePlan.Webhook webhook) {
          webhooks.ask(question(run, webhook, now));
          asked.add(id(run));
          waiting.add(run.id());
        }
        sound.add(run);
      } catch (ApiException e) {
        throw e;
      } catch (RuntimeException e) {
        failed.failed(run, e);
      }
    }
    openings.keySet().retainAll(waiting);
    webhooks.keepOnly(asked);
    webhooks.answers().forEach(answer -> answers.put(answer.id(), answer));
    return sound;
  }

  /** Nothing is asked any more. */
  void forget() {
    webhooks.keepOnly(Set.of());
    openings.clear();
  }

  private Opening opening(HeldRun run) {
    Opening known = openings.get(run.id());
    if (known == null || known.version() != run.state().version()) {
      known = Opening.of(run, journal);
      openings.put(run.id(), known);
    }
    return known;
  }

  private OpenGate.Id id(HeldRun run) {
    MachineState state = run.state();
    return new OpenGate.Id(run.id(), state.stage() + 1, state.gate(), opening(run).entry());
  }

  private OpenGate question(HeldRun run, GatePlan.Webhook webhook, Instant now) {
    MachineState state = run.state();
    // A gate that is asked again waits from then on; what nobody saw is no time without an answer.
    Duration waited =
        state.seen(now, run.time().sinceLook(now)).atGate().minus(opening(run).atGate());
    return new OpenGate(
        id(run),
        run.origin().namespace(),
        run.origin().rollout(),
        run.origin().feature(),
        run.plan().stage(state.stage() + 1).name(),
        waited.isNegative() ? Duration.ZERO : waited,
        webhook);
  }

  /** What the gate that a run stands at has answered; empty: nothing yet, or nobody is asked. */
  Optional<Event> answer(HeldRun run, Map<FeatureName, FeatureSwitches> switches, Instant now) {
    return open(run)
        .flatMap(
            gate ->
                switch (gate) {
                  case GatePlan.Approval approval -> Optional.empty();
                  case GatePlan.Bake bake -> Optional.empty();
                  case GatePlan.Webhook webhook ->
                      Optional.ofNullable(answers.get(id(run)))
                          .map(answer -> result(run, answer.passed(), answer.detail(), now));
                  case GatePlan.RolloutCompleted other ->
                      isCompleted(new RolloutName(run.origin().namespace(), other.rollout()))
                          ? Optional.of(result(run, true, "its newest run is completed", now))
                          : Optional.empty();
                  case GatePlan.FeatureOn other -> {
                    FeatureSwitches known =
                        switches.get(new FeatureName(run.origin().namespace(), other.feature()));
                    yield known != null && known.isOn()
                        ? Optional.of(result(run, true, "it is on", now))
                        : Optional.empty();
                  }
                });
  }

  /** What the webhook that a run waits for failed with; empty: nothing, or it waits for none. */
  String failed(HeldRun run) {
    return open(run).filter(GatePlan.Webhook.class::isInstance).isPresent()
        ? webhooks.failed(id(run))
        : "";
  }

  private static Event result(HeldRun run, boolean passed, String detail, Instant now) {
    return new Event.GateResult(
        run.state().stage() + 1, run.state().gate(), passed, detail, run.time().sinceLook(now));
  }

  private boolean isCompleted(RolloutName rollout) {
    return completed.computeIfAbsent(
        rollout,
        name ->
            journal
                .newest(name.namespace(), name.key())
                .filter(run -> run.standing().phase().equals(Phase.COMPLETED.name()))
                .isPresent());
  }
}
