package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Serin's errors as OpenFeature's codes, over the wire. */
class RefusalTest {
  private final FakeServer server = new FakeServer();
  private final SerinClient client =
      SerinClient.builder(server.target()).plaintext().deadline(Deadlines.GENEROUS).build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, FEATURE_NOT_FOUND, '', FLAG_NOT_FOUND",
    "FAILED_PRECONDITION, FEATURE_ARCHIVED, '', FLAG_NOT_FOUND",
    "NOT_FOUND, NAMESPACE_NOT_FOUND, '', GENERAL",
    "INVALID_ARGUMENT, TYPE_MISMATCH, '', TYPE_MISMATCH",
    "INVALID_ARGUMENT, INVALID_REQUEST, user_key, INVALID_CONTEXT",
    "INVALID_ARGUMENT, INVALID_REQUEST, attributes.age, INVALID_CONTEXT",
    "INVALID_ARGUMENT, INVALID_REQUEST, feature, GENERAL",
    "RESOURCE_EXHAUSTED, REQUEST_TOO_LARGE, '', INVALID_CONTEXT",
    "RESOURCE_EXHAUSTED, OVERLOADED, '', GENERAL",
    "UNAVAILABLE, NOT_READY, '', PROVIDER_NOT_READY",
    "UNAVAILABLE, SHUTTING_DOWN, '', PROVIDER_NOT_READY",
    "UNIMPLEMENTED, NOT_BUILT, '', GENERAL",
    "INTERNAL, INTERNAL, '', GENERAL",
    "INTERNAL, SOMETHING_NEW, '', GENERAL",
  })
  void refusal_reason_hasItsCode(Code code, String reason, String field, ErrorCode expected) {
    server.refuses(FakeServer.refusal(code, reason, field));

    EvaluationDetails<String> details = client.evaluateDetails("f", Context.user("u"), "fallback");

    assertThat(details.value()).isEqualTo("fallback");
    assertThat(details.reason()).isEqualTo(Reason.ERROR);
    assertThat(details.error().orElseThrow().code()).isEqualTo(expected);
    assertThat(details.error().orElseThrow().message())
        .isEqualTo(server.target() + ": " + code + ": told by the server");
  }

  @Test
  void refusal_withoutDetails_isJudgedByItsStatus() {
    server.refuses(io.grpc.Status.UNAVAILABLE.asRuntimeException());

    assertThat(client.evaluateDetails("f", Context.user("u"), 1.5).error().orElseThrow().code())
        .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
  }
}
