package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.Reason;
import dev.serin.v1.Share;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which draws a split gives to whom, to the last one (docs/bucketing.md, Ranges). */
class SplitRangeTest {
  private static final Share ALL = share(1, 1);

  @Test
  void unitOfDraw_anyDrawAndSalt_isDrawnThatNumber() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      BigInteger draw = new BigInteger(Long.SIZE, random);
      String salt = "salt-" + random.nextInt();
      byte[] unit = UnitOfDraw.of(draw, salt);
      long drawn = Bucketing.draw(Bucketing.hash(unit, 0, unit.length), Bucketing.hash(salt));
      assertThat(drawn).isEqualTo(draw.longValue());
    }
  }

  /** Every variant begins and ends where its weight says, and nowhere in between is another's. */
  @Test
  void split_randomWeightsAndCoverage_givesEachVariantExactlyItsDraws() {
    Random random = new Random(20_261_121);
    for (int i = 0; i < 1_500; i++) {
      int total = 1 + random.nextInt(i % 2 == 0 ? 200 : 1_000_000_000);
      int[] weights = weights(random, 1 + random.nextInt(6), total);
      int of = 1 + random.nextInt(i % 3 == 0 ? 100 : 1_000_000_000);
      Share coverage = i % 4 == 0 ? ALL : share(random.nextInt(of + 1), of);
      DrawnFeature feature = DrawnFeature.of(total, coverage, weights);

      BigInteger whole = times(total, coverage.getOf());
      long before = 0;
      for (int variant = 0; variant < weights.length; variant++) {
        BigInteger from = times(before, coverage.getOf());
        BigInteger covered = from.add(times(weights[variant], coverage.getParts()));
        before += weights[variant];
        BigInteger until = times(before, coverage.getOf());
        feature.assertServes(DrawnFeature.variant(variant), from, covered, whole);
        feature.assertServes("none", covered, until, whole);
      }
      assertThat(before).isEqualTo(total);
    }
  }

  @Test
  void split_covered_isEvidenceAndTheRestIsNot() {
    DrawnFeature feature = DrawnFeature.of(100, share(1, 2), 50, 50);

    Decision covered = feature.decide(BigInteger.ZERO);
    assertThat(covered.reason()).isEqualTo(Reason.REASON_SPLIT);
    assertThat(covered.arm()).isEqualTo(Arm.ARM_SPLIT);
    Decision rest = feature.decide(DrawnFeature.first(25, 100));
    assertThat(rest.reason()).isEqualTo(Reason.REASON_NOT_COVERED);
    assertThat(rest.arm()).isEqualTo(Arm.ARM_NONE);
  }

  @Test
  void split_otherTotalWithTheSameShares_movesNobody() {
    List<BigInteger> draws = DrawnFeature.draws(2);
    assertSame(draws, DrawnFeature.of(100, ALL, 25, 75), DrawnFeature.of(1_000, ALL, 250, 750));
    assertSame(
        draws,
        DrawnFeature.of(3, share(1, 3), 1, 2),
        DrawnFeature.of(999_999_999, share(111_111_111, 333_333_333), 333_333_333, 666_666_666));
    assertSame(
        draws,
        DrawnFeature.of(0, share(50, 0), 10, 30, 60),
        DrawnFeature.of(1_000_000_000, share(1, 2), 100_000_000, 300_000_000, 600_000_000));
  }

  /** A growing first weight, through changing totals, takes nobody out. */
  @Test
  void split_growingWeight_isNested() {
    int[][] steps = {
      {0, 100},
      {3, 1_000},
      {1, 100},
      {5, 100},
      {51, 1_000},
      {1, 3},
      {34, 100},
      {1, 2},
      {501, 1_000},
      {2, 3},
      {99, 100},
      {999_999_999, 1_000_000_000},
      {1, 1}
    };
    List<BigInteger> draws = DrawnFeature.draws(3);
    for (int[] step : steps) {
      DrawnFeature.around(DrawnFeature.first(step[0], step[1]), draws);
    }
    boolean[] had = new boolean[draws.size()];
    for (int[] step : steps) {
      DrawnFeature feature = DrawnFeature.of(step[1], ALL, step[0], step[1] - step[0]);
      for (int i = 0; i < had.length; i++) {
        boolean has = feature.decide(draws.get(i)).variant().equals("a");
        assertThat(has || !had[i]).as("%s of %s, draw %s", step[0], step[1], draws.get(i)).isTrue();
        had[i] = has;
      }
    }
    assertThat(had).doesNotContain(false);
  }

  /** A growing coverage gives variants to more, and changes or takes away nobody's. */
  @Test
  void split_growingCoverage_isNestedForEveryVariant() {
    Random random = new Random(4);
    List<BigInteger> draws = DrawnFeature.draws(4);
    for (int[] weights : List.of(new int[] {20, 30, 50}, new int[] {1, 0, 98, 1})) {
      String[] had = new String[draws.size()];
      Arrays.fill(had, "none");
      int of = 1_000;
      for (int parts = 0; parts <= of; parts = Math.min(of, parts + 1 + random.nextInt(60))) {
        DrawnFeature feature = DrawnFeature.of(100, share(parts, of), weights);
        for (int i = 0; i < had.length; i++) {
          String has = feature.decide(draws.get(i)).variant();
          assertThat(had[i]).as("coverage %s, draw %s", parts, draws.get(i)).isIn(has, "none");
          had[i] = has;
        }
        if (parts == of) {
          break;
        }
      }
      assertThat(had).doesNotContain("none");
    }
  }

  private static void assertSame(List<BigInteger> draws, DrawnFeature one, DrawnFeature other) {
    for (BigInteger draw : draws) {
      assertThat(one.decide(draw).variant())
          .as("draw %s", draw)
          .isEqualTo(other.decide(draw).variant());
    }
  }

  private static int[] weights(Random random, int count, int total) {
    int[] cuts = random.ints(count + 1, 0, total + 1).sorted().toArray();
    cuts[0] = 0;
    cuts[count] = total;
    int[] weights = new int[count];
    for (int i = 0; i < count; i++) {
      weights[i] = cuts[i + 1] - cuts[i];
    }
    return weights;
  }

  private static BigInteger times(long one, long other) {
    return BigInteger.valueOf(one).multiply(BigInteger.valueOf(other));
  }

  private static Share share(int parts, int of) {
    return Share.newBuilder().setParts(parts).setOf(of).build();
  }
}
