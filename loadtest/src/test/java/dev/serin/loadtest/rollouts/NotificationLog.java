package dev.serin.loadtest.rollouts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes what servers post, on a free port of loopback, and keeps the ids in their order. */
final class NotificationLog implements AutoCloseable {
  private static final int NO_CONTENT = 204;
  private static final int NO_BODY = -1;

  private final HttpServer http;
  private final List<String> events = new CopyOnWriteArrayList<>();

  NotificationLog() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::take);
    http.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      var _ = exchange.getRequestBody().readAllBytes();
      events.add(exchange.getRequestHeaders().getFirst("Serin-Event"));
      exchange.sendResponseHeaders(NO_CONTENT, NO_BODY);
    }
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/transitions";
  }

  /** Ids as they came, {@code run/entry/target}; one that came twice is here twice. */
  List<String> events() {
    return List.copyOf(events);
  }

  /** The numbers of a run's entries that it was told of, in the order in which each came first. */
  List<Long> entries(String run) {
    return events.stream()
        .distinct()
        .map(event -> event.split("/", -1))
        .filter(parts -> parts[0].equals(run))
        .map(parts -> Long.parseLong(parts[1]))
        .toList();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
