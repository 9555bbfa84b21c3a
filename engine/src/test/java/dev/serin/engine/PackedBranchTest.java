package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Conditions that are packed answer like those that are not, at the ends of what can be packed. */
class PackedBranchTest {
  private static final int CITIES = 300;

  private final EvaluationContext context = new EvaluationContext();

  @Test
  void texts_windowOfIdsAnywhere_matchExactlyTheListed() {
    // The first feature numbers all cities, so that the others' ids lie where their cities do.
    int[][] windows = {
      {0, CITIES},
      {0, 1},
      {0, 64},
      {60, 70},
      {63, 64},
      {64, 192},
      {127, 129},
      {128, 256},
      {130, 131},
      {190, 194},
      {191, 193},
      {255, 257},
      {10, 250},
      {299, 300}
    };
    Sources sources = Sources.of();
    for (int i = 0; i < windows.length; i++) {
      sources.onOff("f" + (100 + i), cityRule(windows[i][0], windows[i][1]));
    }
    Snapshot snapshot = sources.snapshot();

    for (int i = 0; i < windows.length; i++) {
      CompiledFeature feature = requireNonNull(snapshot.feature("f" + (100 + i)));
      for (int city = 0; city < CITIES; city++) {
        context.begin(snapshot, 0, 0, 0);
        context.attribute("city", "c" + city);
        assertThat(feature.evaluate(context).variant())
            .as("city %d of [%d, %d)", city, windows[i][0], windows[i][1])
            .isEqualTo(city >= windows[i][0] && city < windows[i][1] ? "on" : "off");
      }
      context.begin(snapshot, 0, 0, 0);
      context.attribute("city", "elsewhere");
      assertThat(feature.evaluate(context).variant()).isEqualTo("off");
    }
  }

  @Test
  void versions_outOfTheOrdinary_compareLikeOthers() {
    String huge = "99999999.0.0";
    assertThat(matching("at_least: '2.3.0'", "2.3.0", "v2.3", "2.3.1-rc.1", huge, "2.3.0+build"))
        .containsExactly("2.3.0", "v2.3", "2.3.1-rc.1", huge, "2.3.0+build");
    assertThat(matching("at_least: '2.3.0'", "2.2.9", "2.3.0-rc.1", "0", "", "2.x", "-1", "1.0.0"))
        .isEmpty();
    assertThat(matching("at_least: '1.0.0' less_than: '2.0.0'", "1.0.0", "1.99.0", "2.0.0", huge))
        .containsExactly("1.0.0", "1.99.0");
    // A release below a release: the pre-releases of the bound are below it as well.
    assertThat(matching("less_than: '2.0.0'", "2.0.0-rc.1", "2.0.0", "0", "1048575.0.0"))
        .containsExactly("2.0.0-rc.1", "0");
    assertThat(matching("greater_than: '1048575.1048575.1048575'", "1048575.0.0", huge))
        .containsExactly(huge);
    assertThat(matching("at_most: '0'", "0", "0.0.0-a", "0.0.1", "none"))
        .containsExactly("0", "0.0.0-a");
  }

  @Test
  void conditions_ofAListOrNoText_holdForAnElement() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                "rules { serve { variant: 'on' } "
                    + cities(0, 3)
                    + "when { attribute: 'version' version { at_least: '2' } } }")
            .snapshot();
    CompiledFeature feature = requireNonNull(snapshot.feature("f"));

    context.begin(snapshot, 0, 0, 0);
    context.attribute("city", List.of("c9", 7, "c2"));
    context.attribute("version", List.of("1.0", "2.0"));
    assertThat(feature.evaluate(context).variant()).isEqualTo("on");
    context.attribute("version", List.of("1.0"));
    assertThat(feature.evaluate(context).variant()).isEqualTo("off");
    context.attribute("version", 3.0);
    assertThat(feature.evaluate(context).variant()).isEqualTo("off");
    context.attribute("version", "3");
    assertThat(feature.evaluate(context).variant()).isEqualTo("on");
    context.attribute("city", true);
    assertThat(feature.evaluate(context).variant()).isEqualTo("off");
  }

  /** Returns those of some versions that pass a range. */
  private List<String> matching(String range, String... versions) {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                "rules { serve { variant: 'on' } when { attribute: 'version' version { "
                    + range
                    + " } } }")
            .snapshot();
    CompiledFeature feature = requireNonNull(snapshot.feature("f"));
    return List.of(versions).stream()
        .filter(
            version -> {
              context.begin(snapshot, 0, 0, 0);
              context.attribute("version", version);
              return feature.evaluate(context).variant().equals("on");
            })
        .toList();
  }

  private static String cityRule(int from, int until) {
    return "rules { serve { variant: 'on' } " + cities(from, until) + "}";
  }

  private static String cities(int from, int until) {
    return IntStream.range(from, until)
        .mapToObj(city -> "in { string_value: 'c" + city + "' } ")
        .collect(Collectors.joining("", "when { attribute: 'city' ", "} "));
  }
}
