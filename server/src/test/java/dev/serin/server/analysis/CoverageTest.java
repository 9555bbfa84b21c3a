package dev.serin.server.analysis;

import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How often intervals of 95 % hold the truth, in simulated experiments with fixed seeds. */
class CoverageTest {
  private static final int RUNS = 2_000;

  /** Three standard deviations of a share of .95 in as many runs. */
  private static final double ERROR = 3 * Math.sqrt(.95 * .05 / RUNS);

  private static final int USERS = 400;
  private static final double EFFECT = .1;

  /** Users differ as much as a user's requests do; a user sends 5 on average, geometrically. */
  @Test
  void intervals_ofUsersWhoReportOften_holdByBucketsAndNotByOutcomes() {
    Random random = new Random(1);
    int byBuckets = 0;
    int byOutcomes = 0;
    for (int run = 0; run < RUNS; run++) {
      ArmTally control = clustered(random, 0);
      ArmTally treatment = clustered(random, EFFECT);
      byBuckets +=
          holds(
              known(ClusteredDifference.of(control.buckets(), treatment.buckets(), Direction.NONE))
                  .interval(),
              EFFECT);
      byOutcomes +=
          holds(known(Welch.of(control.moments(), treatment.moments())).interval(), EFFECT);
    }
    assertThat(byBuckets / (double) RUNS).isBetween(.95 - ERROR - .01, .95 + ERROR + .01);
    assertThat(byOutcomes / (double) RUNS).isBetween(.5, .75);
  }

  private static ArmTally clustered(Random random, double effect) {
    ArmTally arm = new ArmTally();
    for (int i = 0; i < USERS; i++) {
      long user = random.nextLong();
      double own = random.nextGaussian();
      arm.exposed();
      do {
        arm.add(user, effect + own + random.nextGaussian());
      } while (random.nextDouble() < .8);
    }
    return arm;
  }

  @Test
  void intervals_ofOneOutcomeAUser_holdBothWays() {
    Random random = new Random(2);
    int byBuckets = 0;
    int byOutcomes = 0;
    for (int run = 0; run < RUNS; run++) {
      ArmTally control = new ArmTally();
      ArmTally treatment = new ArmTally();
      for (int i = 0; i < USERS; i++) {
        control.add(random.nextLong(), random.nextGaussian());
        treatment.add(random.nextLong(), EFFECT + 2 * random.nextGaussian());
      }
      byBuckets +=
          holds(
              known(ClusteredDifference.of(control.buckets(), treatment.buckets(), Direction.NONE))
                  .interval(),
              EFFECT);
      byOutcomes +=
          holds(known(Welch.of(control.moments(), treatment.moments())).interval(), EFFECT);
    }
    assertThat(byBuckets / (double) RUNS).isBetween(.95 - ERROR - .01, .95 + ERROR + .01);
    assertThat(byOutcomes / (double) RUNS).isBetween(.95 - ERROR, .95 + ERROR);
  }

  /** The same users in all three stages, who stay as they are: three stages are hardly more. */
  @Test
  void intervals_overStagesOfTheSameUsers_holdJointlyAndNotBySummedVariances() {
    Random random = new Random(3);
    int jointly = 0;
    int summed = 0;
    for (int run = 0; run < RUNS; run++) {
      List<StageArms> stages = sameUsers(random);
      jointly +=
          holds(
              known(StratifiedDifference.of(stages, Direction.NONE).difference()).interval(),
              EFFECT);
      summed += holds(bySummedVariances(stages), EFFECT);
    }
    assertThat(jointly / (double) RUNS).isBetween(.95 - ERROR - .01, .95 + ERROR + .01);
    assertThat(summed / (double) RUNS).isBetween(.65, .85);
  }

  private static List<StageArms> sameUsers(Random random) {
    List<ArmTally> controls = List.of(new ArmTally(), new ArmTally(), new ArmTally());
    List<ArmTally> treatments = List.of(new ArmTally(), new ArmTally(), new ArmTally());
    for (int i = 0; i < 2 * USERS; i++) {
      long user = random.nextLong();
      double own = random.nextGaussian() + (i < USERS ? 0 : EFFECT);
      for (ArmTally stage : i < USERS ? controls : treatments) {
        stage.exposed();
        stage.add(user, own + .3 * random.nextGaussian());
      }
    }
    List<StageArms> stages = new ArrayList<>();
    for (int stage = 0; stage < controls.size(); stage++) {
      stages.add(
          new StageArms(stage + 1, controls.get(stage).buckets(), treatments.get(stage).buckets()));
    }
    return stages;
  }

  private static Interval bySummedVariances(List<StageArms> stages) {
    double estimate = 0;
    double variance = 0;
    for (StageArms stage : stages) {
      ClusteredDifference difference =
          known(ClusteredDifference.of(stage.control(), stage.treatment(), Direction.NONE));
      estimate += difference.difference().absolute() / stages.size();
      variance += Math.pow(difference.standardError() / stages.size(), 2);
    }
    return Interval.ofNormal(estimate, Math.sqrt(variance));
  }

  private static int holds(Interval interval, double truth) {
    return interval.lower() <= truth && truth <= interval.upper() ? 1 : 0;
  }
}
