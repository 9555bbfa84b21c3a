package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Reason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators and people with curl or a browser ask of the HTTP port. */
class HttpPortTest {
  private static final String EVALUATE = "/serin.v1.DecisionService/Evaluate";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start(directory);
    server.apply(
        """
        { "feature": { "key": "checkout", "defaultVariant": "off",
            "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
            "rules": [ { "id": "germany", "when": [ { "attribute": "country", "equals": "DE" } ],
                "serve": { "variant": "on" } } ] } }
        """,
        """
        { "feature": { "key": "counted", "defaultVariant": "off",
            "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ] } }
        """);
  }

  @AfterAll
  static void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  @Test
  void evaluate_asJson_answersLikeGrpc() throws Exception {
    HttpResponse<String> answer =
        server.post(
            EVALUATE,
            "{\"feature\": \"checkout\", \"userKey\": \"u\", \"attributes\": {\"country\":"
                + " \"DE\"}}");

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode decision = JSON.readTree(answer.body());
    assertThat(decision.path("variant").asText()).isEqualTo("on");
    assertThat(decision.path("value").asBoolean()).isTrue();
    assertThat(decision.path("reason").asText()).isEqualTo("REASON_RULE");
    assertThat(decision.path("rule").asText()).isEqualTo("germany");
    EvaluateResponse grpc =
        server
            .decisions()
            .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("u").build());
    assertThat(JSON.readTree(server.post(EVALUATE, request("checkout")).body()).path("variant"))
        .hasToString("\"" + grpc.getVariant() + "\"");
  }

  @Test
  void evaluate_brokenJson_isAnInvalidRequestForCallerAndMeters() throws Exception {
    double before = calls(EVALUATE, "INVALID_ARGUMENT");
    double cancelled = calls(EVALUATE, "CANCELLED");

    for (String broken :
        new String[] {"{\"feature\": ", "nonsense", "{\"feature\": {}}", "{\"featur\": \"x\"}"}) {
      HttpResponse<String> answer = server.post(EVALUATE, broken);
      assertThat(answer.statusCode()).as(broken).isEqualTo(400);
      JsonNode error = JSON.readTree(answer.body());
      assertThat(error.path("code").asInt()).isEqualTo(3);
      assertThat(error.path("message").asText()).contains("bytes that are no message");
      assertThat(error.path("details").findValuesAsText("reason"))
          .containsExactly("INVALID_REQUEST");
    }

    assertThat(calls(EVALUATE, "INVALID_ARGUMENT")).isEqualTo(before + 4);
    assertThat(calls(EVALUATE, "CANCELLED")).isEqualTo(cancelled);
  }

  @Test
  void evaluate_jsonThatReadersMend_isRefusedNamingWhatIsWrong() throws Exception {
    refused(
        "{\"feature\": \"checkout\", \"user_key\": \"\\ud800\"}",
        "user_key: \\ud800, half of a surrogate pair (expected: Unicode text)");
    refused(
        "{\"feature\": \"checkout\", \"attributes\": {\"a\": [\"b\", \"\\udc00\\ud800\"]}}",
        "attributes.a[1]: \\udc00, half of a surrogate pair (expected: Unicode text)");
    refused(
        "{\"feature\": \"checkout\", \"attributes\": {\"\\ud83d\": 1}}",
        "attributes.?: \\ud83d, half of a surrogate pair (expected: Unicode text)");
    refused(
        "{\"feature\": \"checkout\", \"feature\": \"counted\"}",
        "feature: a name for the second time (expected: once)");
    refused(
        "{\"feature\": \"checkout\", \"attributes\": {\"a\": 1, \"b\": {\"a\": 1}, \"a\": 2}}",
        "attributes.a: a name for the second time (expected: once)");

    byte[] latin = "{\"feature\": \"checkout\", \"user_key\": \"??\"}".getBytes(UTF_8);
    latin[37] = (byte) 0xFF;
    latin[38] = (byte) 0xFE;
    refused(server.post(EVALUATE, latin), "byte 0xff at offset 37 (expected: JSON as UTF-8)");

    String pair = "{\"feature\": \"checkout\", \"user_key\": \"\\ud83d\\ude00 ü\"}";
    assertThat(server.post(EVALUATE, pair).statusCode()).isEqualTo(200);
  }

  @Test
  void kill_reasonThatIsNoText_isRefusedAndNothingKilled() throws Exception {
    String kill = "/serin.v1.FeatureService/KillFeature";

    HttpResponse<String> answer =
        server.post(kill, "{\"key\": \"checkout\", \"note\": {\"reason\": \"a \\ud800\"}}");

    refused(answer, "note.reason: \\ud800, half of a surrogate pair (expected: Unicode text)");
    assertThat(
            server
                .decisions()
                .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").build())
                .getReason())
        .isEqualTo(Reason.REASON_DEFAULT);
  }

  @Test
  void evaluate_unknownFeature_isNotFoundWithItsReason() throws Exception {
    HttpResponse<String> answer = server.post(EVALUATE, request("chekout"));

    assertThat(answer.statusCode()).isEqualTo(404);
    JsonNode details = JSON.readTree(answer.body()).path("details");
    assertThat(details.findValuesAsText("reason")).containsExactly("FEATURE_NOT_FOUND");
    assertThat(details.findValuesAsText("nearest")).containsExactly("checkout");
  }

  @Test
  void request_aboveItsLimit_isRefusedAndTheNextOneAnswered() throws Exception {
    String large = "{\"feature\": \"checkout\", \"attributes\": {\"a\": \"" + "x".repeat(70_000);
    HttpResponse<String> refused = server.post(EVALUATE, large + "\"}}");
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(JSON.readTree(refused.body()).path("details").findValuesAsText("reason"))
        .containsExactly("REQUEST_TOO_LARGE");

    HttpResponse<String> huge = postHuge();
    assertThat(huge.statusCode()).isEqualTo(413);
    JsonNode error = JSON.readTree(huge.body());
    JsonNode known = JSON.readTree(refused.body());
    assertThat(error.fieldNames()).toIterable().containsAll(known::fieldNames);
    assertThat(error.path("code")).isEqualTo(known.path("code"));
    assertThat(error.path("grpc-code")).isEqualTo(known.path("grpc-code"));
    assertThat(error.path("message").asText())
        .isEqualTo("body: more than 33554432 bytes (expected: at most 33554432 bytes)");
    assertThat(error.path("details").findValuesAsText("reason"))
        .containsExactly("REQUEST_TOO_LARGE");

    assertThat(server.post(EVALUATE, request("checkout")).statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_afterCalls_showCallsLatenciesAndEvaluations() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.decisions().evaluate(EvaluateRequest.newBuilder().setFeature("counted").build());
    }

    String metrics = server.get("/metrics").body();

    assertThat(metrics)
        .contains(
            "serin_evaluations_total{feature=\"counted\",namespace=\"default\","
                + "reason=\"DEFAULT\",variant=\"off\"} 3.0");
    assertThat(value(metrics, "serin_calls_total{code=\"OK\",method=\"" + EVALUATE.substring(1)))
        .isGreaterThanOrEqualTo(3);
    String latency = "serin_call_duration_seconds_";
    String method = "method=\"" + EVALUATE.substring(1) + "\"";
    double count = value(metrics, latency + "count{" + method);
    assertThat(count).isGreaterThanOrEqualTo(3);
    assertThat(value(metrics, latency + "bucket{" + method + ",le=\"+Inf\"")).isEqualTo(count);
    assertThat(value(metrics, latency + "bucket{" + method + ",le=\"1.0E-5\""))
        .isBetween(0.0, count);
    assertThat(value(metrics, latency + "sum{" + method)).isPositive();
  }

  @Test
  void metrics_ofSnapshots_showRevisionAgeAndCaches() throws Exception {
    server
        .decisions()
        .evaluateAll(EvaluateAllRequest.newBuilder().setUserKey("u").setPageSize(1).build());

    String metrics = server.get("/metrics").body();

    String namespace = "{namespace=\"default\"";
    assertThat(value(metrics, "serin_snapshot_revision" + namespace)).isEqualTo(2);
    assertThat(value(metrics, "serin_snapshot_age_seconds" + namespace)).isBetween(0.0, 30.0);
    assertThat(value(metrics, "serin_snapshot_features" + namespace)).isEqualTo(2);
    assertThat(metrics).contains("\nserin_store_up 1.0\n");
    assertThat(value(metrics, "cache_size{cache=\"snapshots\"")).isEqualTo(1);
    double hits = value(metrics, "cache_gets_total{cache=\"snapshots\",result=\"hit\"");
    assertThat(hits).isPositive();
    assertThat(value(metrics, "cache_size{cache=\"paged-snapshots\"")).isEqualTo(1);

    double misses = value(metrics, "cache_gets_total{cache=\"snapshots\",result=\"miss\"");
    server.post(EVALUATE, "{\"feature\": \"checkout\", \"namespace\": \"nowhere\"}");
    assertThat(
            value(
                server.get("/metrics").body(),
                "cache_gets_total{cache=\"snapshots\",result=\"miss\""))
        .isEqualTo(misses + 1, within(0.0));
  }

  @Test
  void health_ofAReadyServer_isOkWithItsDetails() throws Exception {
    assertThat(server.get("/healthz").body()).isEqualTo("ok\n");
    HttpResponse<String> ready = server.get("/readyz");
    assertThat(ready.statusCode()).isEqualTo(200);
    JsonNode details = JSON.readTree(ready.body());
    assertThat(details.path("ready").asBoolean()).isTrue();
    assertThat(details.path("store").asText()).isEqualTo("up");
    assertThat(details.path("namespaces").path(0).path("namespace").asText()).isEqualTo("default");
    assertThat(details.path("namespaces").path(0).path("revision").asInt()).isEqualTo(2);
    assertThat(details.path("documentErrors")).isEmpty();
  }

  @Test
  void paths_thatNoServiceHas_areUnimplementedAsJson() throws Exception {
    HttpResponse<String> nowhere = server.post("/serin.v1.DecisionService/Evaluat", "{}");
    assertThat(nowhere.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(nowhere.body()).path("grpc-code").asText()).isEqualTo("UNIMPLEMENTED");

    HttpResponse<String> read = server.get(EVALUATE);
    assertThat(read.statusCode()).isEqualTo(405);
    assertThat(JSON.readTree(read.body()).path("code").asInt()).isEqualTo(12);
  }

  @Test
  void docs_ofTheServices_listThem() throws Exception {
    HttpResponse<String> page = server.get("/docs/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).containsIgnoringCase("<html");
    JsonNode specification = JSON.readTree(server.get("/docs/specification.json").body());
    assertThat(specification.path("services").findValuesAsText("name"))
        .contains("serin.v1.DecisionService", "serin.v1.FeatureService", "Evaluate", "Explain");
  }

  private static void refused(String json, String text) throws Exception {
    refused(server.post(EVALUATE, json), text);
  }

  private static void refused(HttpResponse<String> answer, String text) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    JsonNode error = JSON.readTree(answer.body());
    assertThat(error.path("message").asText()).isEqualTo(text);
    assertThat(error.path("details").findValuesAsText("reason")).containsExactly("INVALID_REQUEST");
  }

  private static String request(String feature) {
    return "{\"feature\": \"" + feature + "\", \"userKey\": \"u\"}";
  }

  /** A body above what the port reads, by a client that asks before it sends. */
  private static HttpResponse<String> postHuge() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.server().httpPort() + EVALUATE);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .expectContinue(true)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[33 * 1024 * 1024]))
            .build();
    try (HttpClient http = PlainHttp.client()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
    }
  }

  private static double calls(String path, String code) throws Exception {
    String series = "serin_calls_total{code=\"" + code + "\",method=\"" + path.substring(1);
    String metrics = server.get("/metrics").body();
    return metrics.contains(series) ? value(metrics, series) : 0;
  }

  /** The value of the series whose line begins so. */
  private static double value(String metrics, String series) {
    Matcher line = Pattern.compile("(?m)^" + Pattern.quote(series) + ".* (\\S+)$").matcher(metrics);
    assertThat(line.find()).as(series + " in\n" + metrics).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
