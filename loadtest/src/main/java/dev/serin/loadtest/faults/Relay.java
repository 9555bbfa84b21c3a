package dev.serin.loadtest.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between two sides of TCP connections, and can break them. Each new connection goes to
 * whatever target is named then. Safe for all threads.
 */
class Relay implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int CONNECT_MILLIS = 1_000;

  private final ServerSocket listening;
  private final Supplier<@Nullable InetSocketAddress> target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  /**
   * Begins to listen on a free port of loopback.
   *
   * @param target where the next connection goes; null: it is refused
   */
  Relay(Supplier<@Nullable InetSocketAddress> target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Breaks all connections there are. */
  void cut() {
    links.forEach(Link::close);
  }

  /** Sees what the near side sends; false: the connection breaks before that is sent on. */
  boolean sends(Link link, byte[] bytes, int count) {
    return true;
  }

  /** Sees that the far side answers; false: the connection breaks before that is sent on. */
  boolean answers(Link link) {
    return true;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket near = listening.accept();
        Thread.ofVirtual().start(() -> connect(near));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private void connect(Socket near) {
    InetSocketAddress to = target.get();
    try {
      if (to == null) {
        near.close();
        return;
      }
      Socket far = new Socket();
      far.connect(to, CONNECT_MILLIS);
      Link link = new Link(near, far);
      links.add(link);
      Thread.ofVirtual().start(link::sendOn);
      Thread.ofVirtual().start(link::answer);
    } catch (IOException e) {
      closeQuietly(near);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  /** One connection through here. */
  final class Link {
    private final Socket near;
    private final Socket far;

    /** For subclasses; what they note of a connection. */
    volatile boolean marked;

    Link(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    private void sendOn() {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = near.getInputStream();
        OutputStream out = far.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (!sends(this, buffer, count)) {
            break;
          }
          out.write(buffer, 0, count);
        }
      } catch (IOException e) {
        // One side has ended it.
      }
      close();
    }

    private void answer() {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = far.getInputStream();
        OutputStream out = near.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (!answers(this)) {
            break;
          }
          out.write(buffer, 0, count);
        }
      } catch (IOException e) {
        // One side has ended it.
      }
      close();
    }

    private void close() {
      links.remove(this);
      closeQuietly(near);
      closeQuietly(far);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      // It listens no more.
    }
    cut();
  }
}
