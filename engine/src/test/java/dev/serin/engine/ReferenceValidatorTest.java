package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.v1.DocumentKind;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What documents say about each other is checked, whichever of them changed. */
class ReferenceValidatorTest {
  private static final String NAMES = "prerequisites { feature: '%s' variants: 'on' }";

  @Test
  void prerequisites_cycle_isWrittenOut() {
    Sources sources =
        Sources.of()
            .onOff("a", NAMES.formatted("b"))
            .onOff("b", NAMES.formatted("c"))
            .onOff("c", NAMES.formatted("a"))
            .onOff("outside", NAMES.formatted("a"));

    assertThat(DocumentValidator.validate(sources.source(), null))
        .extracting(violation -> violation.key() + " " + violation.description())
        .containsExactly(
            "a prerequisites: a -> b -> c -> a (expected: no cycle)",
            "b prerequisites: b -> c -> a -> b (expected: no cycle)",
            "c prerequisites: c -> a -> b -> c (expected: no cycle)",
            "outside prerequisites: outside -> a -> b -> c -> a (expected: no cycle)");
  }

  @Test
  void prerequisites_ofItself_isACycle() {
    assertThat(violations(Sources.of().onOff("a", NAMES.formatted("a"))))
        .containsExactly("a prerequisites: a -> a (expected: no cycle)");
  }

  @Test
  void prerequisites_chain_mayBeEightDeep() {
    Sources sources = chain(8);
    assertThat(violations(sources)).isEmpty();

    sources.onOff("f0", NAMES.formatted("f1"));
    assertThat(violations(sources))
        .containsExactly(
            "f0 prerequisites: f0 -> f1 -> f2 -> f3 -> f4 -> f5 -> f6 -> f7 -> f8"
                + " (expected: a chain of at most 8 documents)");
  }

  @Test
  void prerequisites_chainGrownAtItsEnd_isFoundFromItsBeginning() {
    Sources sources = chain(8).onOff("f8", NAMES.formatted("f9")).onOff("f9", "");

    assertThat(
            DocumentValidator.validate(
                sources.source(), Set.of(new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, "f9"))))
        .extracting(Violation::key)
        .containsExactly("f1");
  }

  @Test
  void prerequisites_longCycle_isRefusedInLinearTime() {
    Sources sources = Sources.of();
    int count = 10_000;
    for (int i = 0; i < count; i++) {
      sources.onOff("f" + i, NAMES.formatted("f" + (i + 1) % count));
    }

    assertThat(violations(sources))
        .hasSize(count)
        .allMatch(violation -> violation.endsWith(" -> … (expected: no cycle)"));
    assertThatThrownBy(sources::snapshot)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no cycle");
  }

  @Test
  void prerequisites_variantOfOther_mustExist() {
    Sources sources =
        Sources.of()
            .onOff("a", "")
            .onOff("b", "prerequisites { feature: 'a' variants: 'on' variants: 'blue' }")
            .onOff("c", "prerequisites { feature: 'gone' variants: 'on' }");

    assertThat(violations(sources))
        .containsExactly(
            "b variants[1]: 'blue' (expected: one of [on, off])",
            "c feature: 'gone' (expected: the key of a feature that is not archived)");
  }

  @Test
  void segments_cycleAndDepth_areRefused() {
    Sources sources = Sources.of();
    for (int i = 1; i < 9; i++) {
      sources.segment("key: 's%d' when { not { segment: 's%d' } }".formatted(i, i + 1));
    }
    sources.segment("key: 's9' when { segment: 'loop' }").segment("key: 'loop' included: 'x'");

    assertThat(violations(sources))
        .containsExactly(
            "s1 when: s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> s9"
                + " (expected: a chain of at most 8 documents)",
            "s2 when: s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> s9 -> loop"
                + " (expected: a chain of at most 8 documents)");

    sources.segment("key: 'loop' when { any { segment: 's9' } any { segment: 's9' } }");
    assertThat(violations(sources))
        .contains(
            "loop when: loop -> s9 -> loop (expected: no cycle)",
            "s8 when: s8 -> s9 -> loop -> s9 (expected: no cycle)",
            "s9 when: s9 -> loop -> s9 (expected: no cycle)");
  }

  @Test
  void segment_gone_isMissedByThoseThatNameIt() {
    Sources sources =
        Sources.of()
            .segment("key: 's' when { segment: 'gone' }")
            .onOff("f", "rules { when { segment: 'gone' } serve { variant: 'on' } }")
            .onOff("unconcerned", "holdout: 'also gone'");

    assertThat(
            DocumentValidator.validate(
                sources.source(),
                Set.of(new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, "gone"))))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("f rules[0].when[0].segment", "s when[0].segment");
  }

  @Test
  void layer_overlap_namesTheOtherFeature() {
    Sources sources =
        Sources.of()
            .layer("key: 'l' total: 10")
            .onOff("a", "layer { layer: 'l' from: 0 until: 5 }")
            .onOff("b", "layer { layer: 'l' from: 4 until: 8 }")
            .onOff("c", "layer { layer: 'l' from: 8 until: 11 }");

    assertThat(violations(sources))
        .containsExactly(
            "a layer: [0, 5) (expected: no overlap with [4, 8) of 'b')",
            "b layer: [4, 8) (expected: no overlap with [0, 5) of 'a')",
            "c until: 11 (expected: at most 10, the layer's total)");
  }

  @Test
  void layer_unit_isThatOfItsFeaturesSplits() {
    String weights = "weights { variant: 'on' weight: 100 }";
    Sources sources =
        Sources.of()
            .layer("key: 'l' unit: 'account'")
            .onOff(
                "f",
                "layer { layer: 'l' until: 1 }"
                    + ("splits { id: 'a' " + weights + "}")
                    + ("splits { id: 'b' unit: 'account' " + weights + "}")
                    + ("splits { id: 'c' probability: true " + weights + "}"));

    assertThat(violations(sources))
        .containsExactly(
            "f unit: 'user_key' (expected: 'account', the layer's unit)",
            "f unit: the call (expected: 'account', the layer's unit)");

    sources
        .layer("key: 'l' unit: 'user_key'")
        .onOff("f", "layer { layer: 'l' until: 1 } splits { id: 'a' " + weights + "}");
    assertThat(violations(sources)).isEmpty();
  }

  @Test
  void runs_ofWhatNoRolloutCanMove_areRefused() {
    Sources sources =
        Sources.of()
            .feature(
                Sources.onOffFeature(
                    "f",
                    "variants { key: 'blue' value { bool_value: true } }"
                        + ("splits { id: 'two' " + weights("on", "off") + "}")
                        + ("splits { id: 'one' " + weights("on") + "}")
                        + ("splits { id: 'three' " + weights("on", "off", "blue") + "}")
                        + ("splits { id: 'call' probability: true " + weights("on", "off") + "}")
                        + ("splits { id: 'again' " + weights("on", "off") + "}")),
                run("two", "on", "blue"),
                run("one", "on", "off"),
                run("three", "on", "off"),
                run("call", "off", "on"),
                run("gone", "on", "off"),
                run("again", "on", "on"),
                run("again", "on", "off"));

    assertThat(violations(sources))
        .containsExactly(
            "f split: 'two' over [off, on] (expected: two variants, the run's treatment 'on' and"
                + " its control 'blue')",
            "f split: 'one' over [on] (expected: two variants, the run's treatment 'on' and its"
                + " control 'off')",
            "f split: 'three' over [blue, off, on] (expected: two variants, the run's treatment"
                + " 'on' and its control 'off')",
            "f split: 'call' by probability (expected: a split by a unit)",
            "f split: 'gone' (expected: the id of a split)",
            "f split: 'again' over [off, on] (expected: two variants, the run's treatment 'on' and"
                + " its control 'on')",
            "f split: 'again' again (expected: one run of a split)");
    assertThatThrownBy(sources::snapshot).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void runs_ofTwoArmedSplits_areTaken() {
    String splits =
        ("splits { id: 'a' " + weights("on", "off") + "}")
            + ("splits { id: 'b' unit: 'account' " + weights("off", "on") + "}");

    assertThat(
            violations(
                Sources.of()
                    .feature(
                        Sources.onOffFeature("f", splits),
                        run("a", "on", "off"),
                        run("b", "on", "off"))))
        .isEmpty();
  }

  /** Weights over variants: all to the first. */
  private static String weights(String... variants) {
    StringBuilder weights = new StringBuilder();
    for (int i = 0; i < variants.length; i++) {
      weights.append(
          "weights { variant: '%s' weight: %d }".formatted(variants[i], i > 0 ? 0 : 100));
    }
    return weights.toString();
  }

  private static LiveRun run(String split, String treatment, String control) {
    return new LiveRun(
        split, "r", 0, treatment, control, 1, 2, false, RunPhase.RUNNING, LiveRun.NEVER_STALE);
  }

  private static Sources chain(int length) {
    Sources sources = Sources.of();
    for (int i = 1; i < length; i++) {
      sources.onOff("f" + i, NAMES.formatted("f" + (i + 1)));
    }
    return sources.onOff("f" + length, "");
  }

  private static java.util.List<String> violations(Sources sources) {
    return DocumentValidator.validate(sources.source(), null).stream()
        .map(violation -> violation.key() + " " + violation.description())
        .toList();
  }
}
