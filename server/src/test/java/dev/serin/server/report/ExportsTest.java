package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import dev.serin.server.GrpcError;
import dev.serin.server.telemetry.Metrics;
import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportDecisionsResponse;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The call over gRPC in this process. */
class ExportsTest {
  private final AnalysisApi api = new AnalysisApi(Counted.ofPeriod());
  private final List<CancellableContext> calls = new ArrayList<>();

  @AfterEach
  void close() {
    calls.forEach(call -> call.cancel(null));
    api.close();
  }

  private static ExportDecisionsRequest.Builder request() {
    return ExportDecisionsRequest.newBuilder().setNamespace("shop");
  }

  /** Begins an export and reads its first answer. */
  private Iterator<ExportDecisionsResponse> export() throws Exception {
    CancellableContext context = Context.current().withCancellation();
    calls.add(context);
    Iterator<ExportDecisionsResponse> answers =
        context.call(() -> api.stub().exportDecisions(request().build()));
    assertThat(answers.next().getDecisionsCount()).isZero();
    return answers;
  }

  private String refusal(ExportDecisionsRequest.Builder request) {
    GrpcError error = GrpcError.of(() -> api.stub().exportDecisions(request.build()).next());
    return error.reason() + " " + error.text();
  }

  @Test
  void export_committedRecords_arrive() throws Exception {
    Iterator<ExportDecisionsResponse> answers = export();

    api.feed().committed(List.of(ListedRecords.of("ranking", 5, 1)));

    assertThat(answers.next().getDecisions(0).getUnitHash()).isEqualTo("0000000000000005");
  }

  @Test
  void export_ofWhatIsNotThere_isRefused() {
    assertThat(refusal(request().setNamespace(""))).contains("NAMESPACE_NOT_FOUND", "default");
    assertThat(refusal(request().addFeatures("ranking").addFeatures("x")))
        .contains("FEATURE_NOT_FOUND", "\"x\"");
    assertThat(refusal(request().addFeatures("")))
        .contains("INVALID_REQUEST", "feature: empty (expected: the key of a feature)");
    assertThat(
            refusal(
                request()
                    .addAllFeatures(IntStream.range(0, 257).mapToObj(i -> "ranking").toList())))
        .contains("INVALID_REQUEST", "features: 257 (expected: at most 256)");
    assertThat(api.feed().isFollowed()).isFalse();
  }

  @Test
  void readers_tooMany_areRefusedUntilOneLeaves() throws Exception {
    for (int i = 0; i < Exports.READERS_MAX; i++) {
      export();
    }
    assertThat(refusal(request())).contains("OVERLOADED", "exports: 16 readers");
    assertThat(api.feed().size()).isEqualTo(Exports.READERS_MAX);

    calls.removeLast().cancel(null);

    Await.until("one left", () -> api.feed().size() < Exports.READERS_MAX);
    Await.until("room", this::isTaken);
  }

  private boolean isTaken() throws Exception {
    try {
      export();
      return true;
    } catch (StatusRuntimeException refused) {
      assertThat(GrpcError.of(refused).reason()).isEqualTo("OVERLOADED");
      return false;
    }
  }

  @Test
  void stop_openAndLaterExports_endAsShuttingDown() throws Exception {
    Iterator<ExportDecisionsResponse> answers = export();
    api.feed().committed(List.of(ListedRecords.of("ranking", 1, 2)));

    api.exports().stop(Duration.ofSeconds(60));

    assertThat(answers.next().getDecisionsCount()).isEqualTo(2);
    assertThat(GrpcError.of(answers::hasNext).reason()).isEqualTo("SHUTTING_DOWN");
    Iterator<ExportDecisionsResponse> late = export();
    assertThat(GrpcError.of(late::hasNext).reason()).isEqualTo("SHUTTING_DOWN");
    Await.until("nobody follows", () -> !api.feed().isFollowed());
  }

  @Test
  void meters_showReadersAndLosses() throws Exception {
    try (Metrics metrics = new Metrics()) {
      api.exports().register(metrics);
      export();
      assertThat(metrics.scrape()).contains("serin_exports 1.0", "serin_export_lost_total 0.0");
    }
  }
}
