package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a key alone decides a feature, evaluating with nothing else gives the same answer. */
class KeyOnlyTest {
  private static final int NAMESPACES = 600;
  private static final int CALLS = 20;

  /** Variants, and splits by user, by account and by the call. */
  private static final String SPLITS =
      """
      splits { id: 'u' weights { variant: 'on' weight: 40 } weights { variant: 'off' weight: 60 } }
      splits {
        id: 'a'
        unit: 'account'
        weights { variant: 'on' weight: 40 }
        weights { variant: 'off' weight: 60 }
      }
      splits {
        id: 'c'
        probability: true
        weights { variant: 'on' weight: 40 }
        weights { variant: 'off' weight: 60 }
      }
      """;

  @Test
  void evaluate_withTheKeyAlone_answersWhatItDidWithEverything() {
    EvaluationContext context = new EvaluationContext();
    Map<String, Integer> drawn = new HashMap<>();
    for (int seed = 0; seed < NAMESPACES; seed++) {
      SnapshotSource source = new RandomNamespace(seed).source();
      Snapshot snapshot = SnapshotCompiler.compile(source, null);
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = upToDate(calls.next());
        for (CompiledFeature feature : snapshot.features()) {
          KeyOnly only = KeyOnly.of(snapshot, feature);
          Call alone = only == null ? null : alone(source, call, only);
          if (only == null || alone == null) {
            continue;
          }
          call.beginWithStruct(context, snapshot);
          Decision decision = feature.evaluate(context);
          alone.beginWithStruct(context, snapshot);
          assertThat(feature.evaluate(context))
              .as("seed %d, %s, by %s, %s", seed, feature.source(), only, call)
              .isSameAs(decision);
          if (decision.perCall() || decision.unit() != null) {
            drawn.merge(only.unit(), 1, Integer::sum);
          }
        }
      }
    }
    assertThat(drawn).containsOnlyKeys("decision_id", "user_key", "account", "plan");
    assertThat(drawn.values()).allMatch(times -> times >= 50);
  }

  private static Call upToDate(Call call) {
    return new Call(call.userKey(), call.attributes(), call.nowMillis(), call.random(), 0);
  }

  /** The call with nothing but the key; null: it has none. */
  private static @Nullable Call alone(SnapshotSource source, Call call, KeyOnly only) {
    if (only.perCall()) {
      return new Call("", Map.of(), call.nowMillis(), call.random(), 0);
    }
    String key = new ReferenceEngine(source, call).unit(only.unit());
    if (key == null) {
      return null;
    }
    boolean user = only.unit().equals("user_key");
    Value text = Value.newBuilder().setStringValue(key).build();
    return new Call(
        user ? key : "",
        user ? Map.of() : Map.of(only.unit(), text),
        call.nowMillis(),
        ~call.random(),
        0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "disabled: true overrides { variant: 'on' user_keys: 'ann' } default_rule { split: 'a' }",
        "default_rule { split: 'u' }",
        "overrides { variant: 'on' user_keys: 'ann' } default_rule { split: 'u' }",
        "rules { when { segment: 'users' } serve { split: 'u' } }",
        "rules { when { not { attribute: 'user_key' equals { string_value: 'ann' } } }"
            + " serve { variant: 'on' } }",
        "rules { serve { split: 'u' } } rules { when { segment: 'plans' } serve { split: 'a' } }"
            + " default_rule { split: 'c' }",
        "holdout: 'users' layer { layer: 'users' from: 0 until: 50 }",
        "prerequisites { feature: 'by-user' variants: 'on' } default_rule { split: 'u' }",
        "schedule { from { seconds: 5 } } default_rule { split: 'u' }",
      })
  void of_nothingButTheUserKey_isTheUserKey(String text) {
    assertThat(of(text)).isEqualTo(new KeyOnly("user_key", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default_rule { split: 'a' }",
        "rules { serve { split: 'a' } } default_rule { split: 'u' }",
        "holdout: 'accounts' layer { layer: 'accounts' from: 0 until: 50 }",
        "prerequisites { feature: 'by-account' variants: 'on' } default_rule { split: 'a' }",
      })
  void of_drawsByOneAttribute_isTheAttribute(String text) {
    assertThat(of(text)).isEqualTo(new KeyOnly("account", false));
  }

  @Test
  void of_drawsOfTheCallAlone_isTheCall() {
    assertThat(of("default_rule { split: 'c' }")).isEqualTo(new KeyOnly("decision_id", true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rules { when { attribute: 'plan' present: true } serve { variant: 'on' } }"
            + " default_rule { split: 'u' }",
        "rules { when { segment: 'plans' } serve { variant: 'on' } } default_rule { split: 'u' }",
        "rules { when { segment: 'nested' } serve { variant: 'on' } } default_rule { split: 'u' }",
        "rules { when { any { attribute: 'user_key' present: true } any { not {"
            + " attribute: 'plan' present: true } } } serve { variant: 'on' } }",
        "rules { when { segment: 'users' } serve { split: 'u' } } default_rule { split: 'a' }",
        "overrides { variant: 'on' user_keys: 'ann' } default_rule { split: 'a' }",
        "overrides { variant: 'on' user_keys: 'ann' } default_rule { split: 'c' }",
        "holdout: 'accounts' default_rule { split: 'u' }",
        "holdout: 'users' layer { layer: 'accounts' from: 0 until: 50 }",
        "prerequisites { feature: 'by-account' variants: 'on' } default_rule { split: 'u' }",
        "prerequisites { feature: 'chained' variants: 'on' } default_rule { split: 'u' }",
        // An account may be a number, which conditions tell from its digits, and draws do not.
        "rules { when { attribute: 'account' number { at_least: 5 } } serve { variant: 'on' } }"
            + " default_rule { split: 'a' }",
      })
  void of_moreThanOneThing_isNone(String text) {
    assertThat(of(text)).isNull();
  }

  private static @Nullable KeyOnly of(String text) {
    Snapshot snapshot =
        Sources.of()
            .segment("key: 'users' included: 'ann' when { attribute: 'user_key' starts_with: 'b' }")
            .segment("key: 'plans' attribute: 'plan' included: 'gold'")
            .segment("key: 'nested' when { segment: 'plans' }")
            .layer("key: 'users'")
            .layer("key: 'accounts' unit: 'account'")
            .holdout("key: 'users' share { parts: 5 }")
            .holdout("key: 'accounts' unit: 'account' share { parts: 5 }")
            .onOff("by-user", SPLITS + "default_rule { split: 'u' }")
            .onOff("by-account", SPLITS + "default_rule { split: 'a' }")
            .onOff("chained", "prerequisites { feature: 'by-account' variants: 'on' }")
            // In a layer all splits must have its unit.
            .onOff("f", text.contains("layer {") ? text : SPLITS + text)
            .snapshot();
    return KeyOnly.of(snapshot, Objects.requireNonNull(snapshot.feature("f")));
  }
}
