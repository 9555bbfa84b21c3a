package dev.serin.server.rollout.simulation;

import dev.serin.server.outcome.aggregate.Buckets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Requests of users who come again, each with a rate of events of their own.
 *
 * <p>For the run a user counts once. With equal arms users of an earlier remainder count when they
 * enter one, as they enter either alike. Above one half they enter the treatment far more often
 * than its share says, so that whoever was seen anywhere before, the remainder included, is no news
 * there: counted, they would look like a mismatch of arms and like a regression.
 */
final class ReturningUsers extends Traffic {
  private final double[] positions;
  private final double[] factors;

  /** Normal deviates of users' values. */
  private final double[] sizes;

  private final BitSet seenInStage = new BitSet();

  /** The second in which each of them was first seen in the stage. */
  private final int[] arrived;

  private final BitSet seenInRun = new BitSet();
  private final BitSet seenBeside = new BitSet();
  private final BitSet seenCompared = new BitSet();
  private final BitSet[] inStage;
  private final BitSet[] inRun;

  /** Users of the remainder who had the event there. */
  private final BitSet[] beside;

  ReturningUsers(World world, long seed, int run) {
    super(world);
    SplittableRandom random = new SplittableRandom(Draws.seed(seed, run));
    positions = random.doubles(world.population()).toArray();
    factors = factors(random, world.population(), world.variation());
    arrived = new int[world.population()];
    sizes = new double[world.values().isEmpty() ? 0 : world.population()];
    Arrays.setAll(sizes, i -> random.nextGaussian());
    inStage = sets(world.events().size());
    inRun = sets(world.events().size());
    beside = sets(world.events().size());
  }

  private static BitSet[] sets(int count) {
    BitSet[] sets = new BitSet[count];
    Arrays.setAll(sets, i -> new BitSet());
    return sets;
  }

  /** Gamma factors of mean 1. */
  private static double[] factors(SplittableRandom random, int count, double variation) {
    double[] factors = new double[count];
    double shape = variation == 0 ? 0 : 1 / (variation * variation);
    Arrays.setAll(factors, i -> variation == 0 ? 1 : Gamma.draw(random, shape) / shape);
    return factors;
  }

  @Override
  void forgetStage() {
    seenInStage.clear();
    for (BitSet set : inStage) {
      set.clear();
    }
  }

  @Override
  void second(Draws draws, long second) {
    long requests = draws.poisson(world().requestsPerSecond());
    for (long i = 0; i < requests; i++) {
      int user = (int) (draws.uniform() * positions.length);
      boolean ofTreatment = positions[user] < treatmentShare();
      if (ofTreatment) {
        boolean compared = positions[user] < comparedShare();
        count(draws, second, user, treatment(), true, compared);
      } else if (positions[user] >= 1 - controlShare()) {
        count(draws, second, user, control(), false, true);
      } else {
        markBeside(draws, second, user);
      }
    }
  }

  private void count(
      Draws draws, long second, int user, Tally tally, boolean ofTreatment, boolean compared) {
    // Users are placed by chance: a bucket by their number is one that no place tells anything of.
    int bucket = user % Buckets.COUNT;
    if (compared) {
      tally.compared().addUser(news(seenInStage, user), news(seenCompared, user));
      tally.compared().addOutcome(bucket);
      seenCompared.set(user);
    }
    tally.addRequests(1, news(seenInStage, user), newsOfRun(seenInRun, seenBeside, user));
    arrived[user] = seenInStage.get(user) ? arrived[user] : Math.toIntExact(second);
    seenInStage.set(user);
    seenInRun.set(user);
    for (int event = 0; event < inStage.length; event++) {
      if (happens(draws, second, user, event, ofTreatment)) {
        tally.addEvents(
            event, 1, news(inStage[event], user), newsOfRun(inRun[event], beside[event], user));
        tally.addArrivals(event, arrived[user], news(inStage[event], user));
        inStage[event].set(user);
        inRun[event].set(user);
        if (compared) {
          tally.compared().addEvent(event, bucket);
        }
      }
    }
    for (int i = 0; i < world().values().size(); i++) {
      double ofRequest = draws.details().nextGaussian();
      double size = world().value(i, ofTreatment, second, sizes[user], ofRequest);
      tally.addValue(i, size);
      if (compared) {
        tally.compared().addValue(i, bucket, size);
      }
    }
  }

  /** A request of the remainder, which is served the control and is evidence for nothing. */
  private void markBeside(Draws draws, long second, int user) {
    seenBeside.set(user);
    for (int event = 0; event < inStage.length; event++) {
      if (happens(draws, second, user, event, false)) {
        beside[event].set(user);
      }
    }
  }

  private boolean happens(Draws draws, long second, int user, int event, boolean ofTreatment) {
    double rate = Math.min(1, world().rate(event, ofTreatment, second) * factors[user]);
    return draws.uniform() < rate;
  }

  private static int news(BitSet seen, int user) {
    return seen.get(user) ? 0 : 1;
  }

  private int newsOfRun(BitSet inArms, BitSet inRemainder, int user) {
    boolean seen = inArms.get(user) || (treatmentShare() > 0.5 && inRemainder.get(user));
    return seen ? 0 : 1;
  }
}
