package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.server.store.PostgresServer;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.KillFeatureRequest;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running server whose PostgreSQL goes away, freezes, and comes back, as its callers see it. */
class StoreAwayTest {
  private static final String CHECKOUT =
      """
      { "feature": { "key": "checkout", "defaultVariant": "off",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ] } }
      """;
  private static final String SEARCH = CHECKOUT.replace("checkout", "search");
  private static final Pattern AGE =
      Pattern.compile("serin_snapshot_age_seconds\\{namespace=\"default\"} (\\S+)");

  private final PostgresServer postgres = PostgresServer.shared();
  @TempDir Path directory;

  @AfterEach
  void bringBack() {
    postgres.start();
  }

  @Test
  void store_stoppedAndStarted_decisionsGoOnAndChangesWait() throws Exception {
    try (RunningServer server = start(postgres.freshDatabase())) {
      server.apply(CHECKOUT);
      EvaluateResponse before = evaluate(server);
      assertThat(changes(server)).isEqualTo(ServingStatus.SERVING);

      postgres.stop();

      assertUnavailable(GrpcError.of(() -> server.apply(SEARCH)));
      assertUnavailable(GrpcError.of(() -> kill(server)));
      var overHttp = server.post("/serin.v1.FeatureService/KillFeature", "{\"key\": \"checkout\"}");
      assertThat(overHttp.statusCode()).isEqualTo(503);
      JsonNode away = new ObjectMapper().readTree(overHttp.body());
      assertThat(away.path("grpc-code").asText()).isEqualTo("UNAVAILABLE");
      assertThat(away.findValuesAsText("reason")).containsExactly("STORE_UNAVAILABLE");
      awaitStore(server, false);
      assertThat(evaluate(server)).isEqualTo(before);
      Await.until("an age", () -> age(server) > 1);
      assertThat(server.get("/metrics").body()).contains("\nserin_store_up 0.0\n");
      var ready = server.get("/readyz");
      assertThat(ready.statusCode()).isEqualTo(200);
      JsonNode details = new ObjectMapper().readTree(ready.body());
      assertThat(details.path("ready").asBoolean()).isTrue();
      assertThat(details.path("store").asText()).startsWith("store: cannot be reached");
      Await.until(
          "outcomes that wait",
          () -> outcomes(server).path("state").asText().equals("store unavailable"));
      JsonNode namespace = details.path("namespaces").path(0);
      assertThat(namespace.path("ageMillis").asLong()).isGreaterThan(1_000);
      assertThat(namespace.path("fromDisk").asBoolean()).isFalse();
      assertThat(health(server, "serin.v1.DecisionService")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
      Await.until("changes refused", () -> changes(server) == ServingStatus.NOT_SERVING);

      postgres.start();

      awaitStore(server, true);
      Await.until(
          "outcomes that count", () -> outcomes(server).path("state").asText().equals("live"));
      server.apply(SEARCH);
      Await.until("an age of nothing", () -> age(server) < 1);
      Await.until("changes taken", () -> changes(server) == ServingStatus.SERVING);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void start_withoutStore_servesTheLastSnapshotAndSaysSo() throws Exception {
    String store = postgres.freshDatabase();
    EvaluateResponse before;
    try (RunningServer server = start(store)) {
      server.apply(CHECKOUT);
      before = evaluate(server);
    }
    postgres.stop();

    try (RunningServer server = start(store)) {
      assertThat(evaluate(server)).isEqualTo(before);
      JsonNode details = new ObjectMapper().readTree(server.get("/readyz").body());
      assertThat(details.path("ready").asBoolean()).isTrue();
      assertThat(details.path("namespaces").path(0).path("fromDisk").asBoolean()).isTrue();
      assertThat(details.path("namespaces").path(0).path("revision").asLong()).isEqualTo(2);
      assertThat(details.path("store").asText()).startsWith("store: cannot be reached");
      assertUnavailable(GrpcError.of(() -> server.apply(SEARCH)));

      postgres.start();

      awaitStore(server, true);
      Await.until(
          "a snapshot from the store",
          () -> server.get("/readyz").body().contains("\"fromDisk\":false"));
      server.apply(SEARCH);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void start_withoutStoreAndSnapshot_isNotReadyUntilTheStoreComes() throws Exception {
    String store = postgres.freshDatabase();
    postgres.stop();

    try (RunningServer server = start(store)) {
      assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(server.get("/readyz").body()).contains("\"ready\":false");
      Await.until(
          "outcomes that wait",
          () -> outcomes(server).path("state").asText().equals("starting: store unavailable"));
      assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(health(server, "")).isEqualTo(ServingStatus.NOT_SERVING);
      GrpcError refused = GrpcError.of(() -> evaluate(server));
      assertThat(refused.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refused.reason()).isEqualTo("NOT_READY");

      postgres.start();

      Await.until("readiness", () -> server.get("/readyz").statusCode() == 200);
      Await.until("health", () -> health(server, "") == ServingStatus.SERVING);
      server.apply(CHECKOUT);
      assertThat(evaluate(server).getVariant()).isEqualTo("off");
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void store_frozen_decisionsGoOnAndChangesAreRefusedInTheEnd() throws Exception {
    try (RunningServer server = start(postgres.freshDatabase())) {
      server.apply(CHECKOUT);
      EvaluateResponse before = evaluate(server);
      postgres.pause();
      try {
        assertUnavailable(GrpcError.of(() -> server.apply(SEARCH)));
        assertThat(evaluate(server)).isEqualTo(before);
        awaitStore(server, false);
      } finally {
        postgres.resume();
      }

      awaitStore(server, true);
      server.apply(SEARCH);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  private static JsonNode outcomes(RunningServer server) throws Exception {
    return new ObjectMapper().readTree(server.get("/readyz").body()).path("outcomes");
  }

  private RunningServer start(String store) {
    return RunningServer.start(directory, "--store=" + store);
  }

  private static EvaluateResponse evaluate(RunningServer server) {
    return server
        .decisions()
        .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("u").build());
  }

  private static long kill(RunningServer server) {
    return server
        .features()
        .killFeature(KillFeatureRequest.newBuilder().setKey("checkout").build())
        .getRevision();
  }

  private static ServingStatus changes(RunningServer server) {
    return health(server, "serin.v1.FeatureService");
  }

  private static ServingStatus health(RunningServer server, String service) {
    return HealthGrpc.newBlockingStub(server.channel())
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static void awaitStore(RunningServer server, boolean up) throws Exception {
    String value = up ? "1.0" : "0.0";
    Await.until(
        "serin_store_up " + value,
        () -> server.get("/metrics").body().contains("\nserin_store_up " + value + "\n"));
  }

  private static double age(RunningServer server) throws Exception {
    Matcher age = AGE.matcher(server.get("/metrics").body());
    assertThat(age.find()).isTrue();
    return Double.parseDouble(age.group(1));
  }

  private static void assertUnavailable(GrpcError error) {
    assertThat(error.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(error.reason()).isEqualTo("STORE_UNAVAILABLE");
    assertThat(error.retry()).isTrue();
  }
}
