package dev.serin.server.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** PostgreSQL as a process of this machine, from the binaries on Maven Central. */
final class BinariesEngine implements PostgresServer.Engine {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final int FIRST_PORT = 15_000;
  private static final int PORTS = 15_000;

  /** Seconds that its processes may take to end when they are told to do so at once. */
  private static final long END_SECONDS = 10;

  private final Path data;
  private final int port;
  private @Nullable EmbeddedPostgres process;

  BinariesEngine() {
    try {
      data = Files.createTempDirectory("serin-postgres");
      port = freePort();
      process = launch(port);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start PostgreSQL from its binaries", e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::remove, "postgres-stop"));
  }

  private EmbeddedPostgres launch(int requestedPort) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPGStartupWait(START_LIMIT)
        .setPort(requestedPort)
        .start();
  }

  /**
   * A port below those that Linux gives to whoever asks for any: others, who ask for many while
   * this server is stopped, are never given it.
   */
  private static int freePort() {
    Random random = new SecureRandom();
    while (true) {
      int candidate = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket _ = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return candidate;
      } catch (IOException taken) {
        // Another will be free.
      }
    }
  }

  @Override
  public synchronized void start() {
    if (process == null) {
      try {
        process = launch(port);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start PostgreSQL again", e);
      }
    }
  }

  @Override
  public synchronized void stop() {
    if (process != null) {
      try {
        process.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot stop PostgreSQL", e);
      }
      process = null;
    }
  }

  @Override
  public void pause() {
    // The postmaster first, or it would start new processes meanwhile.
    signal("STOP", processes());
  }

  @Override
  public void resume() {
    signal("CONT", processes());
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String user() {
    return "postgres";
  }

  @Override
  public String password() {
    return "postgres";
  }

  @Override
  public String toString() {
    return "process from the embedded binaries";
  }

  private List<ProcessHandle> processes() {
    try {
      String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim();
      ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not run", e);
    }
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      try {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot signal PostgreSQL", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while signalling PostgreSQL", e);
      }
    }
  }

  /** At once: nobody needs the data, and an orderly stop on a busy disk outlasts the JVM's exit. */
  private synchronized void remove() {
    if (process != null) {
      List<ProcessHandle> processes = processes();
      signal("CONT", processes);
      signal("QUIT", processes.subList(0, 1));
      processes.forEach(
          one -> one.onExit().completeOnTimeout(one, END_SECONDS, TimeUnit.SECONDS).join());
    }
    try (Stream<Path> files = Files.walk(data)) {
      files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(java.io.File::delete);
    } catch (IOException e) {
      System.err.println("cannot remove " + data + ": " + e);
    }
  }
}
