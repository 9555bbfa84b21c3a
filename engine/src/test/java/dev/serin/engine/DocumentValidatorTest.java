package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule a feature's proto states about itself is checked, with field, value, expectation. */
class DocumentValidatorTest {
  @Test
  void feature_complete_isValid() {
    Sources sources =
        Sources.of()
            .segment("key: 'beta' included: 'u1' when { attribute: 'plan' present: true }")
            .layer("key: 'ui' total: 1000")
            .holdout("key: 'h' share { parts: 5 }")
            .onOff("base", "")
            .onOff(
                "full",
                """
                description: 'd' owner: 'o' tags: 't' off_variant: 'off'
                schedule { from { seconds: 1 } until { seconds: 2 } }
                overrides { variant: 'on' user_keys: 'a' user_keys: 'b' }
                prerequisites { feature: 'base' variants: 'off' }
                holdout: 'h'
                layer { layer: 'ui' from: 0 until: 1000 }
                splits {
                  id: 's' total: 3
                  weights { variant: 'on' weight: 1 } weights { variant: 'off' weight: 2 }
                  coverage { parts: 1 of: 2 } salt: 'x' bucketing: BUCKETING_XXH3_MIX64
                }
                rules {
                  when { any { segment: 'beta' } any { not { attribute: 'a' present: false } } }
                  when { attribute: 'v' version { at_least: 'v2' less_than: '3.0.0-rc.1' } }
                  serve { split: 's' }
                }
                default_rule { variant: 'on' }
                """);

    assertThat(DocumentValidator.validate(sources.source(), null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a/b", "ä", ".", "a b"})
  void feature_badKey_isRefused(String key) {
    Feature feature = Sources.parse(Sources.ON_OFF, Feature.class).toBuilder().setKey(key).build();

    assertThat(DocumentValidator.validate(Sources.of().feature(feature).source(), null))
        .containsExactly(
            new Violation(
                DocumentKind.DOCUMENT_KIND_FEATURE,
                key,
                "key",
                "key: '"
                    + key
                    + "' (expected: 1 to 128 characters of A-Z a-z 0-9 . _ -,"
                    + " a letter or digit first)"));
  }

  @ParameterizedTest
  @CsvFileSource(resources = "violations.txt", delimiter = '|', quoteCharacter = '`')
  void feature_oneFault_isNamed(String text, String expected) {
    assertViolations(text, expected);
  }

  @Test
  void split_weightAboveTotal_isNamed() {
    assertViolations(
        "splits { id: 's' total: 4000000000 weights { variant: 'on' weight: 4294967293 } }",
        "splits[0].total: total: 4000000000 (expected: 1 to 1000000000)",
        "splits[0].weights[0].weight: weight: 4294967293 (expected: 0 to 4000000000, the total)",
        "splits[0].weights: weights: sum 4294967293 (expected: a sum of 4000000000, the total)");
  }

  @Test
  void split_withoutWeights_isNamed() {
    assertViolations(
        "splits { id: 's' } splits { id: 's' weights { variant: 'on' weight: 100 } }",
        "splits[0].weights: weights: not set (expected: at least one variant with its weight)",
        "splits[1].id: id: 's' again (expected: an id of its own)");
  }

  @Test
  void feature_empty_isToldAllThatIsMissing() {
    assertThat(
            DocumentValidator.validate(
                Sources.of().feature(Feature.getDefaultInstance()).source(), null))
        .extracting(Violation::field)
        .containsExactly("key", "variants", "default_variant");
  }

  @Test
  void feature_jsonWithNan_isRefused() {
    assertViolations(
        """
        variants { key: 'j' value { list_value { values { struct_value { fields {
          key: 'a' value { number_value: nan } } } } } } }
        type: VALUE_TYPE_BOOL
        """,
        "variants[2].value: value: json (expected: bool, the feature's type)",
        "variants[2].value: value: a number that is not finite (expected: finite numbers)");
  }

  @Test
  void feature_valueNestedTooDeep_isRefused() {
    assertViolations(
        "variants { key: 'j' value { "
            + "list_value { values { ".repeat(27)
            + "bool_value: true"
            + " } }".repeat(27)
            + " } } type: VALUE_TYPE_BOOL",
        "variants[2].value: value: json (expected: bool, the feature's type)",
        "variants[2].value: value: 27 lists and objects inside each other (expected: at most 26)");
  }

  @Test
  void feature_tooLong_isNamed() {
    String tags = "tags: 't' ".repeat(33);
    assertViolations(
        "description: '%s' owner: '%s' tags: '%s' %s"
            .formatted("d".repeat(1001), "o".repeat(129), "t".repeat(65), tags),
        "description: description: 1001 characters (expected: at most 1000)",
        "owner: owner: 129 characters (expected: at most 128)",
        "tags: tags: 34 elements (expected: at most 32)",
        "tags[0]: tags[0]: 65 characters (expected: at most 64)");
  }

  @Test
  void feature_longestTextsInCodePoints_areTaken() {
    assertViolations("description: '%s' owner: '%s'".formatted("😀".repeat(1000), "ü".repeat(128)));
  }

  @Test
  void feature_tooMany_isNamed() {
    String variants =
        IntStream.range(0, 63)
            .mapToObj(i -> "variants { key: 'v%d' value { bool_value: true } }".formatted(i))
            .collect(Collectors.joining());
    String rules = "rules { serve { variant: 'on' } }".repeat(257);
    String overrides =
        IntStream.range(0, 65)
            .mapToObj(i -> "overrides { variant: 'on' user_keys: 'u%d' }".formatted(i))
            .collect(Collectors.joining());
    String splits =
        IntStream.range(0, 33)
            .mapToObj(
                i -> "splits { id: 's%d' weights { variant: 'on' weight: 100 } }".formatted(i))
            .collect(Collectors.joining());
    assertViolations(
        variants + rules + overrides + splits,
        "variants: variants: 65 elements (expected: at most 64)",
        "overrides: overrides: 65 elements (expected: at most 64)",
        "splits: splits: 33 elements (expected: at most 32)",
        "rules: rules: 257 elements (expected: at most 256)");
  }

  @Test
  void feature_valueTooLarge_isNamed() {
    Feature feature = Sources.onOffFeature("f", "");
    Feature.Builder large = feature.toBuilder().clearVariants();
    large.addVariantsBuilder().setKey("off").getValueBuilder().setStringValue("x".repeat(65_536));

    assertThat(DocumentValidator.validate(Sources.of().feature(large.build()).source(), null))
        .extracting(Violation::description)
        .containsExactly("value: 65540 bytes (expected: at most 65536)");
  }

  @Test
  void feature_overrideKeysTogether_areLimited() {
    Feature.Builder feature = Sources.onOffFeature("f", "").toBuilder();
    for (int i = 0; i < 2; i++) {
      var override = feature.addOverridesBuilder().setVariant("on");
      for (int j = 0; j < 50_001; j++) {
        override.addUserKeys("user-" + i + "-" + j);
      }
    }

    assertThat(DocumentValidator.validate(Sources.of().feature(feature.build()).source(), null))
        .extracting(Violation::description)
        .containsExactly("overrides: 100002 user keys (expected: at most 100000 together)");
  }

  @Test
  void report_manyViolations_isCut() {
    String keys = "user_keys: 'a' ".repeat(500);

    List<Violation> violations =
        DocumentValidator.validate(
            Sources.of().onOff("f", "overrides { variant: 'on' " + keys + "}").source(), null);

    assertThat(violations).hasSize(101);
    assertThat(violations.get(100).description())
        .isEqualTo("more than 100 violations (expected: 0)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key: 'x'",
        "key: 'x' share { parts: 6 of: 5 }",
        "key: 'x' share { parts: 1 of: 4294967295 }"
      })
  void holdout_badShare_isRefused(String holdout) {
    assertThat(DocumentValidator.validate(Sources.of().holdout(holdout).source(), null))
        .hasSize(1)
        .allMatch(violation -> violation.field().startsWith("share"));
  }

  @Test
  void shared_textsAndTotals_areLimited() {
    String salt = "s".repeat(513);
    Sources sources =
        Sources.of()
            .layer(
                "key: 'l' total: 1000000001 unit: '" + "u".repeat(129) + "' salt: '" + salt + "'")
            .segment("key: 's' attribute: '" + "a".repeat(129) + "' when {}");

    assertThat(DocumentValidator.validate(sources.source(), null))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("s attribute", "s when[0]", "l unit", "l total", "l salt");
  }

  @Test
  void kind_notEvaluated_isNotChecked() {
    assertThat(
            DocumentValidator.validate(
                Sources.of().source(),
                Set.of(new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, "r"))))
        .isEmpty();
  }

  private static void assertViolations(String text, String... expected) {
    assertThat(DocumentValidator.validate(Sources.of().onOff("f", text).source(), null))
        .allMatch(violation -> violation.key().equals("f"))
        .extracting(violation -> violation.field() + ": " + violation.description())
        .containsExactly(expected);
  }
}
