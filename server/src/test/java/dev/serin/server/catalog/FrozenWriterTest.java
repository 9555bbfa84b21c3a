package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.error.ApiException;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that stops inside a change, with the namespace's row in its hands. */
class FrozenWriterTest {
  private static final long FROZEN = 4_711;

  private TestCatalog frozen;
  private TestCatalog other;

  @BeforeEach
  void open() throws IOException {
    StoreConfig store = new StoreConfig.Postgres(PostgresServer.shared().freshDatabase(), "", "");
    frozen = new TestCatalog(store);
    frozen.put(feature("checkout"));
    other = new TestCatalog(store);
  }

  @AfterEach
  void close() {
    other.close();
    frozen.close();
  }

  @Test
  void kill_whileAnotherIsFrozenInAChange_outwaitsIt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<Long> change =
          pool.submit(
              () ->
                  new Commits(frozen.database)
                      .<Long>run(
                          Priority.CATALOG,
                          "default",
                          FROZEN,
                          handle -> {
                            long revision =
                                NamespaceRows.takeNext(handle, "default", FROZEN).orElseThrow();
                            inside.countDown();
                            await(goOn);
                            return revision;
                          },
                          revision -> revision));
      assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

      KillResult killed = other.catalog.kill("default", "checkout", TestCatalog.NOTE);
      goOn.countDown();

      assertThat(killed)
          .as("of the frozen change nothing is left")
          .isEqualTo(new KillResult(3, true));
      ExecutionException undone =
          catchThrowableOfType(ExecutionException.class, () -> change.get(60, TimeUnit.SECONDS));
      assertThat(undone.getCause()).isInstanceOf(ApiException.class);
    }
    assertThat(other.revision()).isEqualTo(3);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("not gone on within a minute");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
