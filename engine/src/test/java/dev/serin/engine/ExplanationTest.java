package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.Draw;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.Reason;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An explanation tells every step with the values compared. */
class ExplanationTest {
  private final EvaluationContext context = new EvaluationContext();

  @Test
  void explain_everyKindOfStep_isTold() {
    Snapshot snapshot =
        Sources.of()
            .segment("key: 'eu' when { attribute: 'country' in { string_value: 'DE' } }")
            .layer("key: 'ui'")
            .holdout("key: 'h' share { parts: 0 }")
            .onOff("base", "default_rule { variant: 'on' }")
            .onOff(
                "f",
                """
                schedule { from { seconds: 1 } }
                overrides { variant: 'on' user_keys: 'vip' }
                prerequisites { feature: 'base' variants: 'on' }
                holdout: 'h'
                layer { layer: 'ui' from: 0 until: 100 }
                splits {
                  id: 'ramp'
                  weights { variant: 'on' weight: 25 } weights { variant: 'off' weight: 75 }
                }
                rules {
                  id: 'beta'
                  when { attribute: 'plan' equals { string_value: 'pro' } }
                  serve { variant: 'on' }
                }
                rules {
                  id: 'europe'
                  when { any { segment: 'eu' } any { not { attribute: 'age' present: true } } }
                  serve { split: 'ramp' }
                }
                """)
            .snapshot();
    begin(snapshot, 2_000);
    context.userKey("user-1");
    context.attribute("country", "DE");
    context.attribute("age", 30);

    assertThat(explain(snapshot))
        .isEqualTo(
            """
            DISABLED f false: the document does not say disabled
            KILL_SWITCH f false: the kill switch is not set
            SCHEDULE f true: 1970-01-01T00:00:02Z is inside the schedule
            OVERRIDE  false: user_key 'user-1' is not named
            PREREQUISITE base true: answers 'on' (expected: one of [on])
              DISABLED base false: the document does not say disabled
              KILL_SWITCH base false: the kill switch is not set
              DEFAULT base true: there are no rules
            HOLDOUT h false: the user is not held out <user_key 75 of 100: not held out [0, 100)>
            LAYER ui true: the user's slot is the feature's <user_key 46 of 100: inside [0, 100)>
            RULE beta false: not all conditions hold
              CONDITION plan equals 'pro' false: plan is absent: does not hold
            RULE europe true: all conditions hold
              CONDITION any of 2 true: holds
                CONDITION segment eu true: holds
                  SEGMENT eu true: user_key 'user-1' is not named; all conditions hold
                    CONDITION country in ['DE'] true: country is 'DE': holds
                CONDITION not false: does not hold
                  CONDITION age present true: age is 30: holds
              SPLIT ramp true: variant 'off' is served <user_key 81 of 100: off [25, 100)>\
            """);
  }

  @Test
  void explain_runGoneStale_saysSo() {
    LiveRun run = new LiveRun("ramp", "r1", 2, "on", "off", 1, 1, true, RunPhase.RUNNING, 60_000);
    Snapshot snapshot =
        Sources.of()
            .feature(
                Sources.onOffFeature(
                    "f",
                    """
                    splits {
                      id: 'ramp'
                      weights { variant: 'off' weight: 100 }
                      weights { variant: 'on' weight: 0 }
                    }
                    default_rule { split: 'ramp' }
                    """),
                run)
            .snapshot();
    context.begin(snapshot, 0, 0, 60_001);
    context.userKey("user-1");

    Explanation explanation = feature(snapshot).explain(context);

    assertThat(explanation.decision().reason()).isEqualTo(Reason.REASON_STALE);
    assertThat(explanation.steps().get(3).getDetail())
        .isEqualTo("variant 'off' is served: nothing was heard of the run for too long");
    assertThat(explanation.steps().get(3).getDraw().getRange()).isEqualTo("surplus [0, 1)");
  }

  @Test
  void explain_draw_canBeComputedAgain() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                """
                splits { id: 's' total: 1000 unit: 'account'
                  weights { variant: 'on' weight: 500 } weights { variant: 'off' weight: 500 } }
                default_rule { split: 's' }
                """)
            .snapshot();
    begin(snapshot, 0);
    context.attribute("account", 42);

    ExplainResponse response = feature(snapshot).explain(context).toResponse();

    Draw draw = response.getSteps(response.getStepsCount() - 1).getDraw();
    long bits = Bucketing.draw(Bucketing.hash("42"), Bucketing.hash("test/f/s"));
    assertThat(draw.getUnit()).isEqualTo("account");
    assertThat(draw.getSalt()).isEqualTo("test/f/s");
    assertThat(draw.getValue()).isEqualTo("%016x".formatted(bits));
    assertThat(draw.getBucket()).isEqualTo((int) Bucketing.bucket(bits, 1000));
    assertThat(draw.getTotal()).isEqualTo(1000);
    assertThat(draw.getPosition()).isBetween(draw.getBucket() / 1e3, (draw.getBucket() + 1) / 1e3);
    assertThat(response.getUserKeyHash()).isEmpty();
    assertThat(response.getArm()).isEqualTo(Arm.ARM_SPLIT);
    assertThat(response.getRevision()).isEqualTo(1);
  }

  @Test
  void explain_probabilitySplit_answersWithDecisionId() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                """
                splits { id: 's' probability: true weights { variant: 'on' weight: 100 } }
                default_rule { split: 's' }
                """)
            .snapshot();
    context.begin(snapshot, 0, 0x0123456789abcdefL, 0);

    Explanation explanation = feature(snapshot).explain(context);

    assertThat(explanation.answer().getDecisionId()).isEqualTo("0123456789abcdef");
    assertThat(explanation.steps().get(3).getDraw().getUnit()).isEqualTo("decision_id");
  }

  @Test
  void explain_missingUnit_isNamed() {
    Snapshot snapshot =
        Sources.of()
            .layer("key: 'l' unit: 'account'")
            .onOff("f", "layer { layer: 'l' until: 100 }")
            .snapshot();
    begin(snapshot, 0);
    context.userKey("user-1");

    Explanation explanation = feature(snapshot).explain(context);

    assertThat(explanation.decision().reason()).isEqualTo(Reason.REASON_TARGETING_KEY_MISSING);
    assertThat(explanation.steps().get(2).getDetail()).startsWith("account is missing");
    assertThat(explanation.userKeyHash()).isEqualTo("%016x".formatted(Bucketing.hash("user-1")));
  }

  @Test
  void explain_sharedPrerequisites_areToldOnce() {
    Sources sources = Sources.of().onOff("f8", "");
    for (int i = 7; i >= 1; i--) {
      String next = "prerequisites { feature: 'f" + (i + 1) + "' variants: 'off' }";
      sources.onOff(i == 1 ? "f" : "f" + i, next.repeat(16));
    }
    Snapshot snapshot = sources.snapshot();
    begin(snapshot, 0);

    assertThat(feature(snapshot).explain(context).steps())
        .hasSizeLessThan(200)
        .extracting(ExplainStep::getDepth)
        .contains(7);
  }

  private void begin(Snapshot snapshot, long nowMillis) {
    context.begin(snapshot, nowMillis, 0, 0);
  }

  private static CompiledFeature feature(Snapshot snapshot) {
    return requireNonNull(snapshot.feature("f"));
  }

  private String explain(Snapshot snapshot) {
    List<ExplainStep> steps = feature(snapshot).explain(context).steps();
    return steps.stream().map(ExplanationTest::line).collect(Collectors.joining("\n"));
  }

  private static String line(ExplainStep step) {
    Draw draw = step.getDraw();
    String drawn =
        step.hasDraw()
            ? " <%s %d of %d: %s>"
                .formatted(draw.getUnit(), draw.getBucket(), draw.getTotal(), draw.getRange())
            : "";
    return "  ".repeat(step.getDepth())
        + step.getKind().name().substring("EXPLAIN_STEP_KIND_".length())
        + " "
        + step.getSubject()
        + " "
        + step.getMatched()
        + ": "
        + step.getDetail()
        + drawn;
  }
}
