package dev.serin.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.Document;
import dev.serin.v1.FeatureServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A server in this process on free ports, and clients of both of them. */
public final class RunningServer implements AutoCloseable {
  private static final Duration VISIBLE_WAIT = Duration.ofSeconds(60);

  private final SerinServer server;
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final ManagedChannel channel;
  private final HttpClient http = PlainHttp.client();

  private RunningServer(SerinServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
            .usePlaintext()
            .intercept(listed)
            .build();
  }

  /** Starts a server with its data in a directory, with more flags. */
  public static RunningServer start(Path directory, String... flags) {
    return new RunningServer(SerinServer.start(config(directory, flags)));
  }

  static ServerConfig config(Path directory, String... flags) {
    var all = new ArrayList<>(List.of(flags));
    for (String flag :
        List.of("--grpc-port=0", "--http-port=0", "--data-dir=" + directory.resolve("data"))) {
      String name = flag.substring(0, flag.indexOf('=') + 1);
      if (all.stream().noneMatch(given -> given.startsWith(name))) {
        all.add(flag);
      }
    }
    return ServerConfig.read(all, Map.of()).orThrow();
  }

  /** The server. */
  public SerinServer server() {
    return server;
  }

  /** A channel whose errors are checked to be listed ones. */
  public ManagedChannel channel() {
    return channel;
  }

  public DecisionServiceGrpc.DecisionServiceBlockingStub decisions() {
    return DecisionServiceGrpc.newBlockingStub(channel);
  }

  public FeatureServiceGrpc.FeatureServiceBlockingStub features() {
    return FeatureServiceGrpc.newBlockingStub(channel);
  }

  /** How many outcomes the server shows as counted. */
  public long countedOutcomes() throws Exception {
    return look(
        view ->
            view.keys().stream()
                .filter(key -> key.equals(CellKey.outcomes(key.place())))
                .mapToLong(key -> view.cell(key).orElseThrow().count())
                .sum());
  }

  /**
   * Asks what the server shows as counted, once it is loaded: outcomes may be acknowledged before.
   */
  <T> T look(Function<MergedView, T> question) throws Exception {
    Await.until("loaded", () -> !server.outcomes().ask(view -> 0).isCompletedExceptionally());
    return server.outcomes().ask(question).get();
  }

  /** Errors that callers got and that no list names. */
  public List<String> unlistedErrors() {
    return listed.unlisted();
  }

  /** Applies documents given as JSON to the default namespace, and waits until they are served. */
  public ApplyDocumentsResponse apply(String... documents) throws Exception {
    var request = ApplyDocumentsRequest.newBuilder();
    for (String json : documents) {
      request.addDocuments(ApplyDocument.newBuilder().setDocument(document(json)));
    }
    ApplyDocumentsResponse response = features().applyDocuments(request.build());
    if (!server.awaitRevision("default", response.getRevision(), VISIBLE_WAIT)) {
      throw new AssertionError("revision " + response.getRevision() + " is not served");
    }
    return response;
  }

  /** A document from its JSON. */
  public static Document document(String json) throws InvalidProtocolBufferException {
    var document = Document.newBuilder();
    JsonFormat.parser().merge(json, document);
    return document.build();
  }

  /** Asks the HTTP port. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), text());
  }

  /** What the metrics endpoint shows under a name and its labels; 0: it does not show it. */
  public double meter(String sample) throws IOException, InterruptedException {
    return meter(get("/metrics").body(), sample);
  }

  /** What a scrape shows under a name and its labels; 0: it does not show it. */
  static double meter(String scraped, String sample) {
    return scraped
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .sum();
  }

  /** Calls a method with JSON over the HTTP port. */
  public HttpResponse<String> post(String path, String json)
      throws IOException, InterruptedException {
    return post(path, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Calls a method over the HTTP port with bytes that say they are JSON. */
  public HttpResponse<String> post(String path, byte[] json)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json))
            .build(),
        text());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
