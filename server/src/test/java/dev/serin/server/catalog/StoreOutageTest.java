package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.Snapshot;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * protocols.md 7: a store that goes away and comes back; the last good snapshot goes on serving.
 */
class StoreOutageTest {
  private final PostgresServer server = PostgresServer.shared();
  @TempDir Path directory;

  @AfterEach
  void bringBack() {
    server.start();
  }

  private StoreConfig database() {
    return TestStore.POSTGRESQL.fresh(directory);
  }

  private Path snapshots() {
    return directory.resolve("snapshots");
  }

  @Test
  void store_stoppedAndStarted_readsGoOnWritesAreRefusedThenAllWorks() {
    try (Refreshing served = new Refreshing(database(), snapshots()).awaitReady()) {
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());

      server.stop();

      ApiException refused = CatalogApplyTest.refused(() -> served.test.put(feature("search")));
      assertThat(refused.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
      assertThat(refused.retryAfter()).isNotNull();
      assertThat(
              CatalogApplyTest.refused(
                      () -> served.test.catalog.kill("default", "checkout", TestCatalog.NOTE))
                  .reason())
          .isEqualTo(ErrorReason.STORE_UNAVAILABLE);
      assertThat(CatalogApplyTest.refused(served.test::keys).reason())
          .isEqualTo(ErrorReason.STORE_UNAVAILABLE);
      served.awaitStore(false);
      served.nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(90));
      assertThat(served.features()).containsExactly("checkout");
      assertThat(served.cache.ready()).isTrue();
      assertThat(served.refresher.status().storeError()).startsWith("store: cannot be reached");
      assertThat(served.status("default").ageMillis()).isEqualTo(90_000);
      assertThat(served.status("default").fromDisk()).isFalse();

      server.start();

      served.awaitStore(true);
      served.await(() -> served.status("default").ageMillis() == 0);
      served.awaitRevision("default", served.test.put(feature("search")).revision());
      assertThat(served.features()).containsExactly("checkout", "search");
    }
  }

  @Test
  void store_stoppedWhileANamespaceIsBroken_othersStayWhatTheyAre() {
    SnapshotPreparation<Snapshot> preparation =
        (snapshot, previous) -> {
          if (snapshot.namespace().equals("default")) {
            throw new IllegalStateException("no room");
          }
          return snapshot;
        };
    try (Refreshing served =
        new Refreshing(database(), snapshots(), SnapshotRefresher.POLL_INTERVAL, preparation)) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", 1);
      served.await(() -> Files.exists(snapshots().resolve("shop.snapshot")));

      server.stop();

      served.awaitStore(false);
      assertThat(served.status("shop").fromDisk()).isFalse();
    }
  }

  @Test
  void start_withoutStore_ignoresSnapshotsOfAnotherStore() {
    try (Refreshing served = new Refreshing(database(), snapshots()).awaitReady()) {
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
    }
    StoreConfig other = database();
    server.stop();

    try (Refreshing served = new Refreshing(other, snapshots())) {
      served.awaitStore(false);
      assertThat(served.cache.namespaces()).isEmpty();
      assertThat(served.cache.ready()).isFalse();

      server.start();

      served.awaitReady();
      assertThat(served.features()).isEmpty();
    }
  }

  @Test
  void start_storeMadeAnewAtTheAddress_removesSnapshotsOfTheOldOne() throws Exception {
    String url = server.freshDatabase();
    StoreConfig config = new StoreConfig.Postgres(url, "", "");
    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", served.test.put("shop", feature("checkout")).revision());
    }
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }

    new Refreshing(config, snapshots()).awaitReady().close();
    server.stop();

    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      assertThat(served.cache.namespaces()).containsExactly("default");
      assertThat(served.features()).isEmpty();
    }
  }

  @Test
  void start_withoutStore_servesFromDiskUntilItIsBack() {
    StoreConfig config = database();
    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", served.test.put("shop", feature("checkout")).revision());
    }
    server.stop();

    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      assertThat(served.cache.namespaces()).containsExactly("default", "shop");
      SnapshotHolding<Snapshot> holding = served.holding("shop");
      assertThat(holding).isNotNull();
      assertThat(holding.revision()).isEqualTo(2);
      assertThat(holding.silentMillis(served.nanoTime.get())).isEqualTo(Long.MAX_VALUE);
      served.test.clock.advance(Duration.ofSeconds(30));
      assertThat(served.status("shop")).isEqualTo(new NamespaceStatus("shop", 2, 30_000, true, ""));
      assertThat(CatalogApplyTest.refused(() -> served.test.put(feature("search"))).reason())
          .isEqualTo(ErrorReason.STORE_UNAVAILABLE);

      server.start();

      served.await(() -> holding.silentMillis(served.nanoTime.get()) == 0);
      assertThat(served.status("shop").fromDisk()).isFalse();
      served.awaitRevision("shop", served.test.put("shop", feature("search")).revision());
      assertThat(served.served("shop").features()).hasSize(2);
    }
  }

  @Test
  void start_withoutStoreForTheFirstTime_isReadyWhenItCame() {
    StoreConfig config = database();
    server.stop();

    try (Refreshing served = new Refreshing(config, snapshots())) {
      served.awaitStore(false);
      assertThat(served.cache.ready()).isFalse();
      assertThat(served.cache.get("default")).isNull();

      server.start();

      // The tables are made by the first who reaches the store.
      served.awaitReady();
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
    }
  }

  @Test
  void start_withoutStoreAndWithDamagedSnapshot_isNotReadyAndServesTheOthers() throws IOException {
    StoreConfig config = database();
    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", 1);
    }
    Path shop = snapshots().resolve("shop.snapshot");
    byte[] bytes = Files.readAllBytes(shop);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shop, bytes);
    server.stop();

    try (Refreshing served = new Refreshing(config, snapshots())) {
      served.await(() -> served.cache.get("default") != null);
      served.awaitStore(false);
      assertThat(served.cache.namespaces()).containsExactly("default");
      assertThat(served.cache.ready()).isFalse();

      server.start();

      served.awaitReady();
      assertThat(served.cache.namespaces()).containsExactly("default", "shop");
    }
  }

  @Test
  void start_withoutStore_ignoresNamespacesDeletedWhileItWasStopped() throws IOException {
    StoreConfig config = database();
    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      served.test.catalog.createNamespace("shop", TestCatalog.NOTE);
      served.awaitRevision("shop", 1);
    }
    try (TestCatalog other = new TestCatalog(config)) {
      other.catalog.deleteNamespace("shop", TestCatalog.NOTE);
    }
    Files.writeString(snapshots().resolve("older.snapshot"), "of a form nobody reads any more");

    new Refreshing(config, snapshots()).awaitReady().close();
    server.stop();

    try (Refreshing served = new Refreshing(config, snapshots()).awaitReady()) {
      assertThat(served.cache.namespaces()).containsExactly("default");
    }
  }

  @Test
  void store_frozen_changesArriveAfterIt() {
    try (Refreshing served = new Refreshing(database(), snapshots()).awaitReady()) {
      server.pause();
      try {
        assertThat(CatalogApplyTest.refused(() -> served.test.put(feature("search"))).reason())
            .isEqualTo(ErrorReason.STORE_UNAVAILABLE);
        assertThat(served.features()).isEmpty();
      } finally {
        server.resume();
      }
      served.awaitStore(true);
      served.awaitRevision("default", served.test.put(feature("checkout")).revision());
      assertThat(served.features()).contains("checkout");
    }
  }
}
