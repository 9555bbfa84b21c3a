package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private final EvaluationContext context = new EvaluationContext();

  @Test
  void feature_byStringOrBytes_isFound() {
    Snapshot snapshot = Sources.of().onOff("a", "").onOff("b.c-d_e", "").snapshot();

    assertThat(snapshot.features())
        .extracting(CompiledFeature::key)
        .containsExactly("a", "b.c-d_e");
    assertThat(snapshot.feature("b.c-d_e")).isSameAs(snapshot.features().get(1));
    byte[] wire = "xxb.c-d_eyy".getBytes(StandardCharsets.UTF_8);
    assertThat(snapshot.feature(wire, 2, 7)).isSameAs(snapshot.features().get(1));
    assertThat(snapshot.feature("c")).isNull();
    assertThat(snapshot.feature(wire, 0, 9)).isNull();
  }

  @Test
  void evaluate_quarterSplit_servesAQuarter() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "checkout",
                """
                splits {
                  id: 'ramp'
                  weights { variant: 'on' weight: 25 } weights { variant: 'off' weight: 75 }
                }
                default_rule { split: 'ramp' }
                """)
            .snapshot();
    CompiledFeature feature = requireNonNull(snapshot.feature("checkout"));
    int on = 0;
    for (int i = 0; i < 100_000; i++) {
      context.begin(snapshot, 0, 0, 0);
      context.userKey("user-" + i);
      Decision decision = feature.evaluate(context);
      assertThat(decision.reason()).isEqualTo(Reason.REASON_SPLIT);
      assertThat(decision.arm()).isEqualTo(Arm.ARM_SPLIT);
      on += decision.variant().equals("on") ? 1 : 0;
    }
    assertThat(on).isBetween(24_500, 25_500);
  }

  @Test
  void evaluate_countryAndVersion_matchesOnlyBoth() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                """
                rules {
                  id: 'eu'
                  when { attribute: 'country'
                         in { string_value: 'DE' } in { string_value: 'FR' } }
                  when { attribute: 'version' version { at_least: '2.3' } }
                  serve { variant: 'on' }
                }
                """)
            .snapshot();

    assertThat(decide(snapshot, "DE", "2.3.0").rule()).isEqualTo("eu");
    assertThat(decide(snapshot, "FR", "10.0").variant()).isEqualTo("on");
    assertThat(decide(snapshot, "DE", "2.3.0-rc.1").reason()).isEqualTo(Reason.REASON_DEFAULT);
    assertThat(decide(snapshot, "US", "2.3.0").variant()).isEqualTo("off");
  }

  private Decision decide(Snapshot snapshot, String country, String version) {
    context.begin(snapshot, 0, 0, 0);
    context.attribute("country", country);
    context.attribute("version", version);
    context.attribute("unused", 1.0);
    return requireNonNull(snapshot.feature("f")).evaluate(context);
  }
}
