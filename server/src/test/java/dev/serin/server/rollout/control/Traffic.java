package dev.serin.server.rollout.control;

import dev.serin.server.catalog.MetricFingerprint;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.v1.Arm;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Users who come to runs, new ones each second, and a view of what is counted of them. */
final class Traffic implements CountedView {
  /** Of each run. */
  static final int USERS_PER_SECOND = 400;

  /** Of users who are served the control, and usually of the others. */
  private static final double USUAL_ERRORS = 0.005;

  private final MergedView view = new MergedView();

  /** By rollout, so that none depends on another; those whose keys begin alike draw alike. */
  private final Map<String, Random> randoms = new HashMap<>();

  private long users;

  /** Share of the treatment's users with an error, by rollout. */
  final Map<String, Double> treatmentErrors = new HashMap<>();

  /** Age of the view; empty: it cannot be asked. */
  Optional<Duration> age = Optional.of(Duration.ofMillis(100));

  /** What asking ends with; empty: with an answer. */
  volatile Optional<Error> error = Optional.empty();

  /** Whether users come at all. */
  boolean flows = true;

  /** Of each run, each time that users come. */
  int usersAtATime = USERS_PER_SECOND;

  /** Rollouts to which nobody comes. */
  final Set<String> silent = new HashSet<>();

  /** Rollouts whose users report nothing of their metrics. */
  final Set<String> unreported = new HashSet<>();

  /** Rollouts whose users report as much again without a token. */
  final Set<String> tokenless = new HashSet<>();

  /** Rollouts whose users with the control are lost, so that their arms are not as promised. */
  final Set<String> skewed = new HashSet<>();

  /** Draws from the beginning again, and nothing is wrong. */
  void beginAgain() {
    randoms.clear();
    treatmentErrors.clear();
    silent.clear();
    unreported.clear();
    tokenless.clear();
    skewed.clear();
    age = Optional.of(Duration.ofMillis(100));
  }

  @Override
  public Optional<Duration> age() {
    return age;
  }

  @Override
  public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    error.ifPresent(
        it -> {
          throw it;
        });
    return age.isPresent()
        ? CompletableFuture.completedFuture(question.apply(view))
        : CompletableFuture.failedFuture(ApiErrors.outcomesNotReady());
  }

  /** A second of a run. */
  void serve(RunView run, Instant now) {
    MachineState state = run.state();
    String rollout = run.stored().origin().rollout();
    if (!flows
        || silent.contains(rollout)
        || state.stage() == 0
        || state.killed()
        || state.phase().isOver()) {
      return;
    }
    DeltaBuilder builder = new DeltaBuilder(view);
    Random random =
        randoms.computeIfAbsent(rollout, key -> new Random(key.split("-", 2)[0].hashCode()));
    double share = state.traffic().fraction();
    for (int i = 0; i < usersAtATime; i++) {
      double draw = random.nextDouble();
      Arm arm = arm(draw, share);
      boolean treated = arm == Arm.ARM_TREATMENT || arm == Arm.ARM_SURPLUS;
      double errors = treated ? treatmentErrors.getOrDefault(rollout, USUAL_ERRORS) : USUAL_ERRORS;
      if (arm == Arm.ARM_CONTROL && skewed.contains(rollout)) {
        continue;
      }
      count(builder, run, place(run, arm, treated), random.nextDouble() < errors, now);
      if (tokenless.contains(rollout)) {
        builder.outcome(unplaced(run.stored().origin()), now.toEpochMilli());
      }
    }
    view.apply(builder.build());
  }

  private static Arm arm(double draw, double share) {
    if (draw < share) {
      return share < 1 && draw >= 1 - share ? Arm.ARM_SURPLUS : Arm.ARM_TREATMENT;
    }
    return draw >= Math.max(share, 1 - share) ? Arm.ARM_CONTROL : Arm.ARM_REMAINDER;
  }

  private static Place place(RunView run, Arm arm, boolean treated) {
    RunOrigin origin = run.stored().origin();
    return new Place(
        origin.namespace(),
        origin.feature(),
        origin.split(),
        origin.run(),
        0,
        run.state().stage(),
        arm,
        treated ? run.plan().treatment() : run.plan().control(),
        false,
        "user_key");
  }

  private static Place unplaced(RunOrigin origin) {
    return new Place(
        origin.namespace(), origin.feature(), "", "", 0, 0, Arm.ARM_NONE, "", false, "");
  }

  private void count(DeltaBuilder builder, RunView run, Place place, boolean error, Instant now) {
    long unit = ++users * 0x9e3779b97f4a7c15L;
    builder.exposure(place, unit, now.toEpochMilli());
    builder.outcome(place, now.toEpochMilli());
    builder.mark(place, unit);
    if (unreported.contains(run.stored().origin().rollout())) {
      return;
    }
    for (JudgedMetric metric : run.metrics()) {
      CellKey key =
          new CellKey(place, metric.plan().metric(), MetricFingerprint.of(metric.document()));
      if (error) {
        builder.event(key, unit);
      }
      builder.value(
          key,
          CellParts.BUCKETS,
          FixedPoint.toSteps(error ? 1 : 0),
          Buckets.bucketOf(unit, place.bucketSaltHash()),
          now.toEpochMilli());
    }
  }
}
