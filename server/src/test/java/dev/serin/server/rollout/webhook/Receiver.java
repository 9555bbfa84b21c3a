package dev.serin.server.rollout.webhook;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** An HTTP server on a free port of loopback that does as it is told, which may be anything. */
public final class Receiver implements AutoCloseable {
  /** What is done with a request that was read; the connection is closed after it. */
  @FunctionalInterface
  public interface Behaviour {
    void answer(Received request, OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * A request.
   *
   * @param headers by name in lower case
   */
  public record Received(String line, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private final ServerSocket listening;
  private final AtomicReference<Behaviour> behaviour;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Map<Socket, Boolean> connections = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  public Receiver(Behaviour first) {
    behaviour = new AtomicReference<>(first);
    try {
      listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Thread.ofPlatform().daemon().name("receiver").start(this::accept);
  }

  /** Answers with a status and a body. */
  public static Behaviour status(int status, String body) {
    return (request, out) ->
        raw(
            "HTTP/1.1 %d It\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body),
            out);
  }

  /** Answers with bytes, whatever they are. */
  public static Behaviour bytes(String text) {
    return (request, out) -> raw(text, out);
  }

  /** Says nothing until the receiver is closed. */
  public Behaviour silence() {
    return (request, out) -> hang();
  }

  /** Waits until the receiver is closed. */
  public void hang() throws InterruptedException {
    if (!closed.await(10, TimeUnit.MINUTES)) {
      throw new AssertionError("a receiver that nobody closed");
    }
  }

  public static void raw(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  public void behave(Behaviour next) {
    behaviour.set(next);
  }

  public String url() {
    return "http://127.0.0.1:" + listening.getLocalPort() + "/hook";
  }

  /** Requests in the order they were read. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        connections.put(socket, true);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Received request = read(new BufferedInputStream(socket.getInputStream()));
      received.add(request);
      behaviour.get().answer(request, socket.getOutputStream());
    } catch (IOException e) {
      // The other side went away, which some tests are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(socket);
    }
  }

  private static Received read(InputStream in) throws IOException {
    String first = line(in);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Received(first, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("ended");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listening.close();
    for (Socket socket : connections.keySet()) {
      socket.close();
    }
  }
}
