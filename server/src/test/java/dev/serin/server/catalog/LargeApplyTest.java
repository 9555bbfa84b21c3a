package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static dev.serin.server.catalog.Samples.segmentId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TestProcess;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.Document;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** protocols.md 6: a large apply is written in slices and becomes current in one row. */
@ParameterizedClass
@EnumSource(TestStore.class)
class LargeApplyTest {
  private final TestStore store;
  @TempDir Path directory;

  LargeApplyTest(TestStore store) {
    this.store = store;
  }

  @Test
  void apply_tenThousandFeatures_isOneRevisionOfManyTransactions() {
    List<Long> transactions = Collections.synchronizedList(new ArrayList<>());
    TransactionObserver observer = (priority, nanos) -> transactions.add(nanos);
    Document[] documents = new Document[10_000];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = feature("feature-" + i, i % 101);
    }
    try (TestCatalog test = new TestCatalog(store.fresh(directory), observer)) {
      ApplyResult result = test.put(documents);

      assertThat(result.revision()).isEqualTo(2);
      assertThat(result.changes()).hasSize(10_000);
      assertThat(transactions).hasSizeGreaterThanOrEqualTo(10_000 / Slices.MAX_ROWS + 2);
      assertThat(test.catalog.states().current("default").source().features()).hasSize(10_000);
      assertThat(test.get(featureId("feature-9999")).getRevision()).isEqualTo(2);
      assertThat(test.put(documents).revision()).isEqualTo(2);
    }
  }

  @Test
  void apply_documentLargerThanSlice_isStoredWhole() {
    String[] values = new String[200_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = "user-" + i;
    }
    Document large = segment("large", values);
    assertThat(large.getSerializedSize()).isGreaterThan(4 * Slices.MAX_BYTES);
    StoreConfig config = store.fresh(directory);
    try (TestCatalog test = new TestCatalog(config)) {
      test.put(segment("small"), large, segment("other"));
    }

    try (TestCatalog test = new TestCatalog(config)) {
      assertThat(test.get(segmentId("large")).getDocument()).isEqualTo(large);
      assertThat(test.getAt(segmentId("large"), 2).getDocument()).isEqualTo(large);
      assertThat(test.keys()).containsExactly("segment/large", "segment/other", "segment/small");
    }
  }

  @Test
  void apply_processKilledHalfWay_leavesTheOldState() {
    StoreConfig config = store.fresh(directory);
    try (TestCatalog test = new TestCatalog(config)) {
      test.put(segment("old"));
    }
    try (TestProcess process = new TestProcess(HalfApply.class, arguments(config))) {
      process.awaitLine(HalfApply.HALF_WAY);
    }

    try (TestCatalog test = new TestCatalog(config)) {
      assertThat(test.keys()).containsExactly("segment/old");
      assertThat(test.revision()).isEqualTo(2);
      assertThat(test.history()).containsExactly("2 ann CREATED segment/old");
      assertThat(rows(test)).isPositive();
      assertThat(periods(test)).isPositive();

      // In a shared store it might still be written by a living process.
      test.clock.advance(ChangeWriter.ORPHAN_AGE.plus(Duration.ofDays(3_650)));
      assertThat(test.catalog.cleanOrphans()).isEqualTo(1);
      assertThat(rows(test)).isZero();
      assertThat(periods(test)).isZero();
      assertThat(test.put(HalfApply.documents()).revision()).isEqualTo(3);
      assertThat(periods(test)).isEqualTo(10 * Slices.MAX_ROWS);
    }
  }

  @Test
  void cleanOrphans_changesOfLivingProcesses_areLeft() {
    AtomicReference<TestCatalog> current = new AtomicReference<>();
    List<Integer> cleaned = Collections.synchronizedList(new ArrayList<>());
    List<Thread> cleaners = Collections.synchronizedList(new ArrayList<>());
    TransactionObserver observer =
        (priority, nanos) -> {
          TestCatalog test = current.get();
          if (test != null && cleaners.size() < 3) {
            // On a thread of its own: this one belongs to the store.
            Thread cleaner = new Thread(() -> cleaned.add(test.catalog.cleanOrphans()));
            cleaners.add(cleaner);
            cleaner.start();
          }
        };
    try (TestCatalog test = new TestCatalog(store.fresh(directory), observer)) {
      current.set(test);

      assertThat(test.put(HalfApply.documents()).changes()).hasSize(10 * Slices.MAX_ROWS);

      cleaners.forEach(LargeApplyTest::join);
      // Threads that look at the same moment may make more than three.
      assertThat(cleaned).hasSizeGreaterThanOrEqualTo(3).containsOnly(0);
      assertThat(test.keys()).hasSize(10 * Slices.MAX_ROWS);
    }
  }

  @Test
  void kill_betweenSlices_isNotDelayedAndDoesNotStopTheApply() {
    AtomicReference<TestCatalog> current = new AtomicReference<>();
    AtomicReference<KillResult> killed = new AtomicReference<>();
    List<Thread> killers = Collections.synchronizedList(new ArrayList<>());
    TransactionObserver observer =
        (priority, nanos) -> {
          TestCatalog test = current.get();
          if (test != null && priority == Priority.CATALOG && killers.isEmpty()) {
            Thread killer =
                new Thread(
                    () -> killed.set(test.catalog.kill("default", "live", TestCatalog.NOTE)));
            killers.add(killer);
            killer.start();
            if (store == TestStore.POSTGRESQL) {
              // There the apply and the kill do not share a thread, so the kill can be waited for.
              join(killer);
            } else {
              awaitInLine(killer);
            }
          }
        };
    try (TestCatalog test = new TestCatalog(store.fresh(directory), observer)) {
      test.put(feature("live"));
      current.set(test);

      ApplyResult result = test.put(HalfApply.documents());

      killers.forEach(LargeApplyTest::join);
      assertThat(killed.get()).isEqualTo(new KillResult(3, true));
      assertThat(result.revision()).isEqualTo(4);
      assertThat(test.get(featureId("live")).getKilled()).isTrue();
      assertThat(test.keys()).hasSize(10 * Slices.MAX_ROWS + 1);
    }
  }

  private static long rows(TestCatalog test) {
    return test.database.read(
        handle ->
            handle
                .createQuery("SELECT count(*) FROM document_version WHERE key LIKE 'new-%'")
                .mapTo(Long.class)
                .one());
  }

  private static long periods(TestCatalog test) {
    return test.database.read(
        handle -> handle.createQuery("SELECT count(*) FROM split_period").mapTo(Long.class).one());
  }

  private static String[] arguments(StoreConfig config) {
    return switch (config) {
      case StoreConfig.Sqlite sqlite -> new String[] {"sqlite", sqlite.file().toString()};
      case StoreConfig.Postgres postgres -> new String[] {"postgresql", postgres.url()};
    };
  }

  /** Until a thread waits for its turn to write; else the apply may be over before it comes. */
  private static void awaitInLine(Thread thread) {
    while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
