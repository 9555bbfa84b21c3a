package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.Feature;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Answers carry the counting period of the split that was drawn, and older ones are known. */
class SplitPeriodTest {
  private static final Feature FEATURE =
      Sources.onOffFeature(
          "f",
          """
          overrides { variant: 'on' user_keys: 'ann' }
          splits {
            id: 's'
            unit: 'account'
            coverage { parts: 50 }
            weights { variant: 'on' weight: 40 }
            weights { variant: 'off' weight: 60 }
          }
          splits { id: 'old' probability: true weights { variant: 'on' weight: 100 } }
          default_rule { split: 's' }
          """);
  private static final SplitPeriod NOW =
      new SplitPeriod("s", 9, "account", List.of("on", "off"), SplitPeriod.NOT_ENDED);
  private static final SplitPeriod BEFORE =
      new SplitPeriod("s", 5, "user_key", List.of("on"), 1_000);
  private static final SplitPeriod GONE = new SplitPeriod("gone", 4, "", List.of("off"), 900);
  private static final LiveRun RUN =
      new LiveRun("s", "run-1", 2, "on", "off", 50, 100, true, RunPhase.RUNNING, 60_000);

  @Test
  void decisions_ofASplit_carryItsPeriodAndOthersNone() {
    assertThat(tokens(feature(List.of())))
        .filteredOn(token -> token.split().equals("s"))
        .hasSizeGreaterThan(2)
        .allMatch(token -> token.period() == 9);
    assertThat(tokens(feature(List.of())))
        .filteredOn(token -> token.split().isEmpty())
        .isNotEmpty()
        .allMatch(token -> token.period() == 0);
    assertThat(tokens(feature(List.of(RUN))))
        .filteredOn(token -> token.run().equals("run-1"))
        .isNotEmpty()
        .allMatch(token -> token.period() == 0);
  }

  @Test
  void periods_ofASplit_areTheCurrentThenThoseThatEnded() {
    CompiledFeature feature = feature(List.of());

    assertThat(feature.periods("s")).containsExactly(NOW, BEFORE);
    assertThat(feature.periods("gone")).containsExactly(GONE);
    assertThat(feature.periods("never")).isEmpty();
    assertThat(feature.periods("old"))
        .containsExactly(new SplitPeriod("old", 0, "", List.of("on"), SplitPeriod.NOT_ENDED));
  }

  @Test
  void explain_drawnSplit_saysItsPeriod() {
    assertThat(explain(feature(List.of()), "bob").getPeriod()).isEqualTo(9);
    assertThat(explain(feature(List.of()), "ann").hasPeriod()).isFalse();
    assertThat(explain(feature(List.of(RUN)), "bob").hasPeriod()).isFalse();
  }

  @Test
  void draws_everyUnit_areThoseOfEvaluate() {
    CompiledFeature feature = feature(List.of());
    SplitDraws draws = Objects.requireNonNull(feature.draws("s"));
    Snapshot snapshot = Sources.of().feature(feature.source()).snapshot();
    EvaluationContext context = new EvaluationContext();
    int served = 0;
    for (int i = 0; i < 1_000; i++) {
      String account = "a-" + i;
      Call.of("bob").with("account", account).beginWithStruct(context, snapshot);
      Decision decision = Objects.requireNonNull(snapshot.feature("f")).evaluate(context);
      boolean isSplit = decision.arm() == Arm.ARM_SPLIT;
      long unit = Bucketing.hash(account);
      for (String variant : List.of("on", "off")) {
        assertThat(draws.serves(unit, variant))
            .as(account)
            .isEqualTo(isSplit && decision.variant().equals(variant));
      }
      served += isSplit ? 1 : 0;
    }
    // Half of them are covered.
    assertThat(served).isBetween(400, 600);
  }

  @Test
  void draws_ofASplitThatNoUnitDecides_areNone() {
    assertThat(feature(List.of()).draws("old")).isNull();
    assertThat(feature(List.of()).draws("never")).isNull();
    assertThat(feature(List.of(RUN)).draws("s")).isNull();
  }

  private static ExplainResponse explain(CompiledFeature feature, String user) {
    EvaluationContext context = new EvaluationContext();
    Snapshot snapshot = Sources.of().feature(feature.source()).snapshot();
    Call.of(user).with("account", "a-7").beginWithStruct(context, snapshot);
    return Objects.requireNonNull(snapshot.feature("f")).explain(context).toResponse();
  }

  private static CompiledFeature feature(List<LiveRun> runs) {
    FeatureSource source = new FeatureSource(FEATURE, 11, false, runs, List.of(NOW, BEFORE, GONE));
    return Objects.requireNonNull(Sources.of().feature(source).snapshot().feature("f"));
  }

  private static List<DecisionToken> tokens(CompiledFeature feature) {
    return feature.decisions().stream()
        .map(decision -> DecisionToken.decode(decision.token()))
        .toList();
  }
}
