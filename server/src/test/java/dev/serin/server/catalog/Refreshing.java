package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Snapshot;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A catalog whose snapshots are served: what one server does, without its ports. */
final class Refreshing implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SAVE_DELAY = Duration.ofMillis(1);

  final TestCatalog test;
  final SnapshotCache<Snapshot> cache = new SnapshotCache<>();
  final SnapshotRefresher<Snapshot> refresher;

  /** Of a replica that is not known before {@link #live} says so. */
  final ServedRevisions revisions;

  private final long incarnation = new SecureRandom().nextLong();

  /** The monotonic clock that ages are measured by; stands still until it is told. */
  final AtomicLong nanoTime = new AtomicLong();

  Refreshing(StoreConfig config, Path snapshots) {
    this(config, snapshots, SnapshotRefresher.POLL_INTERVAL, (snapshot, previous) -> snapshot);
  }

  /** As in production. */
  static Refreshing likeInProduction(StoreConfig config, Path snapshots) {
    return new Refreshing(
        config,
        snapshots,
        SnapshotRefresher.POLL_INTERVAL,
        SnapshotSaver.DELAY,
        (snapshot, previous) -> snapshot);
  }

  Refreshing(
      StoreConfig config,
      Path snapshots,
      Duration pollInterval,
      SnapshotPreparation<Snapshot> preparation) {
    this(config, snapshots, pollInterval, SAVE_DELAY, preparation);
  }

  private Refreshing(
      StoreConfig config,
      Path snapshots,
      Duration pollInterval,
      Duration saveDelay,
      SnapshotPreparation<Snapshot> preparation) {
    test = new TestCatalog(config, TransactionObserver.NONE);
    revisions = new ServedRevisions(test.database, incarnation);
    refresher =
        new SnapshotRefresher<>(
            test.catalog,
            test.database,
            cache,
            preparation,
            revisions,
            snapshots,
            test.clock,
            nanoTime::get,
            pollInterval,
            saveDelay);
    refresher.start();
  }

  Refreshing awaitReady() {
    await(cache::ready);
    return this;
  }

  /** Says that this replica lives, as the ledger of outcomes does. */
  Refreshing live() {
    Replicas.add(test.database, incarnation);
    return this;
  }

  /** Waits for what the refresher brings about. */
  void await(BooleanSupplier condition) {
    try {
      assertThat(refresher.await(condition, LIMIT)).as("within %s", LIMIT).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitRevision(String namespace, long revision) {
    await(
        () -> {
          SnapshotHolding<Snapshot> holding = cache.holding(namespace);
          return holding != null && holding.revision() >= revision;
        });
  }

  /** Waits until the store was found away, or back. */
  void awaitStore(boolean reachable) {
    await(() -> refresher.status().storeError().isEmpty() == reachable);
  }

  Snapshot served(String namespace) {
    Snapshot snapshot = cache.get(namespace);
    assertThat(snapshot).as(namespace).isNotNull();
    return snapshot;
  }

  List<String> features() {
    return served("default").features().stream().map(CompiledFeature::key).toList();
  }

  NamespaceStatus status(String namespace) {
    return refresher.status().namespaces().stream()
        .filter(status -> status.namespace().equals(namespace))
        .findFirst()
        .orElseThrow();
  }

  @Nullable SnapshotHolding<Snapshot> holding(String namespace) {
    return cache.holding(namespace);
  }

  @Override
  public void close() {
    refresher.close();
    test.close();
  }
}
