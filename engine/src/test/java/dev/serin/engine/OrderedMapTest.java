package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever is done to it, it is the sorted map that the same was done to. */
class OrderedMapTest {
  private static final int SEEDS = 50;
  private static final int ROUNDS = 40;
  private static final int KEYS = 60;

  @Test
  void build_afterRandomEdits_isTheSortedMapWithTheSameEdits() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      OrderedMap<String, Object> map = OrderedMap.of();
      TreeMap<String, Object> expected = new TreeMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        OrderedMap<String, Object> before = map;
        TreeMap<String, Object> expectedBefore = new TreeMap<>(expected);
        OrderedMap.Editor<String, Object> editor = map.edit();
        for (int n = random.nextInt(8); n > 0; n--) {
          edit(random, editor, expected);
        }
        map = editor.build();

        assertIsThe(expected, map);
        assertIsThe(expectedBefore, before);
        assertThat(differences(before, map)).isEqualTo(differences(expectedBefore, expected));
        assertThat(map.sharesKeys(before)).isEqualTo(keys(map).equals(keys(before)));
      }
    }
  }

  private static void edit(
      Random random, OrderedMap.Editor<String, Object> editor, Map<String, Object> expected) {
    String key = "key-" + random.nextInt(KEYS);
    if (random.nextInt(3) == 0) {
      editor.remove(key);
      expected.remove(key);
    } else {
      Object value = new Object();
      editor.put(key, value);
      expected.put(key, value);
    }
    assertThat(editor.get(key)).isSameAs(expected.get(key));
  }

  private static void assertIsThe(
      SortedMap<String, Object> expected, OrderedMap<String, Object> map) {
    assertThat(map).isEqualTo(expected).hasSameHashCodeAs(expected).hasSameSizeAs(expected);
    assertThat(List.copyOf(map.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
    assertThat(map.values()).containsExactlyElementsOf(expected.values());
    Map<String, Object> told = new HashMap<>();
    map.forEach(told::put);
    assertThat(told).isEqualTo(expected);
    for (int i = 0; i < KEYS; i++) {
      String key = "key-" + i;
      assertThat(map.get(key)).isSameAs(expected.get(key));
      assertThat(map.containsKey(key)).isEqualTo(expected.containsKey(key));
      assertThat(map.entriesAfter(key))
          .isEqualTo(List.copyOf(expected.tailMap(key + "\0").entrySet()));
    }
  }

  private static List<String> keys(OrderedMap<String, Object> map) {
    return List.copyOf(map.keySet());
  }

  private record Found(String key, boolean before, boolean after) {}

  private static List<Found> differences(
      OrderedMap<String, Object> before, OrderedMap<String, Object> after) {
    List<Found> found = new ArrayList<>();
    after.forEachDifference(
        before,
        (key, was, is) -> {
          assertThat(was).isSameAs(before.get(key));
          assertThat(is).isSameAs(after.get(key)).isNotSameAs(was);
          found.add(new Found(key, was != null, is != null));
        });
    return found;
  }

  private static List<Found> differences(Map<String, Object> before, Map<String, Object> after) {
    TreeMap<String, Object> keys = new TreeMap<>(before);
    keys.putAll(after);
    return keys.keySet().stream()
        .filter(key -> !Objects.equals(before.get(key), after.get(key)))
        .map(key -> new Found(key, before.containsKey(key), after.containsKey(key)))
        .toList();
  }

  @Test
  void build_withoutEdits_isTheMapItBeganWith() {
    OrderedMap<String, Integer> map = OrderedMap.copyOf(Map.of("a", 1));

    assertThat(map.edit().build()).isSameAs(map);
    assertThat(OrderedMap.copyOf(map)).isSameAs(map);
  }

  @Test
  void edit_ofAMap_isSeenByNobodyElse() {
    OrderedMap<String, Integer> map = OrderedMap.copyOf(new HashMap<>(Map.of("b", 2, "a", 1)));

    assertThatThrownBy(() -> map.put("c", 3)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.values().set(0, 3))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.entrySet().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(map).containsExactly(Map.entry("a", 1), Map.entry("b", 2));
  }
}
