package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresListenerTest {
  private static final long LIMIT_SECONDS = 60;

  /** What the machine may add when it is busy; still far from any timeout of TCP. */
  private static final Duration SLACK = Duration.ofSeconds(30);

  private final PostgresServer server = PostgresServer.shared();
  private final Semaphore listens = new Semaphore(0);
  private final CountDownLatch lost = new CountDownLatch(1);
  private final RevisionSignals signals = new RevisionSignals();
  private final PostgresListener listener =
      new PostgresListener(
          new StoreConfig.Postgres(server.freshDatabase(), "", ""), signals, lost::countDown);

  @AfterEach
  void close() {
    listener.close();
  }

  @Test
  void deadConnection_silentServer_isFoundWithinTwoSeconds() throws InterruptedException {
    signals.subscribe(
        new RevisionListener() {
          @Override
          public void revisionChanged(Revision revision) {}

          @Override
          public void signalsMissed() {
            listens.release();
          }
        });
    listener.start();
    assertThat(listens.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

    server.pause();
    try {
      Duration limit = Duration.ofSeconds(2).plus(SLACK);
      assertThat(PostgresListener.HEARTBEAT.plus(PostgresListener.ANSWER_TIMEOUT))
          .isLessThanOrEqualTo(Duration.ofSeconds(2));
      assertThat(lost.await(limit.toMillis(), TimeUnit.MILLISECONDS))
          .as("found within %s", limit)
          .isTrue();
    } finally {
      server.resume();
    }

    assertThat(listens.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
  }
}
