package dev.serin.loadtest.faults;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.Signal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The servers: one on an embedded store, or several on a shared one. */
final class Cluster implements AutoCloseable {
  private final Path directory;
  private final List<String> storeOptions;
  private final List<@Nullable ServerUnderTest> servers = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Starts servers.
   *
   * @param storeOptions options that name the store; empty: each would have its own
   */
  Cluster(Path directory, int count, List<String> storeOptions) throws IOException {
    this.directory = directory;
    this.storeOptions = storeOptions;
    for (int i = 0; i < count; i++) {
      servers.add(start(i));
    }
  }

  private ServerUnderTest start(int index) throws IOException {
    Path own = Files.createDirectories(directory.resolve("server-" + index));
    return ServerUnderTest.start(
        command(0, own.resolve("data"), storeOptions), own.resolve("server.log"));
  }

  /** The command that starts a server on the packaged jar. */
  static List<String> command(int grpcPort, Path data, List<String> more) {
    return Installation.own().smallServer(List.of(), grpcPort, data, more);
  }

  int size() {
    return servers.size();
  }

  /** One after the other, of those that run; null: none does. */
  synchronized @Nullable InetSocketAddress nextServer() {
    for (int i = 0; i < servers.size(); i++) {
      ServerUnderTest server = servers.get(next.getAndIncrement() % servers.size());
      if (server != null && server.isAlive()) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.grpcPort());
      }
    }
    return null;
  }

  /** Kills a server and starts it again. */
  void restart(int index) throws IOException {
    ServerUnderTest server = running(index);
    if (server != null) {
      server.kill();
    }
    set(index, null);
    set(index, start(index));
  }

  /** Starts those that have ended by themselves; returns how many. */
  int startEnded() throws IOException {
    int started = 0;
    for (int i = 0; i < servers.size(); i++) {
      ServerUnderTest server = running(i);
      if (server == null || !server.isAlive()) {
        set(i, start(i));
        started++;
      }
    }
    return started;
  }

  /** Stops a server where it stands. */
  void freeze(int index) throws IOException {
    signal(index, Signal.STOP);
  }

  /** Lets it go on. */
  void thaw(int index) throws IOException {
    signal(index, Signal.CONT);
  }

  private void signal(int index, Signal signal) throws IOException {
    ServerUnderTest server = running(index);
    if (server != null) {
      signal.send(server.processId());
    }
  }

  private synchronized @Nullable ServerUnderTest running(int index) {
    return servers.get(index);
  }

  private synchronized void set(int index, @Nullable ServerUnderTest server) {
    servers.set(index, server);
  }

  @Override
  public void close() {
    for (int i = 0; i < servers.size(); i++) {
      ServerUnderTest server = running(i);
      if (server != null) {
        server.kill();
      }
    }
  }
}
