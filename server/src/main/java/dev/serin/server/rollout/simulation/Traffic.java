package dev.serin.server.rollout.simulation;

import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.rollout.plan.TrafficShare;
import java.util.SplittableRandom;

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
    this.treatment = new Tally(world);
    this.control = new Tally(world);
  }

  /**
   * The traffic of a world; a run's draws are given with each second.
   *
   * @param byBucket whether somebody asks for events by user bucket, which takes longer to draw;
   *     values are always drawn
   */
  static Traffic of(World world, long seed, int run, boolean byBucket) {
    return world.population() == 0
        ? new NewUsers(world, byBucket || !world.values().isEmpty())
        : new ReturningUsers(world, seed, run);
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
    treatment = new Tally(world);
    control = new Tally(world);
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

  /** The treatment's share without surplus: as large as the control's. */
  final double comparedShare() {
    return Math.min(treatmentShare(), controlShare());
  }

  /** Every request is a new user. */
  private static final class NewUsers extends Traffic {
    /** In place of the bucket of a user of the surplus. */
    private static final int NOBODYS = -1;

    private final long[] happened;

    /** Of the requests of a second, the first that an event happens in; the others follow it. */
    private final int[] first;

    private final boolean detailed;

    NewUsers(World world, boolean detailed) {
      super(world);
      this.detailed = detailed;
      happened = new long[world.events().size()];
      first = new int[happened.length];
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
      int requests = Math.toIntExact(draws.poisson(world().requestsPerSecond() * share));
      tally.addRequests(requests, requests, requests);
      for (int i = 0; i < happened.length; i++) {
        happened[i] = draws.binomial(requests, world().rate(i, ofTreatment, second));
        tally.addEvents(i, happened[i], happened[i], happened[i]);
        tally.addArrivals(i, second, happened[i]);
        first[i] = requests == 0 ? 0 : draws.details().nextInt(requests);
      }
      if (detailed) {
        detail(draws.details(), second, tally, requests, share, ofTreatment);
      }
    }

    /** Which user bucket each request is of, and its values. */
    private void detail(
        SplittableRandom random,
        long second,
        Tally tally,
        int requests,
        double share,
        boolean ofTreatment) {
      double compared = ofTreatment ? comparedShare() / share : 1;
      for (int request = 0; request < requests; request++) {
        boolean counts = compared == 1 || random.nextDouble() < compared;
        int bucket = random.nextInt(Buckets.COUNT);
        if (counts) {
          tally.compared().addUser(1, 1);
          tally.compared().addOutcome(bucket);
        }
        for (int i = 0; counts && i < happened.length; i++) {
          if (Math.floorMod(request - first[i], requests) < happened[i]) {
            tally.compared().addEvent(i, bucket);
          }
        }
        addValues(random, second, tally, counts ? bucket : NOBODYS, ofTreatment);
      }
    }

    private void addValues(
        SplittableRandom random, long second, Tally tally, int bucket, boolean ofTreatment) {
      for (int i = 0; i < world().values().size(); i++) {
        double size =
            world().value(i, ofTreatment, second, random.nextGaussian(), random.nextGaussian());
        tally.addValue(i, size);
        if (bucket != NOBODYS) {
          tally.compared().addValue(i, bucket, size);
        }
      }
    }
  }
}
