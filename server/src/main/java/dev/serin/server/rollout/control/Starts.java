package dev.serin.server.rollout.control;

import com.google.protobuf.ByteString;
import dev.serin.server.catalog.RunScene;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.error.RunErrors;
import dev.serin.server.rollout.control.Commands.Asked;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.plan.FeatureFit;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Feature;
import dev.serin.v1.Rollout;
import dev.serin.v1.Split;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides whether a rollout may be started, and how its run begins. Writes nothing. */
final class Starts {
  private final Journal journal;
  private final RunCatalog catalog;
  private final InstantSource clock;
  private final RandomGenerator random;

  Starts(Journal journal, RunCatalog catalog, InstantSource clock, RandomGenerator random) {
    this.journal = journal;
    this.catalog = catalog;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A run that is to be made.
   *
   * @param plan it goes by
   * @param number which of its rollout's runs it will be, from 1
   * @param judged the plan's metrics
   * @param pending its state before
   * @param moved how it begins
   * @param revision of the namespace that it was decided on
   */
  record Begun(
      RunOrigin origin,
      RolloutPlan plan,
      long number,
      List<JudgedMetric> judged,
      MachineState pending,
      Step.Moved moved,
      long revision) {
    /** The run as its first move leaves it. */
    RunView after(Move first) {
      StoredRun before =
          new StoredRun(
              origin,
              number,
              0,
              first.timeMillis(),
              first.after(),
              ByteString.EMPTY,
              Optional.empty());
      return new RunView(Moves.after(before, first), plan, judged, moved.state());
    }
  }

  /** Decides. Throws what {@link Commands#apply} says of a start. */
  Begun decide(Asked asked) {
    Optional<StoredRun> newest = journal.newest(asked.namespace(), asked.rollout());
    long version = newest.map(StoredRun::version).orElse(0L);
    Commands.requireVersion(asked, version);
    newest
        .filter(run -> run.standing().active())
        .ifPresent(
            run -> {
              throw RunErrors.active(asked.rollout(), asked.rollout(), run.origin().run());
            });
    RunScene scene = catalog.scene(asked.namespace(), asked.rollout());
    Rollout document =
        scene
            .rollout()
            .map(RunScene.StoredRollout::document)
            .orElseThrow(
                () -> ApiErrors.documentNotFound(asked.namespace(), "rollout", asked.rollout()));
    RolloutPlan plan = plan(document);
    Feature feature =
        scene
            .feature()
            .filter(it -> !scene.archived())
            .orElseThrow(() -> unknownFeature(asked, plan.feature(), scene.archived()));
    List<JudgedMetric> judged = judged(plan, feature, scene);
    new GateTargets(journal, catalog, asked.namespace(), document).require(plan);
    Instant now = clock.instant();
    MachineState pending = MachineState.pending(now);
    RolloutMachine machine = new RolloutMachine(plan);
    Event.Command start = new Event.Command(asked.kind(), asked.actor(), asked.reason());
    if (scene.switches().killed()) {
      throw RunErrors.state(
          asked.rollout(),
          Phase.PENDING.name(),
          version,
          Commands.whileKilled(machine, pending, start, now));
    }
    if (!(machine.apply(pending, start, now) instanceof Step.Moved moved)) {
      throw new IllegalStateException("a start of a pending run did not move it");
    }
    RunOrigin origin =
        new RunOrigin(
            Ids.draw(random),
            asked.namespace(),
            asked.rollout(),
            plan.feature(),
            plan.split(),
            RunDocuments.of(document, unit(feature, plan), judged).encode());
    long number = newest.map(StoredRun::number).orElse(0L) + 1;
    return new Begun(origin, plan, number, judged, pending, moved, scene.revision());
  }

  /** Why there is no run to command: there is no such rollout, or it was never started. */
  ApiException absent(Asked asked) {
    return catalog.scene(asked.namespace(), asked.rollout()).rollout().isPresent()
        ? RunErrors.neverStarted(asked.rollout())
        : ApiErrors.documentNotFound(asked.namespace(), "rollout", asked.rollout());
  }

  private static RolloutPlan plan(Rollout document) {
    return switch (PlanReader.read(document)) {
      case PlanReading.Valid valid -> valid.plan();
      case PlanReading.Invalid invalid -> throw ApiErrors.invalidDocument(invalid.violations());
    };
  }

  private static List<JudgedMetric> judged(RolloutPlan plan, Feature feature, RunScene scene) {
    return switch (FeatureFit.of(plan, feature, scene.shared())) {
      case FeatureFit.Result.Fits fits -> fits.metrics();
      case FeatureFit.Result.Misfits misfits ->
          throw ApiErrors.invalidDocument(misfits.violations());
    };
  }

  private static ApiException unknownFeature(Asked asked, String feature, boolean archived) {
    return ApiErrors.invalidDocument(
        List.of(
            new FieldViolation(
                Commands.named(asked),
                "feature",
                "\""
                    + feature
                    + (archived
                        ? "\", which is archived (expected: one that is not)"
                        : "\" (expected: a feature of the namespace)"))));
  }

  private static String unit(Feature feature, RolloutPlan plan) {
    return feature.getSplitsList().stream()
        .filter(split -> split.getId().equals(plan.split()))
        .map(Split::getUnit)
        .findFirst()
        .orElseThrow();
  }
}
