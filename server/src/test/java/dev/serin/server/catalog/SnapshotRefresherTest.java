package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureFor;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Snapshot;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TestStore;
import dev.serin.v1.Document;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestStore.class)
class SnapshotRefresherTest {
  /** Polling that never comes: only signals are left. */
  private static final Duration NO_POLLING = Duration.ofDays(1);

  private final TestStore store;
  @TempDir Path directory;

  SnapshotRefresherTest(TestStore store) {
    this.store = store;
  }

  private Refreshing open() {
    return new Refreshing(store.fresh(directory), snapshots());
  }

  private Path snapshots() {
    return directory.resolve("snapshots");
  }

  private Refreshing openWithoutPolling() {
    return new Refreshing(
        store.fresh(directory), snapshots(), NO_POLLING, (snapshot, previous) -> snapshot);
  }

  @Test
  void cache_ready_holdsEveryNamespace() {
    StoreConfig config = store.fresh(directory);
    try (TestCatalog test = new TestCatalog(config)) {
      test.catalog.createNamespace("shop", TestCatalog.NOTE);
      test.put("shop", feature("checkout"));
    }
    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      assertThat(served.cache.namespaces()).containsExactly("default", "shop");
      assertThat(served.served("shop").revision()).isEqualTo(2);
      assertThat(served.served("shop").feature("checkout")).isNotNull();
      assertThat(served.features()).isEmpty();
      assertThat(served.cache.get("gone")).isNull();
      assertThat(served.cache.holding("gone")).isNull();
    }
  }

  @Test
  void change_signalled_isServedWithoutPolling() {
    try (Refreshing served = openWithoutPolling().awaitReady()) {
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
      assertThat(served.features()).containsExactly("checkout");

      served.awaitRevision(
          "default", served.test.catalog.kill("default", "checkout", TestCatalog.NOTE).revision());
      assertThat(served.served("default").source().features().get("checkout"))
          .matches(source -> source != null && source.killed());

      served.awaitRevision("default", served.test.archive("checkout").revision());
      assertThat(served.features()).isEmpty();
    }
  }

  @Test
  void change_withoutSignal_isFoundByPolling() {
    try (Refreshing served = open().awaitReady()) {
      served.test.put(feature("checkout"));
      served.awaitRevision("default", 2);
      // As another tool might: nobody is told.
      served.test.database.execute(
          Priority.CATALOG,
          handle -> {
            handle.execute(
                "INSERT INTO change_set (apply_id, namespace, revision, actor, reason, source,"
                    + " time) VALUES (7, 'default', 3, 'eve', '', 1, 0)");
            handle.execute(
                "INSERT INTO document_version (apply_id, seq, namespace, kind, key, operation,"
                    + " parts) VALUES (7, 0, 'default', 'feature', 'checkout', 'delete', 0)");
            handle.execute("UPDATE namespace SET revision = 3, head = 7 WHERE name = 'default'");
          });

      served.awaitRevision("default", 3);

      assertThat(served.features()).isEmpty();
    }
  }

  @Test
  void change_ofOneFeature_keepsTheOthersCompiled() {
    try (Refreshing served = openWithoutPolling().awaitReady()) {
      served.awaitRevision(
          "default",
          served.test.put(segment("beta"), featureFor("a", "beta"), feature("b")).revision());
      CompiledFeature a = served.served("default").feature("a");

      served.awaitRevision("default", served.test.put(feature("b", 50)).revision());

      assertThat(served.served("default").feature("a")).isSameAs(a);
      assertThat(served.served("default").feature("b"))
          .matches(feature -> feature != null && feature.revision() == 3);
    }
  }

  @Test
  void namespace_createdAndDeleted_comesAndGoes() {
    try (Refreshing served = openWithoutPolling().awaitReady()) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", 1);
      SnapshotHolding<Snapshot> holding = served.holding("shop");
      assertThat(holding).isNotNull();
      assertThat(holding.namespace()).isEqualTo("shop");

      served.test.catalog.deleteNamespace("shop", TestCatalog.NOTE);
      // The last thing that happens to it: whoever kept the place looks there.
      served.await(() -> holding.snapshot() == null);

      assertThat(served.cache.get("shop")).isNull();
      assertThat(served.cache.namespaces()).containsExactly("default");
    }
  }

  @Test
  void age_withoutConfirmation_grows() {
    try (Refreshing served = open().awaitReady()) {
      SnapshotHolding<Snapshot> holding = served.holding("default");
      assertThat(holding).isNotNull();
      assertThat(holding.silentMillis(served.nanoTime.get())).isZero();
      long later = TimeUnit.SECONDS.toNanos(7);
      assertThat(holding.silentMillis(later)).isEqualTo(7_000);

      served.nanoTime.set(later);
      served.await(() -> holding.silentMillis(later) == 0);
      assertThat(served.status("default"))
          .isEqualTo(new NamespaceStatus("default", 1, 0, false, ""));
    }
  }

  @Test
  void preparation_thatFails_leavesTheLastGoodSnapshotAndIsTriedAgain() {
    AtomicBoolean broken = new AtomicBoolean();
    SnapshotPreparation<Snapshot> preparation =
        (snapshot, previous) -> {
          if (broken.get()) {
            throw new IllegalStateException("no room for " + snapshot.revision());
          }
          return snapshot;
        };
    try (Refreshing served =
        new Refreshing(
            store.fresh(directory), snapshots(), SnapshotRefresher.POLL_INTERVAL, preparation)) {
      served.awaitReady();
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
      broken.set(true);
      served.test.put(feature("search"));

      served.await(() -> !served.status("default").lastError().isEmpty());
      assertThat(served.status("default").lastError()).isEqualTo("revision 3: no room for 3");
      assertThat(served.features()).containsExactly("checkout");
      assertThat(served.cache.ready()).isTrue();

      broken.set(false);
      served.awaitRevision("default", 3);
      assertThat(served.status("default").lastError()).isEmpty();
      assertThat(served.features()).containsExactly("checkout", "search");
    }
  }

  @Test
  void preparation_previous_isWhatWasServedBefore() {
    List<String> calls = new CopyOnWriteArrayList<>();
    SnapshotPreparation<Snapshot> preparation =
        (snapshot, previous) -> {
          calls.add((previous == null ? 0 : previous.revision()) + " -> " + snapshot.revision());
          return snapshot;
        };
    try (Refreshing served =
        new Refreshing(store.fresh(directory), snapshots(), NO_POLLING, preparation)) {
      served.awaitReady();
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
    }
    assertThat(calls).containsExactly("0 -> 1", "1 -> 2");
  }

  @Test
  void store_setBackToEarlierState_isLoadedAnew() {
    try (Refreshing served = open().awaitReady()) {
      served.test.put(feature("a"));
      served.test.put(feature("b"));
      served.awaitRevision("default", 3);
      assertThat(served.test.keys()).containsExactly("feature/a", "feature/b");
      // As a restored copy would: revision 3 was made by another change.
      served.test.database.execute(
          Priority.CATALOG,
          handle -> {
            handle.execute("UPDATE document_version SET key = 'c' WHERE key = 'b'");
            handle.execute(
                "UPDATE document_version SET body = (SELECT v.body FROM document_version v"
                    + " WHERE v.key = 'a') WHERE key = 'c'");
            handle.execute("UPDATE namespace SET head = 5 WHERE name = 'default'");
          });

      served.await(() -> served.served("default").source().features().containsKey("c"));

      assertThat(served.test.catalog.states().current("default").documents().keySet())
          .containsExactly(featureId("a"), featureId("c"));
    }
  }

  @Test
  void close_always_savesTheLastSnapshot() throws Exception {
    String address;
    try (Refreshing served = open().awaitReady()) {
      address = served.test.database.address();
      served.awaitRevision(
          "default", served.test.put(segment("beta"), featureFor("a", "beta")).revision());
    }
    SnapshotFiles.Saved saved = new SnapshotFiles(snapshots(), address).load("default");
    assertThat(saved.source().revision()).isEqualTo(2);
    assertThat(saved.source().features()).containsOnlyKeys("a");
    assertThat(saved.source().segments()).containsOnlyKeys("beta");
    try (var files = Files.list(snapshots())) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactly("default.snapshot");
    }
  }

  @Test
  void change_ofOneInTenThousandFeatures_costsLessThanTenthOfSecond() {
    Document[] documents = new Document[10_000];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = feature("feature-" + i, i % 101);
    }
    try (Refreshing served =
        Refreshing.likeInProduction(store.fresh(directory), snapshots()).awaitReady()) {
      served.awaitRevision("default", served.test.put(documents).revision());
      long leastCpuNanos = Long.MAX_VALUE;
      long leastNanos = Long.MAX_VALUE;
      for (int round = 0; round < 30; round++) {
        long cpuBefore = cpuNanos();
        long before = System.nanoTime();
        served.awaitRevision(
            "default", served.test.put(feature("feature-77", 30 + round)).revision());
        leastNanos = Math.min(leastNanos, System.nanoTime() - before);
        leastCpuNanos = Math.min(leastCpuNanos, cpuNanos() - cpuBefore);
      }
      System.out.printf(
          "%s: from apply to served at best %.1f ms, %.1f ms of CPU%n",
          store, leastNanos / 1e6, leastCpuNanos / 1e6);
      // CPU time of all threads, because the machine may be doing something else.
      assertThat(Duration.ofNanos(leastCpuNanos)).isLessThan(Duration.ofMillis(100));
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
