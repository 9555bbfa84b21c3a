package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.Arm;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.Reason;
import dev.serin.v1.RouteRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server, asked through its real port about everything that needs no special configuration. */
class SerinServerTest {
  private static final String CHECKOUT =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": "v1" }, { "key": "new", "value": "v2" } ],
          "splits": [ { "id": "main",
              "weights": [ { "variant": "old", "weight": 50 }, { "variant": "new", "weight": 50 } ]
          } ],
          "rules": [ { "id": "germany", "when": [ { "attribute": "country", "equals": "DE" } ],
              "serve": { "variant": "new" } } ],
          "defaultRule": { "split": "main" } } }
      """;
  private static final String BANNER =
      """
      { "feature": { "key": "banner", "defaultVariant": "off",
          "variants": [ { "key": "off", "value": false }, { "key": "on", "value": true } ] } }
      """;

  @TempDir static Path directory;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start(directory);
    server.apply(CHECKOUT, BANNER);
  }

  @AfterAll
  static void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  @Test
  void evaluate_attributes_decide() {
    var answer =
        server.decisions().evaluate(request("checkout").setAttributes(country("DE")).build());

    assertThat(answer.getVariant()).isEqualTo("new");
    assertThat(answer.getReason()).isEqualTo(Reason.REASON_RULE);
    assertThat(answer.getRule()).isEqualTo("germany");
  }

  @Test
  void evaluate_sameUser_getsTheSameAnswer() {
    var first = server.decisions().evaluate(request("checkout").setUserKey("u-1").build());

    assertThat(first.getReason()).isEqualTo(Reason.REASON_SPLIT);
    for (int i = 0; i < 20; i++) {
      assertThat(server.decisions().evaluate(request("checkout").setUserKey("u-1").build()))
          .isEqualTo(first);
    }
  }

  @Test
  void kill_feature_isServedAtOnceAndCanBeLifted() throws Exception {
    server.apply(
        """
        { "feature": { "key": "doomed", "defaultVariant": "on", "offVariant": "off",
            "variants": [ { "key": "off", "value": false }, { "key": "on", "value": true } ] } }
        """);
    var killed =
        server.features().killFeature(KillFeatureRequest.newBuilder().setKey("doomed").build());
    assertThat(
            server.server().awaitRevision("default", killed.getRevision(), Duration.ofSeconds(60)))
        .isTrue();

    assertThat(server.decisions().evaluate(request("doomed").build()).getReason())
        .isEqualTo(Reason.REASON_KILLED);
  }

  @Test
  void evaluateAll_pages_comeInOrderFromOneRevision() throws Exception {
    var first =
        server
            .decisions()
            .evaluateAll(EvaluateAllRequest.newBuilder().setUserKey("u").setPageSize(1).build());
    assertThat(first.getDecisionsList()).hasSize(1);
    assertThat(first.getDecisions(0).getFeature()).isEqualTo("banner");
    assertThat(first.getNextPageToken()).isNotEmpty();
    server.apply(BANNER.replace("\"defaultVariant\": \"off\"", "\"defaultVariant\": \"on\""));

    var second =
        server
            .decisions()
            .evaluateAll(
                EvaluateAllRequest.newBuilder()
                    .setUserKey("u")
                    .setPageToken(first.getNextPageToken())
                    .build());

    assertThat(second.getRevision()).isEqualTo(first.getRevision());
    assertThat(second.getDecisionsList().getFirst().getFeature()).isEqualTo("checkout");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void evaluateAll_largeValues_comeInPagesThatADefaultClientTakes() throws Exception {
    int features = 90;
    server.features().createNamespace(CreateNamespaceRequest.newBuilder().setName("large").build());
    var apply = ApplyDocumentsRequest.newBuilder().setNamespace("large");
    for (int i = 0; i < features; i++) {
      String large = "x".repeat(60_000);
      apply.addDocuments(
          ApplyDocument.newBuilder()
              .setDocument(
                  RunningServer.document(
                      """
                      { "feature": { "key": "f%03d", "defaultVariant": "on",
                          "variants": [ { "key": "on", "value": "%s" } ] } }
                      """
                          .formatted(i, large))));
    }
    long revision = server.features().applyDocuments(apply.build()).getRevision();
    assertThat(server.server().awaitRevision("large", revision, Duration.ofSeconds(60))).isTrue();

    var keys = new ArrayList<String>();
    var request = EvaluateAllRequest.newBuilder().setNamespace("large").setUserKey("u");
    int pages = 0;
    do {
      var page = server.decisions().evaluateAll(request.build());
      page.getDecisionsList().forEach(decision -> keys.add(decision.getFeature()));
      request.setPageToken(page.getNextPageToken());
      pages++;
    } while (!request.getPageToken().isEmpty());

    assertThat(keys).hasSize(features).doesNotHaveDuplicates().isSorted();
    assertThat(pages).isEqualTo(2);
  }

  @Test
  void explain_feature_saysWhyAndAnswersLikeEvaluate() {
    var explained =
        server
            .decisions()
            .explain(ExplainRequest.newBuilder().setFeature("checkout").setUserKey("u-1").build());

    assertThat(explained.getDecision())
        .isEqualTo(server.decisions().evaluate(request("checkout").setUserKey("u-1").build()));
    assertThat(explained.getStepsList()).isNotEmpty();
    assertThat(explained.getArm()).isEqualTo(Arm.ARM_SPLIT);
    assertThat(explained.getRevision()).isPositive();
    assertThat(explained.getUserKeyHash()).matches("[0-9a-f]{16}");
  }

  @Test
  void services_ofLaterIssues_answerThatTheyAreNotBuilt() {
    var error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> server.decisions().route(RouteRequest.getDefaultInstance()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(error.getStatus().getDescription()).contains("not built yet");
  }

  @Test
  void health_ofEveryService_isServing() {
    var health = HealthGrpc.newBlockingStub(server.channel());
    for (String service : List.of("", "serin.v1.DecisionService", "serin.v1.FeatureService")) {
      assertThat(
              health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void reflection_listsEveryServiceAndKnowsEvaluate() throws Exception {
    assertThat(
            reflect(ServerReflectionRequest.newBuilder().setListServices("*").build())
                .getListServicesResponse()
                .getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(
            "serin.v1.DecisionService",
            "serin.v1.FeatureService",
            "serin.v1.OutcomeService",
            "serin.v1.AnalysisService",
            "serin.v1.RolloutService",
            "serin.v1.FleetService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection");
    assertThat(
            reflect(
                    ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("serin.v1.DecisionService.Evaluate")
                        .build())
                .hasFileDescriptorResponse())
        .isTrue();
  }

  @Test
  void port_taken_isRefusedByName() {
    int taken = server.server().grpcPort();

    assertThatThrownBy(
            () -> RunningServer.start(directory.resolve("second"), "--grpc-port=" + taken))
        .isInstanceOf(PortUnavailableException.class)
        .hasMessageContaining("grpc-port: cannot listen on 127.0.0.1:" + taken)
        .hasMessageContaining("Address already in use");
    int http = server.server().httpPort();
    assertThatThrownBy(
            () -> RunningServer.start(directory.resolve("second"), "--http-port=" + http))
        .isInstanceOf(PortUnavailableException.class)
        .hasMessageContaining("http-port: cannot listen on 127.0.0.1:" + http)
        .hasMessageContaining("Address already in use");
  }

  private static ServerReflectionResponse reflect(ServerReflectionRequest request)
      throws Exception {
    var answer = new CompletableFuture<ServerReflectionResponse>();
    var requests =
        ServerReflectionGrpc.newStub(server.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(request);
    requests.onCompleted();
    return answer.get(60, TimeUnit.SECONDS);
  }

  private static Struct country(String code) {
    return Struct.newBuilder()
        .putFields("country", Value.newBuilder().setStringValue(code).build())
        .build();
  }

  private static EvaluateRequest.Builder request(String feature) {
    return EvaluateRequest.newBuilder().setFeature(feature);
  }
}
