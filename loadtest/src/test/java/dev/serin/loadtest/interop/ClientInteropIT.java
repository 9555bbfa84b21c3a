package dev.serin.loadtest.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.client.Context;
import dev.serin.client.ErrorCode;
import dev.serin.client.EvaluationDetails;
import dev.serin.client.EvaluationException;
import dev.serin.client.Reason;
import dev.serin.client.SerinClient;
import dev.serin.server.SerinServer;
import dev.serin.server.ServerConfig;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client and the server, which never see each other, over a real connection. */
class ClientInteropIT {
  /** For a machine that is busy. */
  private static final Duration GENEROUS = Duration.ofSeconds(20);

  private static final Context USER = Context.user("user-5").with("country", "CN");
  private static final Value OBJECT =
      Value.newBuilder().setStructValue(Struct.newBuilder().putFields("size", number(3))).build();

  @TempDir static Path dataDirectory;
  private static SerinServer server;
  private static SerinClient client;

  @BeforeAll
  static void start() throws InterruptedException {
    server = serve(0);
    apply(
        feature("flag", Value.newBuilder().setBoolValue(true).build()),
        feature("text", Value.newBuilder().setStringValue("blue").build()),
        feature("ratio", number(2.5)),
        feature("limit", number(1L << 53)),
        feature("layout", OBJECT),
        probability("per-call"));
    client = connect(server.grpcPort());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void evaluate_everyType_isTheDocumentsValue() {
    assertThat(client.evaluate("flag", USER, false)).isTrue();
    assertThat(client.evaluate("text", USER, "red")).isEqualTo("blue");
    assertThat(client.evaluate("ratio", USER, 1.0)).isEqualTo(2.5);
    assertThat(client.evaluate("limit", USER, 1L)).isEqualTo(1L << 53);
    assertThat(client.evaluate("layout", USER, Value.getDefaultInstance())).isEqualTo(OBJECT);
    assertThat(client.evaluateAsync("text", USER, "red").join().value()).isEqualTo("blue");
  }

  @Test
  void evaluateDetails_decision_isTold() {
    EvaluationDetails<String> details = client.evaluateDetails("text", USER, "red");

    assertThat(details.error()).isEmpty();
    assertThat(details.variant()).isEqualTo("only");
    assertThat(details.reason()).isEqualTo(Reason.DEFAULT);
    assertThat(details.decisionToken()).isNotEmpty();
    assertThat(details.featureRevision()).isEqualTo(2);
  }

  @Test
  void evaluateDetails_refusals_haveTheirCodes() {
    assertThat(code(client.evaluateDetails("nope", USER, true)))
        .isEqualTo(ErrorCode.FLAG_NOT_FOUND);
    assertThat(code(client.evaluateDetails("text", USER, true))).isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(code(client.evaluateDetails("ratio", USER, 1L))).isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(code(client.evaluateDetails("text", USER.with("big", "x".repeat(70_000)), "red")))
        .isEqualTo(ErrorCode.INVALID_CONTEXT);
    try (SerinClient elsewhere =
        SerinClient.builder("127.0.0.1:" + server.grpcPort())
            .plaintext()
            .namespace("nowhere")
            .deadline(GENEROUS)
            .build()) {
      assertThat(code(elsewhere.evaluateDetails("text", USER, "red"))).isEqualTo(ErrorCode.GENERAL);
    }
  }

  @Test
  void evaluateDetails_probability_carriesADecisionId() {
    EvaluationDetails<Boolean> details =
        client.evaluateDetails("per-call", Context.anonymous(), false);

    assertThat(details.reason()).isEqualTo(Reason.SPLIT);
    assertThat(details.decisionId()).matches("[0-9a-f]{16}");
  }

  @Test
  void evaluateAllAndExplain_agreeWithEvaluate() {
    assertThat(client.evaluateAll(USER).orThrow().byFeature().keySet())
        .containsExactly("flag", "layout", "limit", "per-call", "ratio", "text");
    assertThat(client.evaluateAll(USER).byFeature().get("layout").value()).isEqualTo(OBJECT);
    assertThat(client.explain("text", USER).getDecision().getVariant()).isEqualTo("only");
    assertThatThrownBy(() -> client.explain("nope", USER))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.FLAG_NOT_FOUND));
  }

  @Test
  void evaluate_serverRestarted_isAnsweredAgain(@TempDir Path other) throws InterruptedException {
    SerinServer first = serve(0, other);
    int port = first.grpcPort();
    try (SerinClient survivor = connect(port)) {
      assertThat(code(survivor.evaluateDetails("text", USER, "red")))
          .isEqualTo(ErrorCode.FLAG_NOT_FOUND);
      first.close();
      assertThat(code(survivor.evaluateDetails("text", USER, "red")))
          .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
      try (SerinServer second = serve(port, other)) {
        assertThat(second.grpcPort()).isEqualTo(port);
        assertThat(survivor.awaitConnected(GENEROUS)).isTrue();
        assertThat(code(survivor.evaluateDetails("text", USER, "red")))
            .isEqualTo(ErrorCode.FLAG_NOT_FOUND);
      }
    }
  }

  private static ErrorCode code(EvaluationDetails<?> details) {
    return details.error().orElseThrow().code();
  }

  private static SerinServer serve(int port) {
    return serve(port, dataDirectory);
  }

  private static SerinServer serve(int port, Path directory) {
    return SerinServer.start(
        ServerConfig.read(
                List.of("--grpc-port=" + port, "--http-port=0", "--data-dir=" + directory),
                Map.of())
            .orThrow());
  }

  private static SerinClient connect(int port) throws InterruptedException {
    SerinClient connected =
        SerinClient.builder("127.0.0.1:" + port).plaintext().deadline(GENEROUS).build();
    assertThat(connected.awaitConnected(GENEROUS)).isTrue();
    return connected;
  }

  private static void apply(Feature... features) throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                "127.0.0.1:" + server.grpcPort(), InsecureChannelCredentials.create())
            .build();
    ApplyDocumentsRequest.Builder request = ApplyDocumentsRequest.newBuilder();
    for (Feature feature : features) {
      request.addDocuments(
          ApplyDocument.newBuilder().setDocument(Document.newBuilder().setFeature(feature)));
    }
    long revision =
        FeatureServiceGrpc.newBlockingStub(channel).applyDocuments(request.build()).getRevision();
    channel.shutdownNow();
    assertThat(server.awaitRevision("default", revision, GENEROUS)).isTrue();
  }

  private static Feature feature(String key, Value value) {
    return Feature.newBuilder()
        .setKey(key)
        .addVariants(Variant.newBuilder().setKey("only").setValue(value))
        .setDefaultVariant("only")
        .build();
  }

  private static Feature probability(String key) {
    return feature(key, Value.newBuilder().setBoolValue(true).build()).toBuilder()
        .addSplits(
            Split.newBuilder()
                .setId("draw")
                .setProbability(true)
                .addWeights(WeightedVariant.newBuilder().setVariant("only").setWeight(100)))
        .setDefaultRule(Serve.newBuilder().setSplit("draw"))
        .build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }
}
