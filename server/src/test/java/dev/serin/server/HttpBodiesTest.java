package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.server.catalog.FeatureServiceAdapter;
import dev.serin.v1.KillFeatureRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies on the HTTP port take the room that requests over gRPC take, while they arrive. */
class HttpBodiesTest {
  private static final String KILL = "/serin.v1.FeatureService/KillFeature";
  private static final int LIMIT_BYTES = 8 * FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;

  /** What one caller sends of a body that it does not end. */
  private static final int SENT_BYTES = LIMIT_BYTES - 1_024;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void bodies_thatDoNotEnd_areCountedRefusedAndGivenBack() throws Exception {
    long roomBytes = Workers.KILL_BYTES_MAX;
    try (RunningServer server = RunningServer.start(directory)) {
      server.apply(
          """
          { "feature": { "key": "checkout", "defaultVariant": "on",
              "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
              "offVariant": "off" } }
          """);
      List<Socket> callers = new ArrayList<>();
      try {
        for (int i = 1; (long) i * SENT_BYTES <= roomBytes; i++) {
          callers.add(endless(server));
          long heldBytes = (long) i * SENT_BYTES;
          Await.until("body " + i, () -> waiting(server) == heldBytes);
        }

        // Neither port takes what does not fit beside them.
        HttpResponse<String> overHttp = server.post(KILL, " ".repeat(SENT_BYTES));
        assertThat(overHttp.statusCode()).isEqualTo(429);
        JsonNode error = JSON.readTree(overHttp.body());
        assertThat(error.path("code").asInt()).isEqualTo(8);
        assertThat(error.path("grpc-code").asText()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(error.path("message").asText())
            .isEqualTo(
                "worker queue: "
                    + roomBytes
                    + " bytes of requests wait already"
                    + " (expected: fewer)");
        assertThat(error.path("details").findValuesAsText("reason")).containsExactly("OVERLOADED");
        assertThat(error.path("details").findValuesAsText("retryDelay")).containsExactly("0.200s");
        assertThat(server.post(KILL, "{\"key\": \"checkout\"}").statusCode()).isEqualTo(200);
      } finally {
        for (Socket caller : callers) {
          caller.close();
        }
      }

      Await.until("the room given back", () -> waiting(server) == 0);
      HttpResponse<String> after =
          server.post(
              KILL.replace("Kill", "Revive"), "{\"key\": \"checkout\"}" + " ".repeat(SENT_BYTES));
      assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
      assertThat(server.features().killFeature(key("checkout")).getRevision()).isEqualTo(5);
      assertThat(waiting(server)).isZero();
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void body_aboveItsMethodsLimit_isTooLargeWhileItArrives() throws Exception {
    try (RunningServer server = RunningServer.start(directory)) {
      HttpResponse<String> answer = server.post(KILL, " ".repeat(LIMIT_BYTES + 1));

      assertThat(answer.statusCode()).isEqualTo(429);
      JsonNode error = JSON.readTree(answer.body());
      assertThat(error.path("message").asText())
          .isEqualTo(
              "serin.v1.FeatureService/KillFeature: more than %1$d bytes (expected: at most %1$d"
                      .formatted(LIMIT_BYTES)
                  + " bytes)");
      assertThat(error.path("details").findValuesAsText("reason"))
          .containsExactly("REQUEST_TOO_LARGE");
      Await.until("the room given back", () -> waiting(server) == 0);
    }
  }

  private static KillFeatureRequest key(String feature) {
    return KillFeatureRequest.newBuilder().setKey(feature).build();
  }

  /** A caller who says more than is sent. */
  private static Socket endless(RunningServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().httpPort());
    String head =
        "POST " + KILL + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    OutputStream out = socket.getOutputStream();
    out.write((head + "Content-Length: " + LIMIT_BYTES + "\r\n\r\n").getBytes(UTF_8));
    out.write(" ".repeat(SENT_BYTES).getBytes(UTF_8));
    out.flush();
    return socket;
  }

  private static long waiting(RunningServer server) throws Exception {
    String series = "\nserin_workers_waiting_bytes{pool=\"kills\"} ";
    String metrics = server.get("/metrics").body();
    int begin = metrics.indexOf(series) + series.length();
    return (long) Double.parseDouble(metrics.substring(begin, metrics.indexOf('\n', begin)));
  }
}
