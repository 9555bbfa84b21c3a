package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.FeatureDecision;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** EvaluateAll over several pages, and Explain. */
class PagesTest {
  private static final Context USER = Context.user("u");

  private final FakeServer server = new FakeServer();
  private final SerinClient client =
      SerinClient.builder(server.target()).plaintext().deadline(Deadlines.GENEROUS).build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void evaluateAll_twoPages_areOne() {
    server.onEvaluateAll =
        (request, observer) ->
            FakeServer.answer(
                observer, request.getPageToken().isEmpty() ? page("a", "more") : page("b", ""));

    Decisions decisions = client.evaluateAll(USER);

    assertThat(decisions.error()).isEmpty();
    assertThat(decisions.revision()).isEqualTo(9);
    assertThat(decisions.byFeature().keySet()).containsExactly("a", "b");
    assertThat(decisions.orThrow().byFeature().get("b"))
        .isEqualTo(Reading.details("b", Values.of("blue"), Values.decision(Values.of("blue"))));
    assertThat(server.pages)
        .extracting(EvaluateAllRequest::getPageToken)
        .containsExactly("", "more");
    assertThat(server.pages).allMatch(request -> request.getUserKey().equals("u"));
  }

  @Test
  void evaluateAll_snapshotGoneMeanwhile_beginsAgain() {
    AtomicInteger calls = new AtomicInteger();
    server.onEvaluateAll =
        (request, observer) -> {
          switch (calls.incrementAndGet()) {
            case 1 -> FakeServer.answer(observer, page("stale", "more"));
            case 2 -> observer.onError(FakeServer.refusal(Code.ABORTED, "REVISION_GONE"));
            default -> FakeServer.answer(observer, page("fresh", ""));
          }
        };

    assertThat(client.evaluateAll(USER).byFeature().keySet()).containsExactly("fresh");
    assertThat(server.pages)
        .extracting(EvaluateAllRequest::getPageToken)
        .containsExactly("", "more", "");
  }

  @Test
  void evaluateAll_snapshotGoneAlways_givesUp() {
    server.onEvaluateAll =
        (request, observer) -> observer.onError(FakeServer.refusal(Code.ABORTED, "REVISION_GONE"));

    Decisions decisions = client.evaluateAll(USER);

    assertThat(decisions.byFeature()).isEmpty();
    assertThat(decisions.error().orElseThrow().code()).isEqualTo(ErrorCode.GENERAL);
    assertThat(server.pages).hasSize(3);
  }

  @Test
  void evaluateAll_pagesWithoutEnd_isAnError() {
    server.onEvaluateAll = (request, observer) -> FakeServer.answer(observer, page("a", "more"));

    assertThat(client.evaluateAll(USER).error().orElseThrow().message())
        .isEqualTo("pages: more than 1000 (expected: a last one)");
  }

  @Test
  void explain_refusal_isThrown() {
    ExplainResponse response = ExplainResponse.newBuilder().setRevision(3).build();
    server.onExplain = (request, observer) -> FakeServer.answer(observer, response);
    assertThat(client.explain("f", USER)).isEqualTo(response);

    server.onExplain =
        (request, observer) ->
            observer.onError(FakeServer.refusal(Code.NOT_FOUND, "FEATURE_NOT_FOUND"));
    EvaluationException thrown =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            EvaluationException.class, () -> client.explain("f", USER));
    assertThat(thrown.code()).isEqualTo(ErrorCode.FLAG_NOT_FOUND);
    assertThat(thrown.error().message()).contains("told by the server");
  }

  private static EvaluateAllResponse page(String feature, String next) {
    return EvaluateAllResponse.newBuilder()
        .addDecisions(
            FeatureDecision.newBuilder()
                .setFeature(feature)
                .setDecision(Values.decision(Values.of("blue"))))
        .setRevision(9)
        .setNextPageToken(next)
        .build();
  }
}
