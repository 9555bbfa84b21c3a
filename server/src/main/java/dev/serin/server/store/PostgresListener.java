package dev.serin.server.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that hears PostgreSQL's notifications, on one connection outside the pool.
 *
 * <p>After every connect it first listens and then says that signals were missed, so that whoever
 * reads the revisions then misses nothing. A dead connection is found within two seconds: it is
 * silent for {@link #HEARTBEAT}, and does not answer within {@link #ANSWER_TIMEOUT}.
 */
final class PostgresListener implements AutoCloseable {
  static final String CHANNEL = "serin_revision";

  /** Silence after which the connection has to prove that it lives. */
  static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** How long the proof may take: whole seconds only, by the driver. */
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);

  /** Wait before the first new try to connect; doubles up to the longest. */
  static final Duration FIRST_RETRY = Duration.ofMillis(100);

  /** Longest wait between tries: polling stands in meanwhile. */
  static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

  /** What all connections to PostgreSQL have in common. */
  static final Map<PGProperty, String> CONNECTION_SETTINGS =
      Map.of(
          PGProperty.APPLICATION_NAME, "serin",
          PGProperty.CONNECT_TIMEOUT, seconds(PostgresDatabase.CONNECT_TIMEOUT),
          PGProperty.LOGIN_TIMEOUT, seconds(PostgresDatabase.CONNECT_TIMEOUT),
          PGProperty.CANCEL_SIGNAL_TIMEOUT, seconds(ANSWER_TIMEOUT),
          PGProperty.TCP_KEEP_ALIVE, "true");

  private static final Logger log = LoggerFactory.getLogger(PostgresListener.class);

  private final StoreConfig.Postgres config;
  private final RevisionSignals signals;
  private final Runnable onLoss;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "serin-store-listen");
  private volatile @Nullable Connection current;

  /**
   * A listener that is not started.
   *
   * @param onLoss called when a connection that had listened is lost
   */
  PostgresListener(StoreConfig.Postgres config, RevisionSignals signals, Runnable onLoss) {
    this.config = config;
    this.signals = signals;
    this.onLoss = onLoss;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.toSeconds());
  }

  private void run() {
    Duration wait = FIRST_RETRY;
    boolean failing = false;
    while (!isClosed()) {
      boolean listened = false;
      try (Connection connection = connect()) {
        current = connection;
        try (var statement = connection.createStatement()) {
          statement.execute("LISTEN " + CHANNEL);
        }
        listened = true;
        wait = FIRST_RETRY;
        if (failing) {
          log.info("notifications of {} are heard again", config);
          failing = false;
        }
        signals.missed();
        hear(connection);
      } catch (SQLException | RuntimeException e) {
        if (!failing && !isClosed()) {
          log.warn("notifications of {} are not heard; polling stands in: {}", config, message(e));
          failing = true;
        }
      }
      current = null;
      if (listened && !isClosed()) {
        onLoss.run();
      }
      awaitClose(wait);
      wait =
          wait.multipliedBy(2).compareTo(LONGEST_RETRY) < 0 ? wait.multipliedBy(2) : LONGEST_RETRY;
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    CONNECTION_SETTINGS.forEach(
        (property, value) -> properties.setProperty(property.getName(), value));
    // Reading with a limit fails on a dead socket; waiting for notifications has a limit anyway.
    properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), seconds(ANSWER_TIMEOUT));
    if (!config.user().isEmpty()) {
      properties.setProperty(PGProperty.USER.getName(), config.user());
    }
    if (!config.password().isEmpty()) {
      properties.setProperty(PGProperty.PASSWORD.getName(), config.password());
    }
    return DriverManager.getConnection(config.url(), properties);
  }

  /** Passes notifications on until the connection fails or this is closed. */
  private void hear(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (!isClosed()) {
      PGNotification[] notifications =
          postgres.getNotifications(Math.toIntExact(HEARTBEAT.toMillis()));
      if (notifications == null || notifications.length == 0) {
        try (var statement = connection.createStatement()) {
          statement.execute("SELECT 1");
        }
      } else {
        for (PGNotification notification : notifications) {
          pass(notification.getParameter());
        }
      }
    }
  }

  private void pass(String payload) {
    Revision revision = Revision.parse(payload);
    if (revision == null) {
      signals.missed();
    } else {
      signals.changed(revision);
    }
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage().strip();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void awaitClose(Duration limit) {
    try {
      if (closed.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      // Nobody ends this thread but close().
    }
  }

  /** Ends the connection under the thread's hands. */
  void breakConnection() throws SQLException {
    Connection connection = current;
    if (connection != null) {
      connection.abort(Runnable::run);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      breakConnection();
    } catch (SQLException e) {
      log.debug("the listening connection was closed already", e);
    }
    if (thread.isAlive()) {
      Threads.join(thread);
    }
  }
}
