package dev.serin.server.analysis.mean;

import static dev.serin.server.analysis.Figures.known;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.ClusteredDifference;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.UserBuckets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How often the interval that is shown holds the truth at all looks at once; statistics.md C3 (i),
 * with fixed seeds, and beside it what the usual interval of a single look does on the same users.
 */
class AlwaysValidCoverageTest {
  private static final int RUNS = 2_000;
  private static final int USERS_OF_ARM = 1_000;
  private static final int LOOK_EACH = 20;

  /** The treatment's values are greater by so many parts of theirs. */
  private static final double EFFECT = .1;

  /** Mean of what a lognormal user reports: e^(s²/2) of both its halves together. */
  private static double mean(double deviation) {
    return Math.exp(deviation * deviation / 2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {.5, 1})
  void intervals_lookedAtAgainAndAgain_holdTheTruthWhereASingleLooksDoNot(double deviation) {
    SplittableRandom random = new SplittableRandom(41);
    double truth = EFFECT * mean(deviation);
    int missed = 0;
    int missedInPercent = 0;
    int missedBySingleLooks = 0;
    for (int run = 0; run < RUNS; run++) {
      Misses misses = new Misses(truth);
      SimulatedArm control = new SimulatedArm();
      SimulatedArm treatment = new SimulatedArm();
      for (int user = 1; user <= USERS_OF_ARM; user++) {
        draw(random, control, deviation, 1);
        draw(random, treatment, deviation, 1 + EFFECT);
        // Users are estimated from their buckets, and below a hundred there is no interval.
        if (user >= 200 && user % LOOK_EACH == 0) {
          misses.look(control.buckets(), treatment.buckets());
        }
      }
      missed += misses.always ? 1 : 0;
      missedInPercent += misses.inPercent ? 1 : 0;
      missedBySingleLooks += misses.singleLook ? 1 : 0;
    }
    double most = .05 + 3 * Math.sqrt(.05 * .95 / RUNS);
    assertThat(missed / (double) RUNS).isBetween(.001, most);
    assertThat(missedInPercent / (double) RUNS).isBetween(.001, most);
    assertThat(missedBySingleLooks / (double) RUNS).isGreaterThan(.15);
  }

  /** Half of the variance is between users, half between a user's requests, of which 1 to 5. */
  private static void draw(
      SplittableRandom random, SimulatedArm arm, double deviation, double factor) {
    double each = deviation * Math.sqrt(.5);
    arm.exposed();
    int bucket = random.nextInt(SimulatedArm.BUCKETS);
    double own = each * random.nextGaussian();
    for (int requests = 1 + random.nextInt(5); requests > 0; requests--) {
      arm.add(bucket, factor * Math.exp(own + each * random.nextGaussian()));
    }
  }

  /** A larger effect is found in most runs: where p is below .05, and nowhere else. */
  @Test
  void intervals_ofALargerEffect_excludeZeroWherePIsSmall() {
    SplittableRandom random = new SplittableRandom(42);
    int found = 0;
    int runs = 200;
    for (int run = 0; run < runs; run++) {
      SimulatedArm control = new SimulatedArm();
      SimulatedArm treatment = new SimulatedArm();
      for (int user = 0; user < USERS_OF_ARM; user++) {
        draw(random, control, .5, 1);
        draw(random, treatment, .5, 1 + 2 * EFFECT);
      }
      AlwaysValidDifference shown = shown(control.buckets(), treatment.buckets());
      boolean excluded = shown.interval().lower() > 0;
      assertThat(excluded).isEqualTo(shown.p() < .05);
      found += excluded ? 1 : 0;
    }
    assertThat(found / (double) runs).isGreaterThan(.9);
  }

  private static AlwaysValidDifference shown(UserBuckets control, UserBuckets treatment) {
    return known(
        AlwaysValidDifference.of(
            RunMeans.ofStage(control, treatment), Direction.NONE, USERS_OF_ARM));
  }

  private static boolean misses(Interval interval, double truth) {
    return truth < interval.lower() || truth > interval.upper();
  }

  /** Which intervals have missed the truth at any look of a run. */
  private static final class Misses {
    private final double truth;
    private boolean always;
    private boolean inPercent;
    private boolean singleLook;

    private Misses(double truth) {
      this.truth = truth;
    }

    private void look(UserBuckets control, UserBuckets treatment) {
      AlwaysValidDifference shown = shown(control, treatment);
      always |= misses(shown.interval(), truth);
      inPercent |= misses(known(shown.percent()), 100 * EFFECT);
      singleLook |=
          misses(
              known(ClusteredDifference.of(control, treatment, Direction.NONE)).interval(), truth);
    }
  }
}
