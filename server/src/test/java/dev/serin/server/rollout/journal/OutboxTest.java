package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.ORIGIN;
import static dev.serin.server.rollout.journal.JournalStore.move;
import static dev.serin.server.rollout.journal.JournalStore.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Notifications wait until their delivery is noted, on both stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class OutboxTest {
  private final TestStore kind;
  @TempDir Path directory;
  private JournalStore store;

  OutboxTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = new JournalStore(kind.fresh(directory));
    assertThat(
            store.journal.start(
                ORIGIN, move(0, "RUNNING", 1, 0, 2), request("start"), Alongside.NOTHING))
        .isEqualTo(new Written.Done(1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void notifications_ofAMove_areDueUntilTheyAreDone() {
    List<WaitingNotification> due = store.outbox.due(10);

    assertThat(due)
        .extracting(
            WaitingNotification::run,
            WaitingNotification::number,
            WaitingNotification::target,
            WaitingNotification::attempts)
        .containsExactly(tuple("run-1", 1L, 0, 0), tuple("run-1", 1L, 2, 0));
    assertThat(store.outbox.due(1)).hasSize(1);
    store.outbox.done(due.getFirst());
    store.outbox.done(due.getFirst());
    assertThat(store.outbox.due(10)).extracting(WaitingNotification::target).containsExactly(2);
  }

  @Test
  void notification_ofALaterEntry_comesWhenThoseBeforeItAreDone() {
    store.journal.command(move(1, "PAUSED", 1, 0), request("pause"), Alongside.NOTHING);
    WaitingNotification first = store.outbox.due(10).getFirst();
    store.outbox.failed(first, Duration.ofHours(1));

    assertThat(store.outbox.due(10)).extracting(WaitingNotification::target).containsExactly(2);
    assertThat(store.outbox.waiting().count()).isEqualTo(3);
    store.outbox.done(first);

    assertThat(store.outbox.due(10))
        .extracting(WaitingNotification::number, WaitingNotification::target)
        .containsExactlyInAnyOrder(tuple(1L, 2), tuple(2L, 0));
  }

  @Test
  void failed_once_isCountedOnceAndDueLater() {
    WaitingNotification first = store.outbox.due(10).getFirst();

    store.outbox.failed(first, Duration.ofHours(1));
    store.outbox.failed(first, Duration.ofHours(-1));

    assertThat(store.outbox.due(10)).extracting(WaitingNotification::target).containsExactly(2);
  }

  @Test
  void failed_andDueAgain_comesWithItsAttemptsAndAge() {
    WaitingNotification first = store.outbox.due(10).getFirst();

    store.outbox.failed(first, Duration.ofHours(-1));

    WaitingNotification again = store.outbox.due(1).getFirst();
    assertThat(again.target()).as("the longest due first").isZero();
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(again.ageMillis()).isGreaterThanOrEqualTo(first.ageMillis());
  }

  @Test
  void many_putOffAndDone_areSoWithoutACountedAttempt() {
    store.journal.command(move(1, "PAUSED", 1, 0), request("pause"), Alongside.NOTHING);
    List<WaitingNotification> both = store.outbox.due(10);

    store.outbox.putOff(both, Duration.ofHours(1));
    assertThat(store.outbox.due(10)).isEmpty();
    assertThat(store.outbox.waiting().count()).isEqualTo(3);
    store.outbox.putOff(both, Duration.ofHours(-1));
    assertThat(store.outbox.due(10)).extracting(WaitingNotification::attempts).containsOnly(0);

    store.outbox.done(both);
    assertThat(store.outbox.due(10))
        .extracting(WaitingNotification::number)
        .as("the next of the run")
        .containsExactly(2L);
  }
}
