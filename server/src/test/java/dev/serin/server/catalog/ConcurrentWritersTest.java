package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two catalogs over one store, as two replicas have them; over SQLite they share the process. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ConcurrentWritersTest {
  private static final int ROUNDS = 15;
  private static final long LIMIT_SECONDS = 60;

  private final TestStore store;
  private final ExecutorService threads = Executors.newFixedThreadPool(3);
  @TempDir Path directory;
  private TestCatalog one;
  private TestCatalog two;

  ConcurrentWritersTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    StoreConfig config = store.fresh(directory);
    one = new TestCatalog(config);
    two =
        switch (store) {
          case SQLITE -> new TestCatalog(one.database);
          case POSTGRESQL -> new TestCatalog(Database.open(config, TransactionObserver.NONE));
        };
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    two.close();
    one.close();
  }

  @Test
  void apply_twoAtOnceExpectingOneRevision_oneWinsAndOneIsRefused() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long expected = one.revision();
      String key = "s" + round;
      List<Object> outcomes =
          atOnce(
              () -> outcome(() -> put(one, segment(key, "one"), OptionalLong.of(expected))),
              () -> outcome(() -> put(two, segment(key, "two"), OptionalLong.of(expected))));

      assertThat(outcomes)
          .as("round %d", round)
          .containsExactlyInAnyOrder(expected + 1, ErrorReason.REVISION_CONFLICT);
      String winner = outcomes.get(0) instanceof Long ? "one" : "two";
      assertThat(one.get(Samples.segmentId(key)).getDocument().getSegment().getIncludedList())
          .containsExactly(winner);
    }
  }

  @Test
  void apply_twoAtOnceExpectingNothing_bothAreApplied() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long before = one.revision();
      String key = "s" + round;
      List<Object> outcomes =
          atOnce(
              () -> outcome(() -> put(one, segment(key + "-one"), OptionalLong.empty())),
              () -> outcome(() -> put(two, segment(key + "-two"), OptionalLong.empty())));

      assertThat(outcomes).as("round %d", round).containsExactlyInAnyOrder(before + 1, before + 2);
    }
    assertThat(two.keys()).hasSize(2 * ROUNDS);
    assertThat(one.keys()).isEqualTo(two.keys());
  }

  @Test
  void kill_whileOthersApply_alwaysWorks() throws Exception {
    one.put(feature("checkout", 1));
    for (int round = 0; round < ROUNDS; round++) {
      int percent = 2 + round;
      List<Object> outcomes =
          atOnce(
              () -> outcome(() -> one.put(feature("checkout", percent)).revision()),
              () -> outcome(() -> two.put(segment("s" + percent)).revision()),
              () -> outcome(() -> kill(two, percent % 2 == 0)));

      assertThat(outcomes).as("round %d", round).allMatch(outcome -> outcome instanceof Long);
      assertThat(outcomes).doesNotHaveDuplicates();
      assertThat(one.get(featureId("checkout")).getKilled()).isEqualTo(percent % 2 == 0);
    }
  }

  private static long kill(TestCatalog test, boolean set) {
    KillResult result =
        set
            ? test.catalog.kill("default", "checkout", TestCatalog.NOTE)
            : test.catalog.revive("default", "checkout", TestCatalog.NOTE);
    assertThat(result.changed()).isTrue();
    return result.revision();
  }

  private static long put(TestCatalog test, Document document, OptionalLong expected) {
    return test.catalog
        .apply(
            new ApplyCommand(
                "default",
                TestCatalog.puts(document),
                expected,
                false,
                TestCatalog.NOTE,
                ChangeSource.CHANGE_SOURCE_API))
        .revision();
  }

  /** The revision, or the reason why there is none. */
  private static Object outcome(Callable<Long> call) throws Exception {
    try {
      return call.call();
    } catch (ApiException e) {
      return e.reason();
    }
  }

  @SafeVarargs
  private List<Object> atOnce(Callable<Object>... calls) throws Exception {
    CyclicBarrier start = new CyclicBarrier(calls.length);
    List<Future<Object>> running = new ArrayList<>();
    for (Callable<Object> call : calls) {
      running.add(
          threads.submit(
              () -> {
                start.await(LIMIT_SECONDS, TimeUnit.SECONDS);
                return call.call();
              }));
    }
    List<Object> outcomes = new ArrayList<>();
    for (Future<Object> call : running) {
      outcomes.add(call.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }
    return outcomes;
  }
}
