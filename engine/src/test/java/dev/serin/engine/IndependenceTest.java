package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Draws with different salts tell nothing about each other.
 *
 * <p>For two independent halves of n users the correlation phi has a standard deviation of 1 /
 * sqrt(n), here .0032; .013 is four of them, rarely passed by the largest of 800 pairs.
 */
class IndependenceTest {
  private static final int USERS = 100_000;
  private static final double PHI_MAX = .013;

  /** Names as people give them: alike, numbered, prefixes of each other. */
  @Test
  void features_fortyNames_areIndependentInPairs() {
    List<String> salts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      salts.add(Bucketing.splitSalt("default", "feature-" + i, "main"));
    }
    for (String name : List.of("a", "b", "aa", "ab", "ba", "checkout", "checkout2", "check-out")) {
      salts.add(Bucketing.splitSalt("default", name, "main"));
    }
    for (String name : List.of("new-checkout", "new_checkout", "newcheckout", "New-Checkout")) {
      salts.add(Bucketing.splitSalt("default", name, "main"));
    }
    for (String split : List.of("b", "main2", "main-2", "control")) {
      salts.add(Bucketing.splitSalt("default", "feature-1", split));
    }
    for (String namespace : List.of("staging", "prod", "default2", "d")) {
      salts.add(Bucketing.splitSalt(namespace, "feature-1", "main"));
    }
    assertThat(salts).hasSize(40).doesNotHaveDuplicates();

    assertIndependent(salts);
  }

  @Test
  void draws_ofEveryKindForOneFeature_areIndependentInPairs() {
    String split = Bucketing.splitSalt("default", "checkout", "checkout");
    assertIndependent(
        List.of(
            split,
            Bucketing.layerSalt("default", "checkout"),
            Bucketing.holdoutSalt("default", "checkout"),
            Bucketing.varianceSalt(split),
            Bucketing.SAMPLING_SALT,
            Bucketing.runSalt(split, "run-1"),
            Bucketing.runSalt(split, "run-2")));
  }

  /** Bucketing that takes buckets from the assignment's own draw would fill 7 of 128. */
  @Test
  void varianceBuckets_ofASmallTreatment_areAllFilled() {
    String split = Bucketing.splitSalt("default", "checkout", "main");
    long splitHash = Bucketing.hash(split);
    long varianceHash = Bucketing.hash(Bucketing.varianceSalt(split));
    int[] filled = new int[Bucketing.VARIANCE_BUCKETS];
    for (int i = 0; i < USERS; i++) {
      long unit = Bucketing.hash("user-" + i);
      if (Bucketing.bucket(Bucketing.draw(unit, splitHash), 100) < 5) {
        filled[(int) Bucketing.bucket(Bucketing.draw(unit, varianceHash), filled.length)]++;
      }
    }
    assertThat(Arrays.stream(filled).min().orElseThrow()).isGreaterThan(10);
  }

  private static void assertIndependent(List<String> salts) {
    for (double share : new double[] {.5, .1}) {
      List<BitSet> chosen = salts.stream().map(salt -> chosen(salt, share)).toList();
      for (int a = 0; a < salts.size(); a++) {
        for (int b = 0; b < a; b++) {
          double phi = phi(chosen.get(a), chosen.get(b));
          assertThat(Math.abs(phi))
              .as("share %s: %s and %s", share, salts.get(a), salts.get(b))
              .isLessThan(PHI_MAX);
        }
      }
    }
  }

  private static BitSet chosen(String salt, double share) {
    long saltHash = Bucketing.hash(salt);
    BitSet chosen = new BitSet(USERS);
    for (int i = 0; i < USERS; i++) {
      long draw = Bucketing.draw(Bucketing.hash(user(i)), saltHash);
      chosen.set(i, Bucketing.bucket(draw, 1_000) < share * 1_000);
    }
    return chosen;
  }

  private static String user(int number) {
    return String.format(Locale.ROOT, "user-%06d", number);
  }

  /** Correlation of two sets as indicator variables over all users. */
  private static double phi(BitSet a, BitSet b) {
    BitSet both = (BitSet) a.clone();
    both.and(b);
    double n = USERS;
    double inA = a.cardinality() / n;
    double inB = b.cardinality() / n;
    return (both.cardinality() / n - inA * inB) / Math.sqrt(inA * (1 - inA) * inB * (1 - inB));
  }
}
