package dev.serin.loadtest.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server as a process of its own, up and listening. It says so itself, in a line on standard
 * output; what it says on standard error is kept in a file and shown where it does not come up.
 */
public final class ServerUnderTest implements AutoCloseable {

  private static final Pattern SERVING = Pattern.compile("serving gRPC on \\S+:([0-9]+)");

  /** The launcher may have to build, and to prepare the start cache. */
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final Process process;
  private final int grpcPort;
  private final long startedNanos;
  private final long servingNanos;

  private ServerUnderTest(Process process, int grpcPort, long startedNanos, long servingNanos) {
    this.process = process;
    this.grpcPort = grpcPort;
    this.startedNanos = startedNanos;
    this.servingNanos = servingNanos;
  }

  /**
   * Starts the command and waits for its line.
   *
   * @param log file that takes standard error
   * @throws IOException where it ends or stays silent for five minutes
   */
  public static ServerUnderTest start(List<String> command, Path log) throws IOException {
    long startedNanos = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("server-output").start(() -> read(process, port));
    try {
      int grpcPort = port.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      return new ServerUnderTest(process, grpcPort, startedNanos, System.nanoTime());
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IOException(
          "%s: not serving (expected: within %s): %s"
              .formatted(command, START_TIMEOUT, Files.readString(log)),
          e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException(command + ": interrupted while it started", e);
    }
  }

  /** The port it listens on. */
  public int grpcPort() {
    return grpcPort;
  }

  /** The process that listens: a launcher has to replace itself by it. */
  public long processId() {
    return process.pid();
  }

  /** When the process was started, by {@link System#nanoTime}. */
  public long startedNanos() {
    return startedNanos;
  }

  /** When its line was read. */
  public long servingNanos() {
    return servingNanos;
  }

  /** Returns the CPU time it has used. */
  public Duration cpu() throws IOException {
    return ProcessCpu.of(process.pid());
  }

  /**
   * Returns the options its JVM was started with: all between the program and {@code -jar}, {@code
   * -cp} or the main class.
   */
  public List<String> jvmOptions() throws IOException {
    return JvmCommand.options(
        List.of(
            Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                .split("\0", -1)));
  }

  /** Whether the process is there. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Asks it to stop, and waits until it has; returns its exit code.
   *
   * @throws IOException where it is still there when the time is over
   */
  public int stop(Duration limit) throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException(
          "process %d: still there (expected: to end within %s)".formatted(process.pid(), limit));
    }
    return process.exitValue();
  }

  /** Asks it to stop, and kills it where it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void read(Process process, CompletableFuture<Integer> port) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher serving = SERVING.matcher(line);
        if (serving.find()) {
          port.complete(Integer.parseInt(serving.group(1)));
        }
      }
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
    port.completeExceptionally(new IOException("its output ended"));
  }
}
