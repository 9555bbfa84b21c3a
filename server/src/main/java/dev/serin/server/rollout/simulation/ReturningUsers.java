package dev.serin.server.rollout.simulation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Requests of users who come again, each with a rate of events of their own. */
final class ReturningUsers extends Traffic {
  private final double[] positions;
  private final double[] factors;
  private final BitSet seenInStage = new BitSet();
  private final BitSet seenInRun = new BitSet();
  private final BitSet[] inStage;
  private final BitSet[] inRun;

  ReturningUsers(World world, long seed, int run) {
    super(world);
    SplittableRandom random = new SplittableRandom(seed * 31 + run);
    positions = random.doubles(world.population()).toArray();
    factors = factors(random, world.population(), world.variation());
    inStage = sets(world.events().size());
    inRun = sets(world.events().size());
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
        count(draws, second, user, treatment(), true);
      } else if (positions[user] >= 1 - controlShare()) {
        count(draws, second, user, control(), false);
      }
    }
  }

  private void count(Draws draws, long second, int user, Tally tally, boolean ofTreatment) {
    tally.addRequests(1, seenInStage.get(user) ? 0 : 1, seenInRun.get(user) ? 0 : 1);
    seenInStage.set(user);
    seenInRun.set(user);
    for (int event = 0; event < inStage.length; event++) {
      double rate = Math.min(1, world().rate(event, ofTreatment, second) * factors[user]);
      if (draws.uniform() < rate) {
        tally.addEvents(event, 1, inStage[event].get(user) ? 0 : 1, inRun[event].get(user) ? 0 : 1);
        inStage[event].set(user);
        inRun[event].set(user);
      }
    }
  }
}
