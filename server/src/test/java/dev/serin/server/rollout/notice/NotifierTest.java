package dev.serin.server.rollout.notice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import dev.serin.server.rollout.webhook.Receiver;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.RolloutTransition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Delivery by a thread of its own: its begin, its end, and a store that goes away. */
class NotifierTest {
  @TempDir Path directory;
  private final Receiver receiver = new Receiver(Receiver.status(200, ""));

  @AfterEach
  void close() throws IOException {
    receiver.close();
  }

  private Notifier notifier(NoticeStore store) {
    return new Notifier(
        store.outbox,
        waiting ->
            Optional.of(new Notice(receiver.url(), "", RolloutTransition.getDefaultInstance())),
        new Webhooks("test-notices", Secrets.none(), InstantSource.system()),
        System::nanoTime);
  }

  private List<String> events() {
    return receiver.received().stream().map(request -> request.header("serin-event")).toList();
  }

  @Test
  void notifier_startedStoppedAndStarted_deliversWhileItIsStarted() throws Exception {
    try (NoticeStore store = new NoticeStore(new StoreConfig.Sqlite(directory.resolve("db")));
        Notifier notifier = notifier(store)) {
      store.run("run-1", 1, 0);
      notifier.wake();
      assertThat(notifier.status().waiting()).isZero();

      notifier.start();
      notifier.start();
      Await.until("the first", () -> notifier.status().delivered() == 1);
      store.move("run-1", 2, 0);
      notifier.wake();
      Await.until("the second", () -> notifier.status().delivered() == 2);
      notifier.stop();
      notifier.stop();
      store.move("run-1", 3, 0);
      assertThat(store.outbox.waiting().count()).isEqualTo(1);
      notifier.start();
      Await.until("the third", () -> notifier.status().delivered() == 3);

      assertThat(events()).containsExactly("run-1/1/0", "run-1/2/0", "run-1/3/0");
    }
  }

  @Test
  void notifier_thatAnErrorComesTo_deliversAllTheSame() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    NoticeSource source =
        waiting -> {
          if (asked.getAndIncrement() == 0) {
            throw new OutOfMemoryError("of a test");
          }
          return Optional.of(
              new Notice(receiver.url(), "", RolloutTransition.getDefaultInstance()));
        };
    try (NoticeStore store = new NoticeStore(new StoreConfig.Sqlite(directory.resolve("db")));
        Notifier notifier =
            new Notifier(
                store.outbox,
                source,
                new Webhooks("test-notices", Secrets.none(), InstantSource.system()),
                System::nanoTime)) {
      store.run("run-1", 1, 0);
      notifier.start();

      Await.until("it is delivered", () -> notifier.status().delivered() == 1);

      assertThat(events()).containsExactly("run-1/1/0");
    }
  }

  @Test
  void close_whileAReceiverHangs_endsAndTheNextDeliversAgain() throws Exception {
    try (NoticeStore store = new NoticeStore(new StoreConfig.Sqlite(directory.resolve("db")))) {
      receiver.behave(receiver.silence());
      store.run("run-1", 1, 0);
      Notifier first = notifier(store);
      first.start();
      Await.until("asked", () -> receiver.received().size() == 1);
      first.close();
      first.start();
      receiver.behave(Receiver.status(200, ""));

      try (Notifier next = notifier(store)) {
        next.start();
        Await.until("delivered", () -> next.status().delivered() == 1);
      }

      assertThat(events()).containsExactly("run-1/1/0", "run-1/1/0");
      assertThat(store.outbox.waiting().count()).isZero();
    }
  }

  @Test
  void note_whoseAnswerIsLost_isMadeAgainWithoutAnotherPost() throws Exception {
    try (LossyProxy proxy = new LossyProxy(PostgresServer.shared().freshDatabase());
        NoticeStore store = new NoticeStore(new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""));
        Notifier notifier = notifier(store)) {
      store.run("run-1", 2, 0);
      proxy.loseAnswer("DELETE FROM rollout_notification");

      notifier.start();
      Await.until("both", () -> notifier.status().delivered() == 2);

      assertThat(events()).containsExactly("run-1/1/0", "run-1/2/0");
    }
  }
}
