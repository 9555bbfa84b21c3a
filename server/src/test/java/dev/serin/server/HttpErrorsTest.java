package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.http.BodyLimits;
import dev.serin.server.http.HttpPort;
import dev.serin.server.http.Readiness;
import dev.serin.server.http.UnaryServices;
import dev.serin.server.telemetry.CallMeters;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.KillFeatureResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What callers of the HTTP port and its log are told of calls that fail, come late or go away. */
class HttpErrorsTest {
  private static final Readiness.OutcomesState OUTCOMES =
      new Readiness.OutcomesState("live", null, 0, 0, 0);

  private static final Readiness.RolloutsState ROLLOUTS =
      new Readiness.RolloutsState(false, 0, 0, null);

  private static final String KILL = "/serin.v1.FeatureService/KillFeature";
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  private final Failing service = new Failing();
  @TempDir Path directory;
  private Workers workers;
  private @Nullable HttpPort port;

  /** A service that fails as the store does, with a cause. */
  private static final class Failing extends FeatureServiceGrpc.FeatureServiceImplBase {
    final Semaphore begun = new Semaphore(0);
    final Semaphore allowed = new Semaphore(0);

    @Override
    public void killFeature(
        KillFeatureRequest request, StreamObserver<KillFeatureResponse> observer) {
      var cause = new IOException("the disk says no");
      switch (request.getKey()) {
        case "full" -> throw ApiErrors.storeFull(cause);
        case "away" -> throw ApiErrors.storeUnavailable(cause);
        case "lost" -> throw ApiErrors.changeUncertain(cause);
        case "wrong" -> throw ApiErrors.invalidRequest("share", "40 % für „größere“ 100%25");
        case "broken" -> throw new IllegalStateException("a fault", cause);
        default -> {
          begun.release();
          allowed.acquireUninterruptibly();
          observer.onNext(KillFeatureResponse.getDefaultInstance());
          observer.onCompleted();
        }
      }
    }
  }

  @BeforeEach
  void listen() {
    events.start();
    root.addAppender(events);
    workers = new Workers(RunningServer.config(directory));
  }

  @AfterEach
  void stop() {
    service.allowed.release(10);
    if (port != null) {
      port.close();
    }
    workers.close();
    root.detachAppender(events);
  }

  @Test
  void errors_withACause_areToldAsTheyAreAndNotLogged() throws Exception {
    open(OffLoopCalls.GATHERING_MAX);

    refused("full", 429, "RESOURCE_EXHAUSTED", "STORE_FULL");
    refused("away", 503, "UNAVAILABLE", "STORE_UNAVAILABLE");
    refused("lost", 503, "UNAVAILABLE", "CHANGE_UNCERTAIN");

    assertThat(logged()).isEmpty();
  }

  @Test
  void text_ofAnError_isToldWithoutTheEscapesOfAHeader() throws Exception {
    open(OffLoopCalls.GATHERING_MAX);

    JsonNode error = refused("wrong", 400, "INVALID_ARGUMENT", "INVALID_REQUEST");

    assertThat(error.path("message").asText()).endsWith("40 % für „größere“ 100%25");
  }

  @Test
  void fault_ofTheServer_isLoggedOnceUnderTheIncidentThatIsTold() throws Exception {
    open(OffLoopCalls.GATHERING_MAX);

    JsonNode error = refused("broken", 500, "INTERNAL", "INTERNAL");

    String incident = error.findValuesAsText("incident").getFirst();
    assertThat(logged()).singleElement().asString().endsWith("incident " + incident);
  }

  @Test
  void body_thatDoesNotEndInTime_isAnInvalidRequestAsJson() throws Exception {
    open(SHORT);

    JsonNode error = answer(408, 100, "{\"key\": ");

    assertThat(error.path("code").asInt()).isEqualTo(3);
    assertThat(error.path("message").asText())
        .isEqualTo("not complete after 2000 ms (expected: sooner)");
    assertThat(error.findValuesAsText("reason")).containsExactly("INVALID_REQUEST");
    assertThat(logged()).isEmpty();
  }

  @Test
  void call_thatIsNotAnsweredInTime_isADeadlineExceededAsJson() throws Exception {
    open(SHORT);

    JsonNode error = answer(504, 15, "{\"key\": \"slow\"}");

    assertThat(error.path("code").asInt()).isEqualTo(4);
    assertThat(error.path("message").asText())
        .isEqualTo("not answered after 2000 ms (expected: sooner)");
    assertThat(logged()).isEmpty();
  }

  @Test
  void callers_thatGoAway_leaveTheLogEmpty() throws Exception {
    open(OffLoopCalls.GATHERING_MAX);

    Socket within = send(100, "{\"key\": ");
    Await.until("a part of a body", () -> held() > 0);
    within.close();
    Await.until("its room given back", () -> held() == 0);
    Socket waiting = send(15, "{\"key\": \"slow\"}");
    service.begun.acquireUninterruptibly();
    waiting.close();
    Await.until("its room given back as well", () -> held() == 0);
    service.allowed.release();

    // What no service has logged is summed up every ten seconds: a fault, and nothing besides it.
    assertThat(metrics()).isEqualTo(500);
    Await.until("the report", () -> !logged().isEmpty());
    assertThat(logged()).singleElement().asString().startsWith("Observed 1 exception(s)");
  }

  private void open(Duration timeMax) {
    var services =
        new Services(
            new OffLoopCalls(workers::of, Workers::requestBytesMax),
            new OpenCalls(),
            new CallMeters(),
            List.of(service),
            List.of());
    BodyLimits bodies = workers.bodies();
    port =
        HttpPort.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            () -> {
              throw new IllegalStateException("no metrics");
            },
            () -> new Readiness(true, "up", List.of(), OUTCOMES, ROLLOUTS, "", List.of()),
            new UnaryServices(services.overHttp()),
            new BodyLimits(bodies.rooms(), bodies.bytesMax(), timeMax));
  }

  private JsonNode refused(String key, int status, String code, String reason) throws Exception {
    String json = "{\"key\": \"" + key + "\"}";
    JsonNode error = answer(status, json.length(), json);
    assertThat(error.path("grpc-code").asText()).isEqualTo(code);
    assertThat(error.findValuesAsText("reason")).containsExactly(reason);
    return error;
  }

  private int metrics() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + requireNonNull(port).port() + "/metrics");
    try (HttpClient http = PlainHttp.client()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  private JsonNode answer(int status, int bodyBytes, String sent) throws Exception {
    try (Socket caller = send(bodyBytes, sent)) {
      String answer = new String(caller.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
      return JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }
  }

  /** Sends what may be a part of a body. */
  private Socket send(int bodyBytes, String sent) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), requireNonNull(port).port());
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".formatted(KILL)
            + "Content-Type: application/json\r\nContent-Length: "
            + bodyBytes
            + "\r\n\r\n";
    socket.getOutputStream().write((head + sent).getBytes(UTF_8));
    return socket;
  }

  /** Bytes of kill switches that have not been answered. */
  private long held() {
    return ((BoundedRoom) workers.bodies().rooms().apply(KILL.substring(1))).waitingBytes();
  }

  private List<String> logged() {
    return List.copyOf(events.list).stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
