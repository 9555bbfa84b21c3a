package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Value;
import dev.serin.v1.Condition;
import dev.serin.v1.Feature;
import dev.serin.v1.Override;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Lists are answered exactly whatever structure their size and place have chosen: who is in the
 * list is found, who is not is not, also where only a byte or a length tells them apart.
 */
class LargeListTest {
  private static final Serve ON = Serve.newBuilder().setVariant("on").build();

  private final EvaluationContext strings = new EvaluationContext();
  private final EvaluationContext bytes = new EvaluationContext();

  @Test
  void texts_listsOfEverySize_containTheirMembersOnly() {
    Random random = new Random(10);
    for (int size : new int[] {1, 2, 3, 7, 64, 511, 512, 513, 2_000, 20_000}) {
      for (int maxChars : new int[] {9, 20, 90}) {
        List<String> keys = keys(random, size, maxChars);
        assertExact(in(keys), keys, random);
        assertExact(segment(keys, List.of()), keys, random);
        assertExact(overrides(keys), keys, random);
      }
    }
  }

  @Test
  void texts_includedAndExcluded_excludedWins() {
    Random random = new Random(11);
    List<String> keys = keys(random, 3_000, 30);
    List<String> excluded = keys.subList(1_000, 2_000);
    List<String> members = new ArrayList<>(keys.subList(0, 1_000));
    members.addAll(keys.subList(2_000, 3_000));

    Snapshot snapshot = segment(keys, excluded);
    assertExact(snapshot, members, random);
    excluded.forEach(key -> assertThat(isOn(snapshot, key)).as(key).isFalse());
  }

  /** More literals of one attribute than get a bit each, in rules of usual size. */
  @Test
  void texts_manyListsOfOneAttribute_containTheirMembersOnly() {
    Random random = new Random(12);
    List<String> keys = keys(random, 15_000, 12);
    Feature.Builder feature = Sources.onOffFeature("f", "").toBuilder();
    for (int from = 0; from < keys.size(); from += 500) {
      feature.addRulesBuilder().addWhen(condition(keys.subList(from, from + 500))).setServe(ON);
    }
    assertExact(Sources.of().feature(feature.build()).snapshot(), keys, random);
  }

  /** Integers near each other, integers far apart, and numbers between them. */
  @Test
  void numbers_listsOfEveryDensity_containTheirMembersOnly() {
    Random random = new Random(13);
    for (double step : new double[] {.5, 1, 3, 300, 1e6, 1e15, 1e300}) {
      for (double origin : new double[] {0, -1, -20, 1e9, -0x1p53, 0x1p53, 0x1p63, -1e300}) {
        Condition.Builder condition = Condition.newBuilder().setAttribute("key");
        Set<Double> members = new HashSet<>();
        for (int i = 0; i < 40; i++) {
          // Adding zero makes one zero of two: Set tells them apart, the engine must not.
          double number = origin + random.nextInt(60) * step + 0.0;
          members.add(number);
          condition.addIn(Value.newBuilder().setNumberValue(number));
        }
        Snapshot snapshot = rule(condition.build());
        for (double member : members) {
          assertThat(isOn(snapshot, member)).as("%s", member).isTrue();
          for (double near :
              new double[] {
                Math.nextUp(member),
                Math.nextDown(member),
                member + 1e-30,
                member + .5,
                member + 64,
                -member,
                member + 0x1p32,
                member + 0x1p62
              }) {
            assertThat(isOn(snapshot, near)).as("%s", near).isEqualTo(members.contains(near + 0.0));
          }
        }
        for (double none : new double[] {Double.NaN, 1 / 0.0, -1 / 0.0, Long.MIN_VALUE, 1e-300}) {
          assertThat(isOn(snapshot, none)).as("%s", none).isEqualTo(members.contains(none));
        }
      }
    }
  }

  private void assertExact(Snapshot snapshot, List<String> keys, Random random) {
    Set<String> members = new HashSet<>(keys);
    for (int i = 0; i < Math.min(keys.size(), 3_000); i++) {
      String key = keys.get(i);
      assertThat(isOn(snapshot, key)).as(key).isTrue();
      int at = random.nextInt(key.length());
      for (String near :
          List.of(
              key + "0",
              key + "\0",
              key.substring(1),
              key.substring(0, key.length() - 1),
              key.substring(0, at) + "~" + key.substring(at + 1))) {
        assertThat(isOn(snapshot, near)).as(near).isEqualTo(members.contains(near));
      }
    }
  }

  private boolean isOn(Snapshot snapshot, String key) {
    Call call = Call.of(key).with("key", key);
    call.beginWithStrings(strings, snapshot);
    call.beginWithBytes(bytes, snapshot);
    CompiledFeature feature = snapshot.features().get(0);
    Decision decision = feature.evaluate(strings);
    assertThat(feature.evaluate(bytes)).as(key).isSameAs(decision);
    return decision.variant().equals("on");
  }

  private boolean isOn(Snapshot snapshot, double number) {
    Value value = Value.newBuilder().setNumberValue(number).build();
    new Call("", Map.of("key", value), 0, 0, 0).beginWithStrings(strings, snapshot);
    return snapshot.features().get(0).evaluate(strings).variant().equals("on");
  }

  private static Snapshot in(List<String> keys) {
    return rule(condition(keys));
  }

  private static Condition condition(List<String> keys) {
    Condition.Builder condition = Condition.newBuilder().setAttribute("key");
    keys.forEach(key -> condition.addIn(Value.newBuilder().setStringValue(key)));
    return condition.build();
  }

  private static Snapshot rule(Condition condition) {
    Feature.Builder feature = Sources.onOffFeature("f", "").toBuilder();
    feature.addRulesBuilder().addWhen(condition).setServe(ON);
    return Sources.of().feature(feature.build()).snapshot();
  }

  private static Snapshot segment(List<String> included, List<String> excluded) {
    Segment segment =
        Segment.newBuilder()
            .setKey("list")
            .setAttribute("key")
            .addAllIncluded(included)
            .addAllExcluded(excluded)
            .build();
    Feature.Builder feature = Sources.onOffFeature("f", "").toBuilder();
    feature.addRulesBuilder().setServe(ON).addWhenBuilder().setSegment("list");
    return Sources.of().segment(segment).feature(feature.build()).snapshot();
  }

  private static Snapshot overrides(List<String> keys) {
    Override override = Override.newBuilder().setVariant("on").addAllUserKeys(keys).build();
    Feature feature = Sources.onOffFeature("f", "");
    return Sources.of().feature(feature.toBuilder().addOverrides(override).build()).snapshot();
  }

  /** Different keys that are often prefixes of each other, some of letters of several bytes. */
  private static List<String> keys(Random random, int count, int maxChars) {
    Set<String> keys = new LinkedHashSet<>();
    while (keys.size() < count) {
      int length = 1 + random.nextInt(maxChars);
      String number = Integer.toString(random.nextInt(count * 2));
      String filling = random.nextInt(4) == 0 ? "é" : "k";
      keys.add(filling.repeat(Math.max(0, length - number.length())) + number);
    }
    return new ArrayList<>(keys);
  }
}
