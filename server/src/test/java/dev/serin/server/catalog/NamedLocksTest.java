package dev.serin.server.catalog;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamedLocksTest {
  private static final int THREADS = 4;
  private static final int TURNS = 20_000;

  private final NamedLocks locks = new NamedLocks();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /** Guarded by the lock of their name. */
  private final int[] turns = new int[2];

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void alone_manyThreads_excludeEachOtherByNameAndLeaveNothing() throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      all.add(
          threads.submit(
              () -> {
                for (int turn = 0; turn < TURNS; turn++) {
                  int name = turn % turns.length;
                  locks.alone("name-" + name, () -> turns[name]++);
                }
              }));
    }
    for (Future<?> one : all) {
      one.get(60, SECONDS);
    }

    assertThat(turns).containsOnly(THREADS * TURNS / turns.length);
    assertThat(locks.size()).isZero();
  }

  @Test
  void alone_otherName_doesNotWait() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Future<String> held = threads.submit(() -> locks.alone("one", () -> awaited(end)));
    Await.until("one is held", () -> locks.size() == 1);

    assertThat(locks.alone("two", () -> "done")).isEqualTo("done");

    assertThat(locks.size()).isOne();
    end.countDown();
    assertThat(held.get(60, SECONDS)).isEqualTo("ended");
    assertThat(locks.size()).isZero();
  }

  @Test
  void alone_thatThrows_letsTheNextOneIn() {
    assertThatThrownBy(
            () ->
                locks.alone(
                    "one",
                    () -> {
                      throw new IllegalStateException("planted");
                    }))
        .hasMessage("planted");

    assertThat(locks.size()).isZero();
    assertThat(locks.alone("one", () -> 1)).isOne();
  }

  private static String awaited(CountDownLatch end) {
    try {
      return end.await(60, SECONDS) ? "ended" : "late";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
