package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.serin.v1.Arm;
import dev.serin.v1.Draw;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.ExplainStepKind;
import dev.serin.v1.FeatureDecision;
import dev.serin.v1.Reason;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What evaluate and explain ask and how they print the answer. */
class DecideCommandsTest {
  private static final EvaluateResponse FAST =
      EvaluateResponse.newBuilder()
          .setVariant("fast")
          .setValue(text("express"))
          .setReason(Reason.REASON_SPLIT)
          .setRule("rule-1")
          .setDecisionToken("dG9rZW4")
          .setFeatureRevision(7)
          .build();

  private final FakeApi api = api();

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void evaluate_attributes_areTyped() {
    api.will("Evaluate", FAST);

    Run run =
        api.run(
            "evaluate",
            "checkout",
            "-n=shop",
            "-u",
            "user-42",
            "-a",
            "country=CN",
            "-a",
            "age:=18",
            "-a",
            "beta:=true",
            "-a",
            "tags:=[\"a\",1]",
            "-a",
            "note=a=b:=c",
            "-a",
            "gone:=null");

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                value             "express"
                variant           fast
                reason            SPLIT
                rule              rule-1
                feature revision  7
                token             dG9rZW4
                """,
                ""));
    assertThat(api.request(0, EvaluateRequest.class))
        .isEqualTo(
            EvaluateRequest.newBuilder()
                .setNamespace("shop")
                .setFeature("checkout")
                .setUserKey("user-42")
                .setAttributes(
                    Struct.newBuilder()
                        .putFields("country", text("CN"))
                        .putFields("age", number(18))
                        .putFields("beta", Value.newBuilder().setBoolValue(true).build())
                        .putFields(
                            "tags",
                            Value.newBuilder()
                                .setListValue(
                                    ListValue.newBuilder()
                                        .addValues(text("a"))
                                        .addValues(number(1)))
                                .build())
                        .putFields("note", text("a=b:=c"))
                        .putFields(
                            "gone", Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build()))
                .setRecordExposure(false)
                .build());
  }

  @Test
  void evaluate_expose_countsTheAnswer() {
    api.will("Evaluate", FAST);

    assertThat(api.run("evaluate", "checkout", "--expose", "-o", "json").out())
        .contains("\"decision_token\": \"dG9rZW4\"");
    assertThat(api.request(0, EvaluateRequest.class).getRecordExposure()).isTrue();
  }

  @Test
  void evaluate_withoutFeature_decidesAll() {
    api.will("EvaluateAll", all("checkout", FAST).toBuilder().setNextPageToken("more").build())
        .will(
            "EvaluateAll",
            all(
                "limits",
                FAST.toBuilder()
                    .clearRule()
                    .setReason(Reason.REASON_DEFAULT)
                    .setValue(
                        Value.newBuilder()
                            .setStructValue(
                                Struct.newBuilder().putFields("long", text("x".repeat(60)))))
                    .build()));

    assertThat(api.run("evaluate", "-u", "user-42").out())
        .isEqualTo(
            """
            FEATURE   VALUE                                     VARIANT  REASON   RULE   \
             FEATURE REVISION
            checkout  "express"                                 fast     SPLIT    rule-1 \
                            7
            limits    {"long": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  fast     DEFAULT         \
                            7
            """);
    assertThat(api.request(1, EvaluateAllRequest.class).getPageToken()).isEqualTo("more");
  }

  @Test
  void explain_steps_areIndentedMarkedAndDrawn() {
    api.will("Explain", explanation());

    Run run =
        api.run("explain", "checkout", "-n=shop", "-u", "user-42", "--at", "2030-01-01T12:00:00Z");

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                namespace shop, revision 12
                feature   checkout, feature revision 7
                user      user-42, hash 00000000000000ff

                ✗ disabled
                ✓ rule rule-1: every condition holds
                  ✓ condition country: "CN" equals "CN"
                ✓ split main: 40 of 100 to fast
                  draw by user_key: 0.250000, bucket 25 of 100, fast [0, 40) (0x40, salt a/b/c)

                value     "express"
                variant   fast
                reason    SPLIT by rule-1
                arm       split
                period    since revision 5
                """,
                ""));
    assertThat(api.request(0, ExplainRequest.class))
        .isEqualTo(
            ExplainRequest.newBuilder()
                .setNamespace("shop")
                .setFeature("checkout")
                .setUserKey("user-42")
                .setAttributes(Struct.getDefaultInstance())
                .setAt(Timestamp.newBuilder().setSeconds(1_893_499_200))
                .build());
  }

  @Test
  void explain_colour_isForTerminalsOnly() {
    api.will("Explain", explanation());

    Run run = Run.of(Run.NO_SERVER, "", true, "explain", "checkout", "--server=" + api.address());

    assertThat(run.out()).contains("\u001b[32m✓\u001b[0m").contains("\u001b[2m✗\u001b[0m");
  }

  private static ExplainResponse explanation() {
    return ExplainResponse.newBuilder()
        .setDecision(FAST)
        .setPeriod(5)
        .setArm(Arm.ARM_SPLIT)
        .setRevision(12)
        .setUserKeyHash("00000000000000ff")
        .addSteps(step(ExplainStepKind.EXPLAIN_STEP_KIND_DISABLED, "", "", false, 0))
        .addSteps(
            step(
                ExplainStepKind.EXPLAIN_STEP_KIND_RULE, "rule-1", "every condition holds", true, 0))
        .addSteps(
            step(
                ExplainStepKind.EXPLAIN_STEP_KIND_CONDITION,
                "country",
                "\"CN\" equals \"CN\"",
                true,
                1))
        .addSteps(
            step(ExplainStepKind.EXPLAIN_STEP_KIND_SPLIT, "main", "40 of 100 to fast", true, 0)
                .setDraw(
                    Draw.newBuilder()
                        .setUnit("user_key")
                        .setSalt("a/b/c")
                        .setValue("40")
                        .setPosition(0.25)
                        .setBucket(25)
                        .setTotal(100)
                        .setRange("fast [0, 40)")))
        .build();
  }

  private static ExplainStep.Builder step(
      ExplainStepKind kind, String subject, String detail, boolean matched, int depth) {
    return ExplainStep.newBuilder()
        .setKind(kind)
        .setSubject(subject)
        .setDetail(detail)
        .setMatched(matched)
        .setDepth(depth);
  }

  private static EvaluateAllResponse all(String feature, EvaluateResponse decision) {
    return EvaluateAllResponse.newBuilder()
        .addDecisions(FeatureDecision.newBuilder().setFeature(feature).setDecision(decision))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static FakeApi api() {
    try {
      return new FakeApi();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
