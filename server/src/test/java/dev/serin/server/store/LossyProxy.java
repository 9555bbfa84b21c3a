package dev.serin.server.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and a PostgreSQL, and can lose the answer to a commit: the commit is sent
 * on, its answer is awaited, and then the connection is cut. It can lose the commit itself, too.
 */
public final class LossyProxy implements AutoCloseable {
  private static final byte[] COMMIT = "COMMIT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONE = {};
  private static final int BUFFER_BYTES = 1 << 16;

  private final ServerSocket listening;
  private final URI server;
  private final AtomicReference<byte[]> marker = new AtomicReference<>(NONE);
  private final Queue<Link> links = new ConcurrentLinkedQueue<>();
  private volatile boolean away;
  private volatile boolean sendsOn = true;

  /** Begins to listen, for a database given by its JDBC URL. */
  public LossyProxy(String jdbcUrl) throws IOException {
    server = URI.create(jdbcUrl.substring("jdbc:".length()));
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /**
   * The URL of the same database through here. The driver sends statements as texts, each time, so
   * that commits can be told.
   */
  public String jdbcUrl() {
    String through =
        server
            .toString()
            .replace(
                server.getHost() + ":" + server.getPort(), "127.0.0.1:" + listening.getLocalPort());
    return "jdbc:" + through + (server.getQuery() == null ? "?" : "&") + "preferQueryMode=simple";
  }

  /** Loses the answer to the next commit of a transaction with a statement that holds a text. */
  public void loseAnswer(String statement) {
    sendsOn = true;
    marker.set(statement.getBytes(StandardCharsets.US_ASCII));
  }

  /** Like {@link #loseAnswer}, and takes no connections afterwards. */
  public void loseAnswerForGood(String statement) {
    away = true;
    loseAnswer(statement);
  }

  /**
   * Loses the next commit of such a transaction: it never arrives, which its sender cannot tell.
   */
  public void loseCommit(String statement) {
    sendsOn = false;
    marker.set(statement.getBytes(StandardCharsets.US_ASCII));
  }

  /** Whether the answer, or the commit, has been lost. */
  public boolean hasLost() {
    return marker.get().length == 0;
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      if (away && hasLost()) {
        client.close();
        continue;
      }
      Link link = new Link(client, new Socket(server.getHost(), server.getPort()));
      links.add(link);
      start(link::sendOn);
      start(link::answer);
    }
  }

  /** One connection through here. */
  private final class Link {
    private final Socket client;
    private final Socket upstream;
    private volatile boolean losing;

    Link(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    /** From the client to the server, looking for commits. */
    void sendOn() throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      boolean marked = false;
      try (client;
          upstream) {
        InputStream in = client.getInputStream();
        OutputStream out = upstream.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          byte[] statement = marker.get();
          marked |= statement.length > 0 && holds(buffer, count, statement);
          if (holds(buffer, count, COMMIT)) {
            losing = marked && marker.compareAndSet(statement, NONE);
            marked = false;
            if (losing && !sendsOn) {
              return;
            }
          }
          out.write(buffer, 0, count);
          out.flush();
        }
      }
    }

    /** From the server to the client, until an answer is to be lost. */
    void answer() throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      try (client;
          upstream) {
        InputStream in = upstream.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int count = in.read(buffer); count >= 0 && !losing; count = in.read(buffer)) {
          out.write(buffer, 0, count);
          out.flush();
        }
      }
      if (losing && away) {
        for (Link link : links) {
          link.client.close();
        }
      }
    }
  }

  private static boolean holds(byte[] buffer, int count, byte[] text) {
    for (int at = 0; at + text.length <= count; at++) {
      if (Arrays.equals(buffer, at, at + text.length, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void start(Task task) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // A side has closed its connection, or the proxy is closed: what it is for.
              }
            });
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
