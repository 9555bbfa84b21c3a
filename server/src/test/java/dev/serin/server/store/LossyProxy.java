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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and a PostgreSQL, and can lose the answer to a commit: the commit is sent
 * on, its answer is awaited, and then the connection is cut. It can lose the commit itself, too, or
 * hold it up.
 */
public final class LossyProxy implements AutoCloseable {
  private static final byte[] COMMIT = "COMMIT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONE = {};
  private static final int BUFFER_BYTES = 1 << 16;

  private final ServerSocket listening;
  private final URI server;
  private final AtomicReference<byte[]> marker = new AtomicReference<>(NONE);
  private final Queue<Link> links = new ConcurrentLinkedQueue<>();
  private final CountDownLatch heldUp = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean away;
  private volatile Fate fate = Fate.LOSE_ANSWER;

  /** What becomes of the commit. */
  private enum Fate {
    LOSE_ANSWER,
    LOSE_COMMIT,
    /** Its sender waits. */
    HOLD_UP,
    /** Its sender is cut off. */
    HOLD_UP_AND_CUT
  }

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
    become(Fate.LOSE_ANSWER, statement);
  }

  private void become(Fate next, String statement) {
    fate = next;
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
    become(Fate.LOSE_COMMIT, statement);
  }

  /**
   * Holds up the next commit of such a transaction until {@link #goOn}, and all that its sender
   * would hear meanwhile: as if the sender were frozen. Once.
   */
  public void holdUpCommit(String statement) {
    become(Fate.HOLD_UP, statement);
  }

  /**
   * Holds up the next commit of such a transaction until {@link #goOn}, and cuts its sender off,
   * which cannot tell what becomes of it. Once.
   */
  public void holdUpCommitAndCut(String statement) {
    become(Fate.HOLD_UP_AND_CUT, statement);
  }

  /** Waits until a commit is held up. */
  public void awaitHeldUp() throws InterruptedException {
    if (!heldUp.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("commit: not held up (expected: within 60 s)");
    }
  }

  /** Sends on the commit that is held up. */
  public void goOn() {
    goOn.countDown();
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
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean losing;
    private volatile boolean holding;

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
            boolean found = marked && marker.compareAndSet(statement, NONE);
            marked = false;
            if (found && fate == Fate.LOSE_COMMIT) {
              losing = true;
              return;
            }
            if (found && fate != Fate.LOSE_ANSWER) {
              holdUp();
            }
            losing = found && fate != Fate.HOLD_UP;
          }
          out.write(buffer, 0, count);
          out.flush();
          if (losing && fate == Fate.HOLD_UP_AND_CUT) {
            await(answered);
          }
        }
      }
    }

    private void holdUp() throws IOException {
      holding = fate == Fate.HOLD_UP;
      if (!holding) {
        client.close();
      }
      heldUp.countDown();
      await(goOn);
    }

    /** From the server to the client, until an answer is to be lost. */
    void answer() throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      try (client;
          upstream) {
        InputStream in = upstream.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int count = in.read(buffer); count >= 0 && !losing; count = in.read(buffer)) {
          if (holding) {
            await(goOn);
          }
          out.write(buffer, 0, count);
          out.flush();
        }
      } finally {
        answered.countDown();
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

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
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
    goOn();
    listening.close();
  }
}
