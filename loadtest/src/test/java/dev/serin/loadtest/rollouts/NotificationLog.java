package dev.serin.loadtest.rollouts;

import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.v1.RolloutTransition;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes what servers post, on a free port of loopback, and keeps it in its order; and answers the
 * question of a gate.
 */
final class NotificationLog implements AutoCloseable {
  private static final int NO_CONTENT = 204;
  private static final int FORBIDDEN = 403;
  private static final int NO_BODY = -1;

  private final HttpServer http;
  private final List<RolloutTransition> told = new CopyOnWriteArrayList<>();
  private volatile boolean open;

  NotificationLog() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::take);
    http.createContext("/gate", this::answer);
    http.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      var transition = RolloutTransition.newBuilder();
      JsonFormat.parser()
          .merge(
              new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8), transition);
      told.add(transition.build());
      exchange.sendResponseHeaders(NO_CONTENT, NO_BODY);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(open ? NO_CONTENT : FORBIDDEN, NO_BODY);
    }
  }

  String url() {
    return at("/transitions");
  }

  /** Of a gate that refuses until it is opened. */
  String gateUrl() {
    return at("/gate");
  }

  void openGate() {
    open = true;
  }

  private String at(String path) {
    return "http://127.0.0.1:" + http.getAddress().getPort() + path;
  }

  /** All as it came; what came twice is here twice. */
  List<RolloutTransition> told() {
    return List.copyOf(told);
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
