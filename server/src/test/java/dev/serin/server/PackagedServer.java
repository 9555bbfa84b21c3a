package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged jar as a process of its own, as an operator runs it, on free ports unless a flag
 * says otherwise. Closing it kills it.
 */
final class PackagedServer implements AutoCloseable {
  /** Generous: the machine may be building something else. */
  private static final long LIMIT_SECONDS = 60;

  /** Characters of the log that tell why there is no answer. */
  private static final int SHOWN_OF_LOG = 6_000;

  private static final Path JAR = Path.of("target", "serin.jar").toAbsolutePath();

  /** The launcher's, and what starts fastest. */
  private static final List<String> JVM_FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx512m");

  private static final Pattern SERVING =
      Pattern.compile("serving gRPC on \\S+:(\\d+) and HTTP on \\S+:(\\d+)");

  private final Process process;
  private final Path log;
  private final List<String> output = new ArrayList<>();
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private int grpcPort;
  private int httpPort;

  /**
   * A process.
   *
   * @param before what runs the command in its place, the command following
   */
  private PackagedServer(List<String> before, Path directory, List<String> flags)
      throws IOException {
    Files.createDirectories(directory);
    log = Files.createTempFile(directory, "log", ".txt");
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_FLAGS);
    command.addAll(List.of("-jar", JAR.toString(), "server"));
    command.addAll(flags);
    for (String flag :
        List.of("--grpc-port=0", "--http-port=0", "--data-dir=" + directory.resolve("data"))) {
      String name = flag.substring(0, flag.indexOf('=') + 1);
      if (flags.stream().noneMatch(given -> given.startsWith(name))) {
        command.add(flag);
      }
    }
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    // What whoever runs the tests has set up is not what is tested.
    builder.environment().keySet().removeIf(name -> name.startsWith("SERIN_"));
    process = builder.start();
  }

  /** Starts a server and waits until it serves. */
  static PackagedServer start(Path directory, String... flags) throws IOException {
    return new PackagedServer(List.of(), directory, List.of(flags)).awaitServing();
  }

  /** Starts a server that sees a small disk over its data directory. */
  static PackagedServer startOn(SmallDisk disk, Path directory) throws IOException {
    return new PackagedServer(disk.inside(), directory, List.of()).awaitServing();
  }

  /** Starts a server that is expected to end by itself. */
  static PackagedServer launch(Path directory, String... flags) throws IOException {
    return new PackagedServer(List.of(), directory, List.of(flags));
  }

  /** Starts a server on a small disk that is expected to end by itself. */
  static PackagedServer launchOn(SmallDisk disk, Path directory) throws IOException {
    return new PackagedServer(disk.inside(), directory, List.of());
  }

  private PackagedServer awaitServing() {
    String line;
    try {
      line = within(CompletableFuture.supplyAsync(this::readLine));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    Matcher serving = SERVING.matcher(line);
    if (!serving.matches()) {
      close();
      throw new IllegalStateException(
          "\"" + line + "\" (expected: to serve), exit code " + exitCode() + ":\n" + log());
    }
    output.add(line);
    grpcPort = Integer.parseInt(serving.group(1));
    httpPort = Integer.parseInt(serving.group(2));
    return this;
  }

  /** A line of standard output; empty: it has ended. */
  private String readLine() {
    try {
      // Kept for the rest of the output; it reads ahead.
      BufferedReader reader = process.inputReader(UTF_8);
      String line = reader.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A channel of its own whose errors are checked to be listed ones; closed with the server. */
  ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpcPort)
            .usePlaintext()
            .intercept(listed)
            .build();
    channels.add(channel);
    return channel;
  }

  DecisionServiceGrpc.DecisionServiceBlockingStub decisions() {
    return DecisionServiceGrpc.newBlockingStub(channel());
  }

  FeatureServiceGrpc.FeatureServiceBlockingStub features() {
    return FeatureServiceGrpc.newBlockingStub(channel());
  }

  /** Errors that callers got and that no list names. */
  List<String> unlistedErrors() {
    return listed.unlisted();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + httpPort + path);
    try (HttpClient http = PlainHttp.client()) {
      return http.send(
          HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString(UTF_8));
    } catch (IOException e) {
      throw new IOException(path + ": no answer; the server's log:\n" + endOfLog(), e);
    }
  }

  /** What the metrics endpoint shows under a name and its labels; 0: it does not show it. */
  double meter(String sample) throws IOException, InterruptedException {
    return RunningServer.meter(get("/metrics").body(), sample);
  }

  int grpcPort() {
    return grpcPort;
  }

  int httpPort() {
    return httpPort;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal, {@code TERM} for one. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Kills it as a power cut would and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    within(process.onExit());
  }

  /** Waits for its end and returns the exit code. */
  int exitCode() {
    return within(process.onExit()).exitValue();
  }

  /** What it wrote to standard output; waits for its end. */
  List<String> output() {
    within(process.onExit());
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      output.add(line);
    }
    return output;
  }

  /** What it wrote to standard error so far. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String endOfLog() {
    String all = log();
    return all.substring(Math.max(0, all.length() - SHOWN_OF_LOG));
  }

  private static <T> T within(CompletableFuture<T> future) {
    return future.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    kill();
  }
}
