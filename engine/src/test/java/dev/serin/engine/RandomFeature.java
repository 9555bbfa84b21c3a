package dev.serin.engine;

import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.serin.v1.Feature;
import dev.serin.v1.Layer;
import dev.serin.v1.Override;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Serve;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Valid features that use every field evaluation looks at, with runs in every phase. */
final class RandomFeature {
  private static final List<Integer> TOTALS = List.of(0, 0, 1, 3, 100, 997, 1_000, 1_000_000_000);
  private static final List<Long> SILENCES = List.of(0L, 60_000L, LiveRun.NEVER_STALE);

  private final Random random;
  private final Vocabulary words;
  private final RandomConditions conditions;
  private final Feature.Builder feature = Feature.newBuilder();
  private final List<String> variants = new ArrayList<>();

  RandomFeature(Random random, String key) {
    this.random = random;
    this.words = new Vocabulary(random);
    this.conditions = new RandomConditions(random);
    feature.setKey(key);
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      variants.add("v" + i);
      feature
          .addVariantsBuilder()
          .setKey("v" + i)
          .setValue(Value.newBuilder().setStringValue(key + " " + i));
    }
    feature.setDefaultVariant(variant()).setDisabled(words.oneIn(20));
    if (words.oneIn(2)) {
      feature.setOffVariant(variant());
    }
    if (words.oneIn(8)) {
      schedule();
    }
    if (words.oneIn(3)) {
      overrides();
    }
  }

  RandomFeature withPrerequisites(List<Feature> others) {
    for (int n = words.oneIn(3) ? 1 + random.nextInt(2) : 0; n > 0 && !others.isEmpty(); n--) {
      Feature other = words.pick(others);
      Prerequisite.Builder prerequisite = feature.addPrerequisitesBuilder();
      prerequisite.setFeature(other.getKey()).addVariants(other.getVariants(0).getKey());
      if (other.getVariantsCount() > 1 && !words.oneIn(3)) {
        prerequisite.addVariants(other.getVariants(1).getKey());
      }
    }
    return this;
  }

  RandomFeature withHoldout(List<String> holdouts) {
    if (words.oneIn(4) && !holdouts.isEmpty()) {
      feature.setHoldout(words.pick(holdouts));
    }
    return this;
  }

  /** Sometimes takes the {@code number}-th of {@code count} equal parts of a layer. */
  RandomFeature withLayer(List<Layer> layers, int number, int count) {
    if (words.oneIn(3) && !layers.isEmpty()) {
      Layer layer = words.pick(layers);
      long total = layer.getTotal() == 0 ? 100 : layer.getTotal();
      long from = total * number / count;
      long until = total * (number + 1) / count;
      if (from < until) {
        feature
            .getLayerBuilder()
            .setLayer(layer.getKey())
            .setFrom((int) from)
            .setUntil((int) until);
        splits(layer.getUnit(), false);
        return this;
      }
    }
    splits(words.oneIn(2) ? "" : words.pick(List.of("account", "user_key", "plan")), true);
    return this;
  }

  /** Adds the rules, as the last part, and returns the feature. */
  FeatureSource withRules(List<String> segments, long revision) {
    for (int i = random.nextInt(5); i > 0; i--) {
      Rule.Builder rule = feature.addRulesBuilder().addAllWhen(conditions.list(segments));
      rule.setServe(serve());
      if (!words.oneIn(5)) {
        rule.setId("r" + i);
      }
    }
    if (!words.oneIn(4)) {
      feature.setDefaultRule(serve());
    }
    return new FeatureSource(feature.build(), revision, words.oneIn(20), runs(), periods(revision));
  }

  /** Some splits are older than periods are, some had another one before. */
  private List<SplitPeriod> periods(long revision) {
    List<SplitPeriod> periods = new ArrayList<>();
    for (Split split : feature.getSplitsList()) {
      if (!words.oneIn(3)) {
        periods.add(SplitPeriod.of(split, revision));
        if (words.oneIn(2)) {
          periods.add(SplitPeriod.of(split, revision - 1).endedAt(revision * 1_000));
        }
      }
    }
    return periods;
  }

  private String variant() {
    return words.pick(variants);
  }

  private void schedule() {
    Timestamp from = words.moment();
    int sides = 1 + random.nextInt(3);
    if ((sides & 1) != 0) {
      feature.getScheduleBuilder().setFrom(from);
    }
    if ((sides & 2) != 0) {
      long seconds = from.getSeconds() + 1 + random.nextInt(2);
      feature.getScheduleBuilder().setUntil(from.toBuilder().setSeconds(seconds));
    }
  }

  private void overrides() {
    List<String> users = new ArrayList<>(Vocabulary.USERS);
    Collections.shuffle(users, random);
    int next = 0;
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      int until = next + 1 + random.nextInt(2);
      Override.Builder override = feature.addOverridesBuilder().setVariant(variant());
      override.addAllUserKeys(users.subList(next, until));
      next = until;
    }
  }

  private void splits(String unit, boolean probability) {
    for (int i = random.nextInt(4); i > 0; i--) {
      Split.Builder split = feature.addSplitsBuilder().setId("s" + i).setTotal(words.pick(TOTALS));
      weights(split);
      if (probability && words.oneIn(5)) {
        split.setProbability(true);
        continue;
      }
      split.setUnit(unit);
      if (words.oneIn(3)) {
        split.setCoverage(share(random));
      }
      if (words.oneIn(4)) {
        split.setSalt(words.pick(List.of("salt", "Salz-é", "salt-日本")));
      }
    }
  }

  private void weights(Split.Builder split) {
    List<String> order = new ArrayList<>(variants);
    Collections.shuffle(order, random);
    int count = words.oneIn(2) ? Math.min(2, order.size()) : 1 + random.nextInt(order.size());
    int total = split.getTotal() == 0 ? 100 : split.getTotal();
    int[] cuts = new int[count + 1];
    for (int i = 1; i < count; i++) {
      cuts[i] = random.nextInt(total + 1);
    }
    cuts[count] = total;
    Arrays.sort(cuts);
    for (int i = 0; i < count; i++) {
      split.addWeights(
          WeightedVariant.newBuilder().setVariant(order.get(i)).setWeight(cuts[i + 1] - cuts[i]));
    }
  }

  /** A share, sometimes nothing or all. */
  static Share share(Random random) {
    int of = new Vocabulary(random).pick(TOTALS);
    int parts = random.nextInt((of == 0 ? 100 : of) + 1);
    return Share.newBuilder().setParts(parts).setOf(of).build();
  }

  private Serve serve() {
    Serve.Builder serve = Serve.newBuilder();
    return feature.getSplitsCount() > 0 && !words.oneIn(4)
        ? serve.setSplit(words.pick(feature.getSplitsList()).getId()).build()
        : serve.setVariant(variant()).build();
  }

  /** A run for about half of the splits that a rollout could move. */
  private List<LiveRun> runs() {
    List<LiveRun> runs = new ArrayList<>();
    for (Split split : feature.getSplitsList()) {
      if (!split.getProbability() && split.getWeightsCount() == 2 && words.oneIn(2)) {
        Share share = share(random);
        runs.add(
            new LiveRun(
                split.getId(),
                "run-" + random.nextInt(3),
                random.nextInt(4),
                split.getWeights(1).getVariant(),
                split.getWeights(0).getVariant(),
                share.getParts(),
                share.getOf() == 0 ? 100 : share.getOf(),
                random.nextBoolean(),
                words.pick(Arrays.asList(RunPhase.values())),
                words.pick(SILENCES)));
      }
    }
    return runs;
  }
}
