package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.plan.TrafficShare;

/**
 * The traffic of one run, second by second, counted by arm and stage. For one thread.
 *
 * <p>Arms are those of a split under a rollout: with a share t of at most one half the treatment is
 * [0, t), the control [1 - t, 1), and between them is the remainder, which is nobody's evidence;
 * above it the control is [t, 1).
 */
abstract class Traffic {
  private final World world;
  private Tally treatment;
  private Tally control;
  private TrafficShare share = TrafficShare.NONE;

  Traffic(World world) {
    this.world = world;
    this.treatment = new Tally(world.events().size());
    this.control = new Tally(world.events().size());
  }

  /** The traffic of a world; a run's draws are given with each second. */
  static Traffic of(World world, long seed, int run) {
    return world.population() == 0 ? new NewUsers(world) : new ReturningUsers(world, seed, run);
  }

  final World world() {
    return world;
  }

  final Tally treatment() {
    return treatment;
  }

  final Tally control() {
    return control;
  }

  /** Counts anew, for a stage of this share. */
  final void begin(TrafficShare stageShare) {
    share = stageShare;
    treatment = new Tally(world.events().size());
    control = new Tally(world.events().size());
    forgetStage();
  }

  /** The treatment's share of the units. */
  final double treatmentShare() {
    return share.fraction();
  }

  /** The control's share of the units: as large as the treatment's, where there is room. */
  final double controlShare() {
    return Math.min(share.fraction(), 1 - share.fraction());
  }

  /** Forgets whom the stage has seen. */
  abstract void forgetStage();

  /** One more second of traffic. */
  abstract void second(Draws draws, long second);

  /** Every request is a new user. */
  private static final class NewUsers extends Traffic {
    NewUsers(World world) {
      super(world);
    }

    @Override
    void forgetStage() {
      // Nobody comes again.
    }

    @Override
    void second(Draws draws, long second) {
      count(draws, second, treatment(), treatmentShare(), true);
      count(draws, second, control(), controlShare(), false);
    }

    private void count(Draws draws, long second, Tally tally, double share, boolean ofTreatment) {
      long requests = draws.poisson(world().requestsPerSecond() * share);
      tally.addRequests(requests, requests, requests);
      for (int i = 0; i < world().events().size(); i++) {
        long happened = draws.binomial(requests, world().rate(i, ofTreatment, second));
        tally.addEvents(i, happened, happened, happened);
      }
    }
  }
}
