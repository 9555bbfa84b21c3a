package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.bytes;
import static dev.serin.server.rollout.journal.JournalStore.move;
import static dev.serin.server.rollout.journal.JournalStore.moveOf;
import static dev.serin.server.rollout.journal.JournalStore.origin;
import static dev.serin.server.rollout.journal.JournalStore.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What was seen of runs by minute, and where they stood, on both stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class SlotRowsTest {
  private final TestStore kind;
  @TempDir Path directory;
  private JournalStore store;
  private Journal journal;

  SlotRowsTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = new JournalStore(kind.fresh(directory));
    journal = store.journal;
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static KeptSlot slot(String run, long minute, int looks, String verdict) {
    return new KeptSlot(run, minute, looks, bytes(verdict));
  }

  @Test
  void slots_writtenAgainUnderTheSameLease_areReplaced() {
    Fence fence = store.lease();

    assertThat(journal.keepSlots(List.of(slot("a", 7, 5, "first")), fence)).isTrue();
    assertThat(
            journal.keepSlots(
                List.of(slot("a", 7, 60, "last"), slot("a", 8, 1, "next"), slot("b", 7, 9, "b")),
                fence))
        .isTrue();

    assertThat(journal.slots("a", 7, 9))
        .containsExactly(slot("a", 7, 60, "last"), slot("a", 8, 1, "next"));
    assertThat(journal.slots("a", 8, 9)).containsExactly(slot("a", 8, 1, "next"));
    assertThat(journal.slots("a", 0, 7)).isEmpty();
    assertThat(journal.slots("b", 0, 100)).containsExactly(slot("b", 7, 9, "b"));
  }

  @Test
  void slots_ofAMinuteInWhichTheLeaseChangesHands_areAddedUp() {
    Fence first = store.lease();
    journal.keepSlots(List.of(slot("a", 7, 20, "of the first")), first);
    store.silentFor(2 * ControllerLease.SILENCE.toMillis());
    Fence second = store.second.take().orElseThrow();

    assertThat(journal.keepSlots(List.of(slot("a", 7, 30, "of the second")), second)).isTrue();
    assertThat(journal.keepSlots(List.of(slot("a", 7, 99, "too late")), first)).isFalse();

    assertThat(journal.slots("a", 7, 8)).containsExactly(slot("a", 7, 50, "of the second"));
  }

  @Test
  void slots_beforeAMinute_areForgottenTheOldestFirst() {
    journal.keepSlots(
        List.of(slot("a", 9, 1, ""), slot("b", 6, 1, ""), slot("a", 7, 1, ""), slot("a", 8, 1, "")),
        store.lease());

    assertThat(journal.forgetSlots(9, 2)).isEqualTo(2);
    assertThat(journal.slots("b", 0, 100)).isEmpty();
    assertThat(journal.slots("a", 0, 100)).extracting(KeptSlot::minute).containsExactly(8L, 9L);
    assertThat(journal.forgetSlots(9, 2)).isEqualTo(1);
    assertThat(journal.slots("a", 0, 100)).extracting(KeptSlot::minute).containsExactly(9L);
  }

  @Test
  void runs_onAFeature_areThoseThatAreActiveOrWere() {
    store.start();
    journal.command(move(1, "COMPLETED", 1), request("end"), Alongside.NOTHING);
    journal.start(
        origin("run-2", "half"),
        moveOf("run-2", 0, "RUNNING", 1),
        request("again"),
        Alongside.NOTHING);

    assertThat(journal.onFeature("default", "new-checkout", 2_000))
        .containsExactly("run-1", "run-2");
    assertThat(journal.onFeature("default", "new-checkout", 2_001)).containsExactly("run-2");
    assertThat(journal.onFeature("default", "other", 0)).isEmpty();
    assertThat(journal.onFeature("other", "new-checkout", 0)).isEmpty();
  }

  @Test
  void moments_ofALog_areItsEntriesBeforeATime() {
    store.start();
    journal.command(move(1, "PAUSED", 1), request("pause"), Alongside.NOTHING);

    assertThat(journal.moments("run-1", 2_001))
        .containsExactly(
            new StoredMoment(1_000, "RUNNING", 1, bytes("event 0")),
            new StoredMoment(2_000, "PAUSED", 1, bytes("event 1")));
    assertThat(journal.moments("run-1", 2_000)).hasSize(1);
  }
}
