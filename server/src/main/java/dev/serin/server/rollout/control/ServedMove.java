package dev.serin.server.rollout.control;

import dev.serin.server.catalog.RunServing;
import dev.serin.server.catalog.ServedRun;
import dev.serin.server.catalog.ServedRun.Serving;
import dev.serin.server.catalog.TakenRevision;
import dev.serin.server.rollout.journal.Alongside;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.machine.Effect;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/**
 * What a move changes of what is served, in the transaction that writes it: the namespace's next
 * revision and what the run serves from it on. A move that begins or ends a run does so too, as it
 * changes which documents may be edited. Nothing for all others: they take no revision.
 *
 * <p>A move that serves a treatment is undone where the feature's kill switch is set by then. For
 * one transaction.
 */
final class ServedMove implements Alongside {
  private final RunServing serving;
  private final RunOrigin origin;
  private final RolloutPlan plan;
  private final MachineState before;
  private final Step.Moved moved;
  private final OptionalLong expected;
  private OptionalLong revision = OptionalLong.empty();

  /**
   * Of a move.
   *
   * @param before the state that it was decided on
   * @param expected revision of the namespace that it was decided on; empty: any
   */
  ServedMove(
      RunServing serving,
      RunOrigin origin,
      RolloutPlan plan,
      MachineState before,
      Step.Moved moved,
      OptionalLong expected) {
    this.serving = serving;
    this.origin = origin;
    this.plan = plan;
    this.before = before;
    this.moved = moved;
    this.expected = expected;
  }

  /**
   * {@inheritDoc}
   *
   * @throws KilledException where it would serve a treatment of a killed feature
   * @throws dev.serin.server.catalog.StaleNamespaceException where the namespace has moved
   */
  @Override
  public void write(Handle handle) {
    if (!changesWhatIsServed()) {
      return;
    }
    TakenRevision taken =
        serving.take(
            handle,
            origin.namespace(),
            expected,
            moved.entry().actor(),
            "rollout " + origin.rollout() + ": " + moved.entry().reason());
    if (servesTreatment() && serving.isKilled(handle, origin.namespace(), origin.feature())) {
      throw new KilledException();
    }
    serving.serve(handle, taken, served());
    revision = OptionalLong.of(taken.revision());
  }

  /** The revision that it took; empty: none, or not written yet. */
  OptionalLong revision() {
    return revision;
  }

  /**
   * Whether it serves a treatment, of no larger share though it be: while the kill switch is set
   * the machine does none of that. A run that begins at a gate counts, too.
   */
  private boolean servesTreatment() {
    return before.version() == 0
        || moved.effects().stream()
            .anyMatch(
                effect ->
                    effect instanceof Effect.ServeStage || effect instanceof Effect.ServeTreatment);
  }

  private boolean changesWhatIsServed() {
    return before.version() == 0
        || moved.state().phase().isOver()
        || moved.effects().stream().anyMatch(ServedMove::isServed);
  }

  private static boolean isServed(Effect effect) {
    return switch (effect) {
      case Effect.ServeStage stage -> true;
      case Effect.ServeControl control -> true;
      case Effect.ServeTreatment treatment -> true;
      case Effect.ServeDocument document -> true;
      case Effect.OpenGate gate -> false;
      case Effect.BeginPeriod period -> false;
      case Effect.AwaitHolders await -> false;
    };
  }

  private ServedRun served() {
    MachineState after = moved.state();
    TrafficShare share = after.traffic();
    return new ServedRun(
        origin.feature(),
        origin.split(),
        origin.run(),
        servesTheDocument() ? Serving.WAITING : serving(after),
        !after.phase().isOver(),
        after.stage(),
        plan.treatment(),
        plan.control(),
        share.parts(),
        share.of(),
        plan.keepBucketing(),
        plan.staleAfter().map(Duration::toMillis).orElse(ServedRun.NEVER_STALE),
        plan.metrics().stream().map(MetricPlan::metric).distinct().sorted().toList());
  }

  private boolean servesTheDocument() {
    return moved.effects().stream().anyMatch(Effect.ServeDocument.class::isInstance);
  }

  private static Serving serving(MachineState after) {
    return switch (after.phase()) {
      case PENDING -> Serving.WAITING;
      case GATE, RUNNING, HOLDING, PAUSED -> after.stage() == 0 ? Serving.WAITING : Serving.RUNNING;
      case ROLLING_BACK, ROLLED_BACK, CANCELLED -> Serving.ROLLED_BACK;
      case COMPLETED -> Serving.COMPLETED;
    };
  }
}
