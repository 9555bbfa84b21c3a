package dev.serin.loadtest.rollouts;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.Signal;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A packaged server as a process that dies, or is stopped where it stands, and is started again on
 * the same port and directory. For one thread.
 */
final class MortalServer implements AutoCloseable {
  /** Below those that Linux gives to clients. */
  private static final int PORT_MIN = 20_000;

  private static final int PORT_MAX = 32_000;
  private static final int PORT_ATTEMPTS = 100;

  private final Path directory;
  private final List<String> jvmOptions;
  private final List<String> options;
  private final int port;
  private @Nullable Process process;

  /**
   * One that does not run yet.
   *
   * @param directory of its data and its log; made where it is not there
   * @param jvmOptions of its JVM in each of its lives
   * @param options of the server, besides port and directory
   */
  MortalServer(Path directory, List<String> jvmOptions, List<String> options) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.jvmOptions = List.copyOf(jvmOptions);
    this.options = List.copyOf(options);
    port = freePort();
  }

  /**
   * A port that nobody is given by the system while the server is away: clients that try to connect
   * to it, by the hundred, take one after the other of those, and would meet themselves.
   */
  private static int freePort() throws IOException {
    Random random = new Random();
    for (int attempt = 1; ; attempt++) {
      int port = random.nextInt(PORT_MIN, PORT_MAX);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        if (attempt == PORT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Starts it, and does not wait until it serves. */
  void start() throws IOException {
    startWith(List.of());
  }

  /**
   * Starts one that ends by itself, and does not wait until it serves.
   *
   * @param point of its controller, and which time that it comes there, as {@code WITHIN:2}
   */
  void startToHaltAt(String point) throws IOException {
    startWith(List.of("-Dserin.test.halt-at=" + point));
  }

  /**
   * Starts one that stops by itself where it stands, as by {@link #freeze}, and does not wait until
   * it serves.
   *
   * @param point as of {@link #startToHaltAt}
   */
  void startToFreezeAt(String point) throws IOException {
    startWith(List.of("-Dserin.test.freeze-at=" + point));
  }

  private void startWith(List<String> more) throws IOException {
    List<String> ofJvm = new ArrayList<>(jvmOptions);
    ofJvm.addAll(more);
    Path log = directory.resolve("server.log");
    process =
        new ProcessBuilder(Installation.own().smallServer(ofJvm, port, data(), options))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  /** Where its data are. */
  Path data() {
    return directory.resolve("data");
  }

  /** What it said in all its lives, for people who look at a failure. */
  String said() throws IOException {
    Path log = directory.resolve("server.log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  String target() {
    return "127.0.0.1:" + port;
  }

  /** A new channel to it; the caller ends it. */
  ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .usePlaintext()
        .build();
  }

  private Process process() {
    return Objects.requireNonNull(process, "not started");
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  long processId() {
    return process().pid();
  }

  /** Of a process that has ended. */
  int exitCode() {
    return process().exitValue();
  }

  /** Kills it with -9, and waits until it is gone. */
  void kill() {
    process().destroyForcibly();
    try {
      process().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops it where it stands. */
  void freeze() throws IOException {
    Signal.STOP.send(processId());
  }

  /** Lets it go on. */
  void thaw() throws IOException {
    Signal.CONT.send(processId());
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}
