package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.server.catalog.FeatureServiceAdapter;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.ReviveFeatureRequest;
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

/** Bodies on the HTTP port are counted while they arrive, in room that is bounded. */
class HttpBodiesTest {
  private static final String KILL = "/serin.v1.FeatureService/KillFeature";
  private static final int LIMIT_BYTES = 2 * FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;

  /** What one caller sends of a body that it does not end. */
  private static final int SENT_BYTES = LIMIT_BYTES - 1_024;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void killBodies_thatDoNotEnd_takeNothingFromGrpcAndAreGivenBack() throws Exception {
    long roomBytes = Workers.KILL_BODIES_BYTES_MAX;
    try (RunningServer server = RunningServer.start(directory)) {
      server.apply(
          """
          { "feature": { "key": "checkout", "defaultVariant": "on",
              "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
              "offVariant": "off" } }
          """);
      List<Socket> callers = new ArrayList<>();
      try {
        long leftBytes = roomBytes;
        while (leftBytes > 0) {
          int sentBytes = (int) Math.min(SENT_BYTES, leftBytes);
          callers.add(endless(server, sentBytes));
          leftBytes -= sentBytes;
        }
        Await.until("a full room", () -> waiting(server) == roomBytes);

        HttpResponse<String> overHttp = server.post(KILL, "{\"key\": \"checkout\"}");
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

        String reason = "r".repeat(1_000);
        var note = ChangeNote.newBuilder().setReason(reason);
        assertThat(
                server
                    .features()
                    .killFeature(key("checkout").toBuilder().setNote(note).build())
                    .getRevision())
            .isEqualTo(3);
        assertThat(
                server
                    .features()
                    .reviveFeature(ReviveFeatureRequest.newBuilder().setKey("checkout").build())
                    .getRevision())
            .isEqualTo(4);
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
      Await.until("and that of the last body", () -> waiting(server) == 0);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void body_aboveItsMethodsLimit_isTooLargeWhileItArrives() throws Exception {
    try (RunningServer server = RunningServer.start(directory)) {
      HttpResponse<String> answer = server.post(KILL, " ".repeat(LIMIT_BYTES + 1));

      assertThat(answer.statusCode()).isEqualTo(413);
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
  private static Socket endless(RunningServer server, int sentBytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().httpPort());
    String head =
        "POST " + KILL + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    OutputStream out = socket.getOutputStream();
    out.write((head + "Content-Length: " + LIMIT_BYTES + "\r\n\r\n").getBytes(UTF_8));
    out.write(" ".repeat(sentBytes).getBytes(UTF_8));
    out.flush();
    return socket;
  }

  private static long waiting(RunningServer server) throws Exception {
    String series = "\nserin_workers_waiting_bytes{pool=\"kills-http\"} ";
    String metrics = server.get("/metrics").body();
    int begin = metrics.indexOf(series) + series.length();
    return (long) Double.parseDouble(metrics.substring(begin, metrics.indexOf('\n', begin)));
  }
}
