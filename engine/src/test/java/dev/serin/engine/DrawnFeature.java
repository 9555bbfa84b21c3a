package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Feature;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A feature whose default rule serves the split {@code s}, asked what it answers to given draws
 * instead of given users.
 */
final class DrawnFeature {
  static final BigInteger DRAWS = BigInteger.ONE.shiftLeft(64);

  private final Snapshot snapshot;
  private final CompiledFeature feature;
  private final String salt;
  private final EvaluationContext context = new EvaluationContext();

  private DrawnFeature(Feature document, String salt, LiveRun... runs) {
    this.snapshot = Sources.of().feature(document, runs).snapshot();
    this.feature = requireNonNull(snapshot.feature(document.getKey()));
    this.salt = salt;
  }

  /** A split over the variants a, b, c, … with these weights; everybody else gets "none". */
  static DrawnFeature of(int total, Share coverage, int... weights) {
    Split.Builder split = Split.newBuilder().setId("s").setTotal(total).setCoverage(coverage);
    for (int i = 0; i < weights.length; i++) {
      split.addWeightsBuilder().setVariant(variant(i)).setWeight(weights[i]);
    }
    return new DrawnFeature(document(weights.length, split.build()), "test/f/s");
  }

  /** A split of a control "a" and a treatment "b" that a run moves. */
  static DrawnFeature of(LiveRun run) {
    Split.Builder split = Split.newBuilder().setId("s");
    split.addWeightsBuilder().setVariant("a").setWeight(100);
    split.addWeightsBuilder().setVariant("b").setWeight(0);
    String salt = run.keepBucketing() ? "test/f/s" : "run:" + run.runId() + ":test/f/s";
    return new DrawnFeature(document(2, split.build()), salt, run);
  }

  static String variant(int number) {
    return String.valueOf((char) ('a' + number));
  }

  private static Feature document(int variants, Split split) {
    Feature.Builder feature = Feature.newBuilder().setKey("f").setDefaultVariant("none");
    feature.addVariantsBuilder().setKey("none").getValueBuilder().setStringValue("none");
    for (int i = 0; i < variants; i++) {
      String key = variant(i);
      feature.addVariantsBuilder().setKey(key).getValueBuilder().setStringValue(key);
    }
    feature.addSplits(split).getDefaultRuleBuilder().setSplit("s");
    return feature.build();
  }

  Decision decide(BigInteger draw) {
    byte[] unit = UnitOfDraw.of(draw, salt);
    context.begin(snapshot, 0, 0, 0);
    context.userKey(unit, 0, unit.length);
    return feature.evaluate(context);
  }

  /** Checks that a variant is served for all draws from parts / of to less than until / of. */
  void assertServes(String variant, BigInteger from, BigInteger until, BigInteger of) {
    BigInteger first = first(from, of);
    BigInteger last = first(until, of).subtract(BigInteger.ONE);
    if (first.compareTo(last) <= 0) {
      BigInteger middle = first.add(last).shiftRight(1);
      for (BigInteger draw : List.of(first, middle, last)) {
        assertThat(decide(draw).variant())
            .as("[%s, %s) of %s, draw %s", from, until, of, draw)
            .isEqualTo(variant);
      }
    }
  }

  /** Returns the first draw that is not below a share: ceil(parts * 2^64 / of). */
  static BigInteger first(BigInteger parts, BigInteger of) {
    return parts.multiply(DRAWS).add(of).subtract(BigInteger.ONE).divide(of);
  }

  static BigInteger first(long parts, long of) {
    return first(BigInteger.valueOf(parts), BigInteger.valueOf(of));
  }

  /** Some draws anywhere, and those around the bounds of every hundredth and thousandth. */
  static List<BigInteger> draws(long seed) {
    List<BigInteger> draws = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      draws.add(new BigInteger(Long.SIZE, random));
    }
    for (int parts = 0; parts <= 1_000; parts++) {
      around(first(parts, 1_000), draws);
    }
    return draws;
  }

  /** Adds a draw with its neighbours. */
  static void around(BigInteger draw, List<BigInteger> draws) {
    for (int step = -1; step <= 1; step++) {
      BigInteger neighbour = draw.add(BigInteger.valueOf(step));
      if (neighbour.signum() >= 0 && neighbour.compareTo(DRAWS) < 0) {
        draws.add(neighbour);
      }
    }
  }
}
