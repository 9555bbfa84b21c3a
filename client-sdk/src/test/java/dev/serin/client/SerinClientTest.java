package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Value;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.ValueType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers get from a server that answers. */
class SerinClientTest {
  private final FakeServer server = new FakeServer();
  private final SerinClient client =
      SerinClient.builder(server.target())
          .plaintext()
          .namespace("shop")
          .deadline(Deadlines.GENEROUS)
          .build();
  private final Context user = Context.user("user-42").with("country", "CN");

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void evaluate_bool_givesValueAndSendsTheContext() {
    server.answers(Values.decision(Values.of(true)));

    assertThat(client.evaluate("new-checkout", user, false)).isTrue();

    assertThat(server.evaluated)
        .containsExactly(
            EvaluateRequest.newBuilder()
                .setNamespace("shop")
                .setFeature("new-checkout")
                .setUserKey("user-42")
                .setAttributes(user.prepared().attributes())
                .setExpectedType(ValueType.VALUE_TYPE_BOOL)
                .build());
  }

  @Test
  void evaluate_eachType_givesItsValue() {
    server.answers(Values.decision(Values.of("blue")));
    assertThat(client.evaluate("colour", user, "red")).isEqualTo("blue");
    server.answers(Values.decision(Values.of(2.5)));
    assertThat(client.evaluate("ratio", user, 1.0)).isEqualTo(2.5);
    server.answers(Values.decision(Values.of(1L << 53)));
    assertThat(client.evaluate("limit", user, 1)).isEqualTo(1L << 53);
    Value object = Values.object("size", Values.of(3));
    server.answers(Values.decision(object));
    assertThat(client.evaluate("layout", user, Value.getDefaultInstance())).isEqualTo(object);

    assertThat(server.evaluated)
        .extracting(EvaluateRequest::getExpectedType)
        .containsExactly(
            ValueType.VALUE_TYPE_STRING,
            ValueType.VALUE_TYPE_NUMBER,
            ValueType.VALUE_TYPE_NUMBER,
            ValueType.VALUE_TYPE_JSON);
  }

  @Test
  void evaluateDetails_decision_carriesEverything() {
    server.answers(Values.decision(Values.of("blue")));

    EvaluationDetails<String> details = client.evaluateDetails("colour", user, "red");

    assertThat(details.feature()).isEqualTo("colour");
    assertThat(details.value()).isEqualTo("blue");
    assertThat(details.variant()).isEqualTo("fast");
    assertThat(details.reason()).isEqualTo(Reason.SPLIT);
    assertThat(details.rule()).isEqualTo("rule-1");
    assertThat(details.decisionToken()).isEqualTo("token");
    assertThat(details.decisionId()).isEqualTo("00000000000000ff");
    assertThat(details.featureRevision()).isEqualTo(7);
    assertThat(details.error()).isEmpty();
    assertThat(details.orThrow()).isEqualTo("blue");
  }

  @Test
  void evaluateDetails_valueOfAnotherType_givesDefaultAndMismatch() {
    server.answers(Values.decision(Values.of("blue")));
    assertMismatch(client.evaluateDetails("f", user, true), true, "STRING_VALUE");
    assertMismatch(client.evaluateDetails("f", user, 1.5), 1.5, "STRING_VALUE");
    server.answers(Values.decision(Values.of(2.5)));
    assertMismatch(client.evaluateDetails("f", user, 7L), 7L, "NUMBER_VALUE");
    assertMismatch(client.evaluateDetails("f", user, "x"), "x", "NUMBER_VALUE");
    server.answers(Values.decision(Values.of(1e300)));
    assertMismatch(client.evaluateDetails("f", user, 7L), 7L, "NUMBER_VALUE");
    Value fallback = Values.object("a", Values.of(true));
    assertMismatch(client.evaluateDetails("f", user, fallback), fallback, "NUMBER_VALUE");
  }

  @Test
  void evaluateDetails_answerWithoutValue_givesDefaultAndParseError() {
    EvaluationDetails<Boolean> details = client.evaluateDetails("f", user, true);

    assertThat(details.value()).isTrue();
    assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.PARSE_ERROR);
  }

  @Test
  void evaluateDetails_unitMissing_givesTheDecisionAndTellsSo() {
    server.answers(
        Values.decision(Values.of(true)).toBuilder()
            .setReason(dev.serin.v1.Reason.REASON_TARGETING_KEY_MISSING)
            .build());

    EvaluationDetails<Boolean> details = client.evaluateDetails("f", Context.anonymous(), false);

    assertThat(details.value()).isTrue();
    assertThat(details.reason()).isEqualTo(Reason.TARGETING_KEY_MISSING);
    assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.TARGETING_KEY_MISSING);
    assertThatThrownBy(details::orThrow).isInstanceOf(EvaluationException.class);
  }

  @Test
  void reason_everyOneOfTheApi_hasItsName() {
    List<String> names =
        Stream.of(dev.serin.v1.Reason.values())
            .filter(reason -> reason != dev.serin.v1.Reason.REASON_UNSPECIFIED)
            .filter(reason -> reason != dev.serin.v1.Reason.UNRECOGNIZED)
            .map(reason -> reason.name().replace("REASON_", ""))
            .toList();

    assertThat(names)
        .allSatisfy(
            name ->
                assertThat(Reason.of(dev.serin.v1.Reason.valueOf("REASON_" + name)).name())
                    .isEqualTo(name));
    assertThat(Reason.of(dev.serin.v1.Reason.UNRECOGNIZED)).isEqualTo(Reason.UNKNOWN);
  }

  @Test
  void evaluateAsync_decisionAndRefusal_completeNormally() {
    server.answers(Values.decision(Values.of(true)));
    assertThat(client.evaluateAsync("f", user, false).join().value()).isTrue();
    assertThat(client.evaluateAsync("f", user, "x").join().error().orElseThrow().code())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    server.refuses(FakeServer.refusal(com.google.rpc.Code.NOT_FOUND, "FEATURE_NOT_FOUND"));
    assertThat(client.evaluateAsync("f", user, 1.5).join().error().orElseThrow().code())
        .isEqualTo(ErrorCode.FLAG_NOT_FOUND);
    assertThat(client.evaluateAsync("f", user, 7L).join().value()).isEqualTo(7L);
    assertThat(client.evaluateAsync("f", user, Values.of(1)).join().value())
        .isEqualTo(Values.of(1));
  }

  @Test
  void withoutExposures_request_saysSo() {
    client.withoutExposures().evaluate("f", user, true);
    client.evaluate("f", user, true);

    assertThat(server.evaluated.get(0).hasRecordExposure()).isTrue();
    assertThat(server.evaluated.get(0).getRecordExposure()).isFalse();
    assertThat(server.evaluated.get(1).hasRecordExposure()).isFalse();
  }

  @Test
  @SuppressWarnings("NullAway") // What a caller without null checks may pass.
  void evaluate_nulls_giveTheDefault() {
    assertThat(client.evaluateDetails(null, user, true).error().orElseThrow().message())
        .isEqualTo("feature: null (expected: one)");
    EvaluationDetails<String> details = client.evaluateDetails("f", null, "x");
    assertThat(details.value()).isEqualTo("x");
    assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_CONTEXT);
    assertThat(client.evaluateAsync("f", null, 1.5).join().value()).isEqualTo(1.5);
    assertThat(client.evaluateAll(null).error()).isPresent();
    assertThat(server.evaluated).isEmpty();
  }

  @Test
  void evaluate_brokenContext_isNotSent() {
    Context broken = user.with("x", Double.NaN);

    EvaluationError error = client.evaluateDetails("f", broken, true).error().orElseThrow();

    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_CONTEXT);
    assertThat(error.message()).isEqualTo("x: NaN (expected: a finite number)");
    assertThat(client.evaluateAsync("f", broken, true).join().error()).contains(error);
    assertThat(client.evaluateAll(broken).error()).contains(error);
    assertThatThrownBy(() -> client.explain("f", broken)).hasMessageContaining("x: NaN");
    assertThat(server.evaluated).isEmpty();
  }

  private static <T> void assertMismatch(EvaluationDetails<T> details, T value, String found) {
    assertThat(details.value()).isEqualTo(value);
    assertThat(details.reason()).isEqualTo(Reason.ERROR);
    assertThat(details.variant()).isEmpty();
    assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(details.error().orElseThrow().message()).startsWith("value: " + found);
    assertThatThrownBy(details::orThrow)
        .isInstanceOfSatisfying(
            EvaluationException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.TYPE_MISMATCH));
  }
}
