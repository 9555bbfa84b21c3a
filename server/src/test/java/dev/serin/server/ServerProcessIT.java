package dev.serin.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.ListDocumentsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar as a process: started, questioned, killed, stopped, refused. */
class ServerProcessIT {
  private static final int REFUSED = 1;
  private static final int WRONG_USAGE = 2;
  private static final int STOPPED_AT_ONCE = 130;

  @TempDir Path directory;

  @Test
  void start_emptyDirectory_servesAndSaysWhere() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory)) {
      apply(server, feature("checkout", 50));

      EvaluateResponse answer = await(server, "checkout");
      assertThat(answer.getVariant()).isIn("on", "off");
      assertThat(server.get("/healthz").body()).isEqualTo("ok\n");
      assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(server.log())
          .contains("INFO ", " serving ", "grpc=\"127.0.0.1:" + server.grpcPort() + "\"")
          .doesNotContain("WARN", "ERROR");
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void kill_whileChangesArrive_losesNothingThatWasAcknowledged() throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    List<EvaluateResponse> before;
    try (PackagedServer server = PackagedServer.start(directory)) {
      apply(server, feature("checkout", 30));
      await(server, "checkout");
      before = answers(server, "checkout");
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> applyUntilKilled(server, acknowledged));
      Await.until("twenty changes", () -> acknowledged.get() >= 20);
      server.kill();
      assertThat(writer.handle((done, failure) -> failure).get(30, SECONDS))
          .hasRootCauseInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAVAILABLE");
    }

    try (PackagedServer server = PackagedServer.start(directory)) {
      List<String> keys = keys(server);

      // What was in flight may have been committed without its answer; nothing else may be there.
      assertThat(keys).contains("checkout");
      assertThat(keys.size() - 1L).isBetween(acknowledged.get(), acknowledged.get() + 1);
      for (long i = 0; i < acknowledged.get(); i++) {
        assertThat(keys).contains("change-" + i);
      }
      assertThat(answers(server, "checkout")).isEqualTo(before);
      long revision = apply(server, feature("after", 50)).getRevision();
      assertThat(revision).isEqualTo(keys.size() + 2L);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void sigterm_callsInFlight_finishAndTheProcessEndsWithZero() throws Exception {
    ApplyDocumentsResponse applied;
    try (PackagedServer server = PackagedServer.start(directory, "--drain-timeout=2m")) {
      var health = new Watched(server);
      health.await(ServingStatus.SERVING);
      var inFlight = FeatureServiceGrpc.newFutureStub(server.channel()).applyDocuments(many(3_000));
      Await.until("the call in flight", () -> workers(server) == 1);

      server.signal("TERM");

      health.await(ServingStatus.NOT_SERVING);
      applied = inFlight.get(60, SECONDS);
      assertThat(server.exitCode()).isZero();
      assertThat(server.log()).contains("stopping; a second signal stops at once", " stopped");
      assertThat(server.log()).doesNotContain("WARN", "ERROR");
    }
    try (PackagedServer server = PackagedServer.start(directory)) {
      assertThat(applied.getRevision()).isEqualTo(2);
      assertThat(await(server, "many-2999").getFeatureRevision()).isEqualTo(2);
    }
  }

  @Test
  void sigterm_twice_endsAtOnce() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory, "--drain-timeout=10m")) {
      var held = new HeldCall(server.channel());

      server.signal("TERM");
      Await.until("the first signal", () -> server.log().contains("stopping; a second signal"));
      assertThat(server.isAlive()).isTrue();
      assertThat(held.end()).isNotDone();
      server.signal("TERM");

      assertThat(server.exitCode()).isEqualTo(STOPPED_AT_ONCE);
      assertThat(server.log()).doesNotContain(" stopped");
    }
  }

  @Test
  void sigterm_callThatDoesNotEnd_isEndedAfterTheDrainTimeout() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory, "--drain-timeout=200ms")) {
      var held = new HeldCall(server.channel());

      server.signal("TERM");

      assertThat(server.exitCode()).isZero();
      assertThat(server.log()).contains("calls still in flight after PT0.2S; ending them");
      assertThat(held.end().get(30, SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void sigterm_openStreams_areToldAndDoNotHoldTheProcess() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory, "--drain-timeout=10m")) {
      CompletableFuture<Throwable> ended = openStream(server);

      server.signal("TERM");

      assertThat(server.exitCode()).isZero();
      assertThat(ended.get(30, SECONDS)).hasMessageContaining("UNAVAILABLE: server: stopping");
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void start_portTaken_saysSoAndEnds() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String port : List.of("grpc-port", "http-port")) {
        String flag = "--" + port + "=" + taken.getLocalPort();
        try (PackagedServer server = PackagedServer.launch(directory, flag)) {
          assertThat(server.exitCode()).isEqualTo(REFUSED);
          assertThat(server.output()).isEmpty();
          assertThat(server.log())
              .startsWith(
                  "serin: %s: cannot listen on 127.0.0.1:%d: "
                      .formatted(port, taken.getLocalPort()))
              .endsWith("Address already in use (expected: a free port)\n")
              .hasLineCount(1);
        }
      }
    }
  }

  @Test
  void start_dataDirectoryInUse_namesTheProcessThatHasIt() throws Exception {
    String data = "--data-dir=" + directory.resolve("shared");
    try (PackagedServer first = PackagedServer.start(directory, data);
        PackagedServer second = PackagedServer.launch(directory, data)) {
      assertThat(second.exitCode()).isEqualTo(REFUSED);
      assertThat(second.log())
          .isEqualTo(
              ("serin: data directory %1$s: in use by process %2$d, which holds %1$s/serin.lock"
                      + " (expected: one server for each directory: --data-dir)\n")
                  .formatted(directory.resolve("shared"), first.pid()))
          .hasLineCount(1);
      assertThat(first.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void start_wrongConfiguration_namesEveryErrorAtOnce() throws Exception {
    try (PackagedServer server =
        PackagedServer.launch(
            directory,
            "--grpc-port=99999",
            "--grpc-address=0.0.0.0",
            "--tls-cert=nowhere.crt",
            "--store=mysql://db",
            "--log-format=xml",
            "--drain-timeout=soon",
            "--listen=8980")) {
      assertThat(server.exitCode()).isEqualTo(WRONG_USAGE);
      assertThat(server.output()).isEmpty();
      assertThat(server.log().lines())
          .allMatch(line -> line.startsWith("serin: ") && line.contains("(expected: "))
          .extracting(line -> line.substring("serin: ".length(), line.indexOf(": ", 8)))
          .containsExactlyInAnyOrder(
              "grpc-port",
              "grpc-address",
              "tls-cert",
              "store",
              "log-format",
              "drain-timeout",
              "--listen");
    }
  }

  @Test
  void log_asJson_isOneObjectPerLine() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory, "--log-format=json")) {
      server.signal("TERM");
      assertThat(server.exitCode()).isZero();

      List<JsonNode> events = new ArrayList<>();
      var mapper = new ObjectMapper();
      for (String line : server.log().lines().toList()) {
        events.add(mapper.readTree(line));
      }
      assertThat(events).hasSizeGreaterThanOrEqualTo(3).allMatch(JsonNode::isObject);
      assertThat(events)
          .allMatch(event -> event.path("timestamp").isNumber())
          .allMatch(event -> event.path("level").asText().equals("INFO"));
      assertThat(events)
          .extracting(event -> event.path("message").asText())
          .contains("serving", "stopping; a second signal stops at once", "stopped");
      JsonNode serving = events.get(texts(events).indexOf("serving"));
      assertThat(serving.path("kvpList").findValuesAsText("grpc"))
          .containsExactly("127.0.0.1:" + server.grpcPort());
    }
  }

  private static List<String> texts(List<JsonNode> events) {
    return events.stream().map(event -> event.path("message").asText()).toList();
  }

  /** Calls that are being answered. */
  private static int workers(PackagedServer server) throws Exception {
    String metrics = server.get("/metrics").body();
    return metrics.contains("\nserin_workers_active{pool=\"calls\"} 1.0\n") ? 1 : 0;
  }

  private static ApplyDocument feature(String key, int weight) throws Exception {
    return ApplyDocument.newBuilder()
        .setDocument(
            RunningServer.document(
                """
                { "feature": { "key": "%s", "defaultVariant": "off",
                    "variants": [
                        { "key": "on", "value": true }, { "key": "off", "value": false } ],
                    "splits": [ { "id": "main", "weights": [
                        { "variant": "on", "weight": %d }, { "variant": "off", "weight": %d } ] } ],
                    "defaultRule": { "split": "main" } } }
                """
                    .formatted(key, weight, 100 - weight)))
        .build();
  }

  private static ApplyDocumentsRequest many(int count) throws Exception {
    var request = ApplyDocumentsRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      request.addDocuments(feature("many-" + i, 50));
    }
    return request.build();
  }

  private static ApplyDocumentsResponse apply(PackagedServer server, ApplyDocument document) {
    return server
        .features()
        .applyDocuments(ApplyDocumentsRequest.newBuilder().addDocuments(document).build());
  }

  private static void applyUntilKilled(PackagedServer server, AtomicLong acknowledged) {
    var features = server.features();
    try {
      for (int i = 0; ; i++) {
        features.applyDocuments(
            ApplyDocumentsRequest.newBuilder().addDocuments(feature("change-" + i, 50)).build());
        acknowledged.incrementAndGet();
      }
    } catch (StatusRuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> keys(PackagedServer server) {
    return server
        .features()
        .listDocuments(
            ListDocumentsRequest.newBuilder()
                .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                .setPageSize(1_000)
                .build())
        .getDocumentsList()
        .stream()
        .map(stored -> stored.getDocument().getFeature().getKey())
        .toList();
  }

  private static List<EvaluateResponse> answers(PackagedServer server, String feature) {
    var decisions = server.decisions();
    List<EvaluateResponse> answers = new ArrayList<>();
    for (int user = 0; user < 200; user++) {
      answers.add(
          decisions.evaluate(
              EvaluateRequest.newBuilder().setFeature(feature).setUserKey("u-" + user).build()));
    }
    return answers;
  }

  /** What a feature answers as soon as it is served: a change arrives a moment later. */
  private static EvaluateResponse await(PackagedServer server, String feature) throws Exception {
    var decisions = server.decisions();
    var request = EvaluateRequest.newBuilder().setFeature(feature).setUserKey("u-1").build();
    Await.until(
        feature + " served",
        () -> {
          try {
            return decisions.evaluate(request).getFeatureRevision() > 0;
          } catch (StatusRuntimeException e) {
            return false;
          }
        });
    return decisions.evaluate(request);
  }

  /** Opens a stream that only the server can end, and returns what will end it. */
  private static CompletableFuture<Throwable> openStream(PackagedServer server) throws Exception {
    var open = new CompletableFuture<Boolean>();
    var ended = new CompletableFuture<Throwable>();
    var requests =
        ServerReflectionGrpc.newStub(server.channel())
            .serverReflectionInfo(
                new StreamObserver<ServerReflectionResponse>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    open.complete(true);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    ended.complete(failure);
                  }

                  @Override
                  public void onCompleted() {
                    ended.completeExceptionally(new AssertionError("ended by nobody"));
                  }
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());
    assertThat(open.get(30, SECONDS)).isTrue();
    return ended;
  }

  /** What the server says of its health, as a watcher hears it. */
  private static final class Watched implements StreamObserver<HealthCheckResponse> {
    private final LinkedBlockingQueue<ServingStatus> heard = new LinkedBlockingQueue<>();

    Watched(PackagedServer server) {
      HealthGrpc.newStub(server.channel()).watch(HealthCheckRequest.getDefaultInstance(), this);
    }

    void await(ServingStatus expected) throws InterruptedException {
      assertThat(heard.poll(30, SECONDS)).isEqualTo(expected);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
      heard.add(response.getStatus());
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
