package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.move;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.store.OpenTransaction;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** protocols.md 8: who may act, on both stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ControllerLeaseTest {
  private static final long SILENCE_MILLIS = ControllerLease.SILENCE.toMillis();

  private final TestStore kind;
  @TempDir Path directory;
  private JournalStore store;

  ControllerLeaseTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = new JournalStore(kind.fresh(directory));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void take_free_isHeldByOneUntilItIsSilent() {
    Fence held = store.first.take().orElseThrow();

    assertThat(held).isEqualTo(new Fence(11, 1));
    assertThat(store.second.take()).isEmpty();
    assertThat(store.first.renew(held)).isTrue();
    // The store's clock goes on by itself: a busy machine has some seconds left.
    store.silentFor(SILENCE_MILLIS / 5);
    assertThat(store.second.take()).isEmpty();
    store.silentFor(SILENCE_MILLIS);
    assertThat(store.second.take()).contains(new Fence(22, 2));
    assertThat(store.first.renew(held)).isFalse();
    assertThat(store.first.take()).isEmpty();
  }

  @Test
  void renew_afterSilenceThatNobodyNoticed_keepsTheLease() {
    Fence held = store.first.take().orElseThrow();
    store.silentFor(10 * SILENCE_MILLIS);

    assertThat(store.first.renew(held)).isTrue();

    assertThat(store.second.take()).isEmpty();
  }

  @Test
  void release_ofHeldLease_letsAnotherTakeItAtOnce() {
    Fence held = store.first.take().orElseThrow();
    store.first.release(held);

    Fence next = store.second.take().orElseThrow();
    store.first.release(held);

    assertThat(next.number()).isGreaterThan(held.number());
    assertThat(store.second.renew(next)).as("an old fence releases nothing").isTrue();
  }

  @Test
  void take_byTheHolder_isANewLeaseAndEndsTheOld() {
    Fence lost = store.first.take().orElseThrow();

    Fence held = store.first.take().orElseThrow();

    assertThat(held.number()).isEqualTo(lost.number() + 1);
    assertThat(store.first.renew(lost)).isFalse();
    assertThat(store.first.renew(held)).isTrue();
  }

  @Test
  void take_renewedByAClockThatWasSetBack_isNotWaitedFor() {
    assertThat(store.first.take()).isPresent();
    store.silentFor(-3_600_000);

    assertThat(store.second.take()).isPresent();
  }

  @Test
  void dismiss_atStart_freesTheLeaseWhereTheFilesLockProvesIt() {
    Fence dead = store.first.take().orElseThrow();

    store.second.dismissTheDead();

    assertThat(store.second.take().isPresent()).isEqualTo(kind == TestStore.SQLITE);
    assertThat(store.first.renew(dead)).isEqualTo(kind != TestStore.SQLITE);
  }

  @Test
  void take_byManyAtOnce_isGivenToOne() throws Exception {
    int threads = 6;
    CyclicBarrier barrier = new CyclicBarrier(threads);
    for (int round = 1; round <= 5; round++) {
      try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        List<Future<Optional<Fence>>> takes =
            IntStream.rangeClosed(1, threads)
                .mapToObj(
                    me ->
                        pool.submit(
                            () -> {
                              ControllerLease lease =
                                  new ControllerLease(store.database, me, "replica " + me);
                              barrier.await(60, TimeUnit.SECONDS);
                              return lease.take();
                            }))
                .toList();
        int taken = 0;
        for (Future<Optional<Fence>> take : takes) {
          taken += take.get(60, TimeUnit.SECONDS).isPresent() ? 1 : 0;
        }
        assertThat(taken).isEqualTo(1);
      }
      store.silentFor(2 * SILENCE_MILLIS);
    }
  }

  /** A process that freezes inside a transaction: until that ends, nobody takes over. */
  @Test
  void take_whileTheHolderIsInATransaction_waitsForItsEnd() throws Exception {
    store.start();
    Fence held = store.first.take().orElseThrow();
    store.silentFor(2 * SILENCE_MILLIS);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Written> act =
          pool.submit(
              () ->
                  store.journal.act(
                      move(1, "RUNNING", 2),
                      held,
                      handle -> {
                        inside.countDown();
                        OpenTransaction.until(handle, goOn);
                      }));
      assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();
      Future<Optional<Fence>> take = pool.submit(() -> store.second.take());
      if (kind == TestStore.POSTGRESQL) {
        assertThat(take.get(60, TimeUnit.SECONDS)).isEmpty();
      }
      goOn.countDown();

      assertThat(act.get(60, TimeUnit.SECONDS)).isEqualTo(new Written.Done(2));
      assertThat(take.get(60, TimeUnit.SECONDS)).as("it has just shown that it lives").isEmpty();
    }
    assertThat(store.first.renew(held)).isTrue();
  }

  @Test
  void sight_ofTheLease_tellsTheClockOfAHolderThatLives() {
    Instant clock = Instant.parse("2026-11-24T10:00:00Z");
    assertThat(store.second.sight().now()).as("nobody holds it").isEmpty();
    Fence held = store.first.take(clock).orElseThrow();
    assertThat(store.second.sight().now().orElseThrow()).isBetween(clock, clock.plusSeconds(4));

    Instant later = clock.plusSeconds(3_600);
    assertThat(store.first.renew(held, later, later)).isTrue();
    assertThat(store.first.renew(held)).as("says nothing of its clock").isTrue();
    assertThat(store.second.sight().now().orElseThrow()).isBetween(later, later.plusSeconds(4));

    store.silentFor(SILENCE_MILLIS + 1_000);
    assertThat(store.second.sight().now()).as("it may be dead").isEmpty();
    assertThat(store.second.sight().silence()).isGreaterThan(ControllerLease.SILENCE);
    assertThat(store.first.renew(held, later, later)).isTrue();
    store.first.release(held);
    assertThat(store.second.sight().now()).as("it has left").isEmpty();
  }

  @Test
  void sight_ofTheLease_tellsWhenAllRunsWereLookedAtWhoeverHasItSince() {
    Instant clock = Instant.parse("2026-11-24T10:00:00Z");
    assertThat(store.second.sight().looked()).as("nobody ever did").isEmpty();
    Fence held = store.first.take(clock).orElseThrow();
    assertThat(store.second.sight().looked()).as("it has only begun").isEmpty();
    store.first.renew(held, clock.plusSeconds(30), clock);
    store.first.renew(held);
    store.first.release(held);
    assertThat(store.second.take(clock.plusSeconds(60))).isPresent();

    ControllerLease.Sight sight = store.first.sight();

    assertThat(sight.looked()).contains(clock);
    assertThat(sight.sinceLook(clock.plusSeconds(60))).isEqualTo(Duration.ofSeconds(60));
    assertThat(sight.sinceLook(clock.minusSeconds(60)))
        .as("by a clock that is behind: the silence at least")
        .isEqualTo(sight.silence());
  }

  @Test
  void lease_ofIncarnationZero_isAnError() {
    assertThatThrownBy(() -> new ControllerLease(store.database, 0, "nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("incarnation: 0 (expected: another number)");
  }
}
