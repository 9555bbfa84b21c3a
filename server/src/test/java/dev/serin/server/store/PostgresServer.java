package dev.serin.server.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A real PostgreSQL for tests, one per test JVM, started on first use and stopped with the JVM.
 *
 * <p>It runs in a container where a Docker engine answers, else as a process from the binaries on
 * Maven Central. Where {@value #IMAGE_VARIABLE} is set, only that image will do: whoever names an
 * image wants the container path tested, and a silent fallback would hide that it is not.
 *
 * <p>It can be stopped, started and frozen, and keeps its address and its data meanwhile. All
 * methods may be called from any thread; a test that takes the server away must bring it back.
 */
public final class PostgresServer {
  /** Names the container image; absent: {@value #DEFAULT_IMAGE} where Docker has or gets it. */
  public static final String IMAGE_VARIABLE = "SERIN_TEST_POSTGRES_IMAGE";

  static final String DEFAULT_IMAGE = "postgres:17";

  /** Generous: the machine may be building something else. */
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final Duration POLL = Duration.ofMillis(20);

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Engine engine;

  private PostgresServer(Engine engine) {
    this.engine = engine;
  }

  /** What runs the server. Starting what runs and stopping what does not is allowed. */
  sealed interface Engine permits ContainerEngine, BinariesEngine {
    /** Returns without waiting for the server to accept connections. */
    void start();

    /** Ends the server as an administrator would: sessions are told and closed. */
    void stop();

    /** Freezes the server: connections stay open and nothing answers. */
    void pause();

    void resume();

    int port();

    String user();

    String password();
  }

  private static final class Shared {
    static final PostgresServer INSTANCE = launch();
  }

  /** The server of this JVM, running and answering. */
  public static PostgresServer shared() {
    return Shared.INSTANCE;
  }

  private static PostgresServer launch() {
    PostgresServer server = new PostgresServer(chooseEngine());
    System.out.println("PostgreSQL for tests: " + server);
    server.awaitReady();
    return server;
  }

  private static Engine chooseEngine() {
    String image = System.getenv(IMAGE_VARIABLE);
    if (image != null && !image.isEmpty()) {
      return ContainerEngine.required(image);
    }
    return ContainerEngine.ifAvailable(DEFAULT_IMAGE)
        .<Engine>map(engine -> engine)
        .orElseGet(BinariesEngine::new);
  }

  /** Creates an empty database of its own and returns its JDBC URL, credentials included. */
  public String freshDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"));
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot create database " + name + " on " + this, e);
    }
    return jdbcUrl(name);
  }

  /** The JDBC URL of a database, credentials included, whether it exists or not. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s"
        .formatted(engine.port(), database, engine.user(), engine.password());
  }

  /** Ends the server; open connections break, new ones are refused. */
  public void stop() {
    engine.stop();
  }

  /** Starts the server again at the same address, with its data, and waits until it answers. */
  public void start() {
    engine.start();
    awaitReady();
  }

  /** Freezes the server: connections stay open, nothing answers, as behind a cut network. */
  public void pause() {
    engine.pause();
  }

  /** Lets a frozen server continue. */
  public void resume() {
    engine.resume();
    awaitReady();
  }

  /** Whether the server runs in a container. */
  public boolean inContainer() {
    return engine instanceof ContainerEngine;
  }

  private void awaitReady() {
    long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try (Connection connection =
          DriverManager.getConnection(jdbcUrl("postgres") + "&connectTimeout=5&socketTimeout=5")) {
        if (connection.isValid(1)) {
          return;
        }
      } catch (SQLException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IllegalStateException(
              this + " (expected: an answer in " + START_LIMIT + ")", e);
        }
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  @Override
  public String toString() {
    return engine + ", port " + engine.port();
  }
}
