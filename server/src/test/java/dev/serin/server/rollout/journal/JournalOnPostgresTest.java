package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.move;
import static dev.serin.server.rollout.journal.JournalStore.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.Await;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.OpenTransaction;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import dev.serin.server.store.StoreConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only a store that is elsewhere can do: lose answers, and be shared with who freezes. */
class JournalOnPostgresTest {
  private LossyProxy proxy;
  private JournalStore through;
  private JournalStore other;

  @BeforeEach
  void open() throws IOException {
    String url = PostgresServer.shared().freshDatabase();
    proxy = new LossyProxy(url);
    through = new JournalStore(new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""));
    other = new JournalStore(new StoreConfig.Postgres(url, "", ""));
    through.start();
  }

  @AfterEach
  void close() throws IOException {
    through.close();
    other.close();
    proxy.close();
  }

  @Test
  void command_answerLost_isToldTheFirstAnswerWhenItIsAskedAgain() {
    proxy.loseAnswer("INSERT INTO rollout_entry");
    Move move = move(1, "PAUSED", 1, 0);

    ApiException lost =
        catchThrowableOfType(
            ApiException.class,
            () -> through.journal.command(move, request("pause"), Alongside.NOTHING));

    assertThat(lost.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    assertThat(through.journal.command(move, request("pause"), Alongside.NOTHING))
        .isEqualTo(new Written.Answered(new Answer("run-1", 2, Answer.Outcome.MOVED, "")));
    assertThat(other.journal.log("run-1", 0, 10)).hasSize(2);
    assertThat(other.outbox.due(10)).hasSize(1);
  }

  @Test
  void act_answerLost_isSeenByReadingTheRun() {
    Fence fence = through.lease();
    proxy.loseAnswer("INSERT INTO rollout_entry");
    Move move = move(1, "GATE", 1);

    ApiException lost =
        catchThrowableOfType(
            ApiException.class, () -> through.journal.act(move, fence, Alongside.NOTHING));

    assertThat(lost.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    assertThat(through.journal.find("run-1").orElseThrow().version()).isEqualTo(2);
    assertThat(through.journal.act(move, fence, Alongside.NOTHING)).isEqualTo(new Written.Stale());
    assertThat(other.journal.log("run-1", 0, 10)).hasSize(2);
  }

  /** A process that stops inside its transaction, and goes on when another has taken over. */
  @Test
  void act_frozenInItsTransaction_isUndoneAndAnotherTakesOver() throws Exception {
    Fence frozen = through.lease();
    through.silentFor(2 * ControllerLease.SILENCE.toMillis());
    List<String> before = other.everything();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<Optional<Fence>> next = new AtomicReference<>(Optional.empty());
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      Future<Written> act =
          pool.submit(
              () ->
                  through.journal.act(
                      move(1, "RUNNING", 2, 0),
                      frozen,
                      handle -> {
                        takesRevision(handle);
                        inside.countDown();
                        await(goOn);
                      }));
      assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

      ApiException held =
          catchThrowableOfType(
              ApiException.class,
              () ->
                  other.journal.command(
                      move(1, "PAUSED", 1), request("pause"), this::takesRevision));
      assertThat(held.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
      Await.until(
          "the lease is taken",
          () -> {
            next.set(other.second.take());
            return next.get().isPresent();
          });
      goOn.countDown();

      ExecutionException undone =
          catchThrowableOfType(ExecutionException.class, () -> act.get(60, TimeUnit.SECONDS));
      assertThat(undone.getCause()).isInstanceOf(ApiException.class);
    }

    assertThat(through.journal.act(move(1, "RUNNING", 2), frozen, Alongside.NOTHING))
        .isEqualTo(new Written.Unheld());
    assertThat(withoutLease(other.everything())).isEqualTo(withoutLease(before));
    assertThat(
            other.journal.act(
                move(1, "ROLLING_BACK", 1), next.get().orElseThrow(), this::takesRevision))
        .isEqualTo(new Written.Done(2));
  }

  /** Whoever lost the lease may have stopped while it noted what was delivered. */
  @Test
  void notifications_whoseRowIsHeld_areNotWaitedForForEver() throws Exception {
    through.journal.command(move(1, "PAUSED", 1, 0), request("pause"), Alongside.NOTHING);
    List<WaitingNotification> due = other.outbox.due(10);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      Future<?> holder =
          pool.submit(
              () ->
                  through.database.execute(
                      Priority.FLUSH,
                      handle -> {
                        handle
                            .createQuery("SELECT number FROM rollout_notification FOR UPDATE")
                            .mapTo(Long.class)
                            .list();
                        inside.countDown();
                        OpenTransaction.until(handle, goOn);
                      }));
      assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

      ApiException held = catchThrowableOfType(ApiException.class, () -> other.outbox.done(due));
      assertThat(SharedLimits.isExceeded(held)).isTrue();
      goOn.countDown();
      holder.get(60, TimeUnit.SECONDS);
    }

    other.outbox.done(due);

    assertThat(other.outbox.due(10)).isEmpty();
  }

  private static List<String> withoutLease(List<String> rows) {
    return rows.stream().filter(row -> !row.startsWith("rollout_lease")).toList();
  }

  private void takesRevision(Handle handle) {
    handle.execute("UPDATE namespace SET revision = revision + 1 WHERE name = 'default'");
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
