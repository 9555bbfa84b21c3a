package dev.serin.server;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.DirectoryStatus;
import dev.serin.server.catalog.DirectoryWatcher;
import dev.serin.server.catalog.FeatureServiceAdapter;
import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.RefresherStatus;
import dev.serin.server.catalog.ServedRevisions;
import dev.serin.server.catalog.SnapshotCache;
import dev.serin.server.catalog.SnapshotRefresher;
import dev.serin.server.decision.CachedSnapshots;
import dev.serin.server.decision.CallInputs;
import dev.serin.server.decision.DecisionServiceAdapter;
import dev.serin.server.decision.EvaluateCalls;
import dev.serin.server.decision.ServedSnapshot;
import dev.serin.server.decision.ServedSnapshots;
import dev.serin.server.decision.WarmUp;
import dev.serin.server.http.HttpPort;
import dev.serin.server.http.Readiness;
import dev.serin.server.http.UnaryServices;
import dev.serin.server.outcome.Outcomes;
import dev.serin.server.outcome.OutcomesStatus;
import dev.serin.server.report.AnalysisServiceAdapter;
import dev.serin.server.report.Exports;
import dev.serin.server.report.VariantMeters;
import dev.serin.server.rollout.control.ControllerStatus;
import dev.serin.server.rollout.control.RunCatalog;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.ProcessLock;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.telemetry.CallMeters;
import dev.serin.server.telemetry.Metrics;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.OutcomeServiceGrpc;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: the one place where everything is wired.
 *
 * <p>{@link #start} returns when it serves; {@link #close} drains and gives everything back.
 */
public final class SerinServer implements AutoCloseable {
  /** How long a start waits for namespaces; without them it goes on and answers NOT_READY. */
  private static final Duration READY_WAIT = Duration.ofSeconds(5);

  /** How long the call path is warmed up, where the store is not what takes longest. */
  private static final Duration WARM_UP = Duration.ofMillis(300);

  /** Milliseconds that calls may take to hear that they were ended. */
  private static final long END_MILLIS = 500;

  private static final Logger log = LoggerFactory.getLogger(SerinServer.class);

  private final ServerConfig config;
  private final Closeables parts;
  private final SnapshotRefresher<ServedSnapshot> refresher;
  private final OpenCalls open = new OpenCalls();
  private final Outcomes outcomes;
  private final Exports exports;
  private final LiveRollouts rollouts;
  private final HealthWatch health;
  private final GrpcPort grpc;
  private final HttpPort http;
  private @Nullable DirectoryWatcher watcher;
  private volatile boolean serving;
  private volatile boolean stopping;

  private SerinServer(ServerConfig config, Runnable retired, Closeables parts) {
    this.config = config;
    this.parts = parts;
    InstantSource clock = InstantSource.system();
    // Beside the opening of the store, which waits for the disk.
    CompletableFuture<Void> warm =
        CompletableFuture.runAsync(() -> WarmUp.run(WARM_UP), SerinServer::beside);
    parts.add(owned(config.dataDirectory()));
    Metrics metrics = parts.add(new Metrics());
    Database database =
        parts.add(Database.open(storeConfig(config), new StoreMeters(metrics.registry())));
    SecureRandom random = new SecureRandom();
    long incarnation = random.nextLong();
    ServedRevisions revisions = new ServedRevisions(database, incarnation);
    Catalog catalog = new Catalog(database, PlanReader::violations, clock, random);
    SnapshotCache<ServedSnapshot> cache = new SnapshotCache<>();
    refresher =
        parts.add(
            new SnapshotRefresher<>(
                catalog,
                database,
                cache,
                ServedSnapshot::prepare,
                revisions,
                config.dataDirectory().resolve("snapshots"),
                clock,
                System::nanoTime));
    refresher.start();
    ServedSnapshots snapshots = new CachedSnapshots(cache, System::nanoTime);
    new SnapshotMeters(refresher::status, snapshots).register(metrics);
    cache.register(metrics.registry());
    outcomes =
        parts.add(
            new Outcomes(
                database,
                new SnapshotsOfCache(cache),
                metrics,
                clock,
                incarnation,
                config.ingestThreads(),
                config.outcomes(),
                retired));
    outcomes.start();
    exports = parts.add(new Exports(outcomes.committed()));
    exports.register(metrics);
    var variants = parts.add(new VariantMeters(new ServedReports(snapshots), outcomes::ask, clock));
    variants.register(metrics);
    variants.start();
    rollouts =
        parts.add(
            new LiveRollouts(
                config,
                database,
                catalog,
                RunCatalog.of(catalog, revisions::awaited),
                outcomes,
                clock,
                random,
                incarnation,
                metrics));
    var decisions =
        new DecisionServiceAdapter(
            snapshots, CallInputs.ofProcess(), outcomes.exposures().shared());
    decisions.register(metrics.registry());

    Workers workers = parts.add(new Workers(config));
    workers.register(metrics.registry());
    Services services =
        new Services(
            new OffLoopCalls(workers::of, Workers::requestBytesMax),
            open,
            metrics.calls(),
            List.of(
                decisions,
                new FeatureServiceAdapter(catalog, revisions),
                outcomes.service(),
                rollouts.service(),
                new AnalysisServiceAdapter(
                    new ServedReports(snapshots),
                    outcomes::ask,
                    exports,
                    rollouts::verdict,
                    rollouts.slots()::of,
                    clock)),
            onLoop(snapshots, metrics.calls()));

    health = parts.add(new HealthWatch(refresher::status));
    // Beside the loading of the namespaces: most of what is loaded for a start is loaded for HTTP.
    CompletableFuture<HttpPort> opening =
        CompletableFuture.supplyAsync(
            () -> openHttp(metrics, new UnaryServices(services.overHttp()), workers),
            SerinServer::beside);
    parts.add(() -> opening.thenAccept(HttpPort::close).exceptionally(failed -> null).join());
    awaitReady();
    config.documents().ifPresent(directory -> watch(directory, catalog, clock));
    warm.join();
    var overGrpc = new ArrayList<>(services.overGrpc());
    overGrpc.add(ServerInterceptors.intercept(health.service(), open));
    grpc = parts.add(GrpcPort.open(config, overGrpc));
    health.start();
    http = join(opening);
    serving = true;
    rollouts.start();
  }

  /** The methods that are served as bytes, and meter themselves. */
  private List<ServerMethodDefinition<?, ?>> onLoop(ServedSnapshots snapshots, CallMeters meters) {
    return List.of(
        EvaluateCalls.method(
            snapshots,
            outcomes.exposures(),
            meters.meter(DecisionServiceGrpc.getEvaluateMethod().getFullMethodName())),
        outcomes.streamMethod(
            meters.meter(OutcomeServiceGrpc.getReportOutcomeMethod().getFullMethodName()),
            ArrivingBytes::ofCurrentCall));
  }

  /**
   * Starts a server that is not started again by itself where others take over its outcomes.
   *
   * @see #start(ServerConfig, Runnable)
   */
  public static SerinServer start(ServerConfig config) {
    return start(config, () -> {});
  }

  /**
   * Starts a server.
   *
   * @param retired called once, by another thread, when this replica may count no more outcomes:
   *     its process should be started again
   * @throws PortUnavailableException if a port is taken
   * @throws dev.serin.server.store.StoreOpenException if the store cannot be opened and waiting
   *     would not help
   */
  public static SerinServer start(ServerConfig config, Runnable retired) {
    Closeables parts = new Closeables();
    try {
      return new SerinServer(config, retired, parts);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /** Runs a part of the start in a thread of its own. */
  private static void beside(Runnable part) {
    Thread.ofPlatform().name("serin-start").daemon().start(part);
  }

  private static HttpPort join(CompletableFuture<HttpPort> opening) {
    try {
      return opening.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** The proof that nobody else saves snapshots there, whichever store they are of. */
  private static ProcessLock owned(Path directory) {
    return ProcessLock.acquire(
        directory.resolve("serin.lock"),
        "data directory " + directory,
        "one server for each directory: --data-dir");
  }

  private static StoreConfig storeConfig(ServerConfig config) {
    return config
        .store()
        .<StoreConfig>map(
            shared -> new StoreConfig.Postgres(shared.url(), shared.user(), shared.password()))
        .orElseGet(() -> new StoreConfig.Sqlite(config.dataDirectory().resolve("serin.db")));
  }

  private void awaitReady() {
    try {
      if (!refresher.awaitReady(READY_WAIT)) {
        log.warn("not ready: {}; answering NOT_READY meanwhile", refresher.status().awaited());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitRevision(String namespace, long revision) {
    try {
      if (!refresher.awaitRevision(namespace, revision, READY_WAIT)) {
        log.warn("namespace {}: revision {} is not served yet", namespace, revision);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the directory says is served when the port opens, unless it has errors. */
  private void watch(Path directory, Catalog catalog, InstantSource clock) {
    watcher =
        parts.add(new DirectoryWatcher(directory, catalog, clock, System::nanoTime, status -> {}));
    DirectoryStatus first = watcher.start();
    for (DirectoryStatus.Namespace namespace : first.namespaces()) {
      // 0: its files have errors and it never existed, so there is nothing to wait for.
      if (namespace.revision() > 0) {
        awaitRevision(namespace.name(), namespace.revision());
      }
    }
  }

  private HttpPort openHttp(Metrics metrics, UnaryServices services, Workers workers) {
    try {
      return HttpPort.open(
          config.http(),
          config.tls(),
          metrics::scrape,
          this::readiness,
          services,
          workers.bodies());
    } catch (CompletionException e) {
      throw new PortUnavailableException(ServerOption.HTTP_PORT, config.http(), e);
    }
  }

  private Readiness readiness() {
    RefresherStatus status = refresher.status();
    DirectoryStatus directory = watcher == null ? null : watcher.status();
    return new Readiness(
        status.ready() && serving && !stopping,
        status.storeError().isEmpty() ? "up" : status.storeError(),
        status.namespaces().stream()
            .map(
                namespace ->
                    new Readiness.NamespaceState(
                        namespace.namespace(),
                        namespace.revision(),
                        namespace.ageMillis(),
                        namespace.fromDisk(),
                        namespace.lastError()))
            .toList(),
        shown(outcomes.status()),
        shown(rollouts.status()),
        directory == null ? "" : directory.time().toString(),
        directory == null
            ? List.of()
            : directory.allErrors().stream().map(FileError::toString).toList());
  }

  private static Readiness.OutcomesState shown(OutcomesStatus status) {
    OptionalLong lastFlush = status.ledger().lastFlushAgeMillis();
    return new Readiness.OutcomesState(
        status.state(),
        lastFlush.isPresent() ? lastFlush.getAsLong() : null,
        status.oldestPendingMillis(),
        status.streams(),
        status.ledger().sessions());
  }

  private static Readiness.RolloutsState shown(ControllerStatus status) {
    return new Readiness.RolloutsState(
        status.leads(),
        status.held(),
        status.failing(),
        status.lastTickAge().map(Duration::toMillis).orElse(null));
  }

  /** The port gRPC is served on. */
  public int grpcPort() {
    return grpc.port();
  }

  /** The port HTTP is served on. */
  public int httpPort() {
    return http.port();
  }

  /** What was counted, and what counts it. */
  Outcomes outcomes() {
    return outcomes;
  }

  /** Waits until a namespace serves at least a revision; false: the limit was reached first. */
  public boolean awaitRevision(String namespace, long revision, Duration limit)
      throws InterruptedException {
    return refresher.awaitRevision(namespace, revision, limit);
  }

  /**
   * Stops: health says not serving, outcomes that were taken in become durable and are
   * acknowledged, streams are ended, no new calls are taken, calls in flight finish within the
   * drain timeout, the rest is ended. Returns when everything is given back; may be called twice.
   */
  @Override
  public synchronized void close() {
    stopping = true;
    health.close();
    try {
      outcomes.drain(config.drainTimeout());
      // When nothing more becomes durable.
      exports.stop(Duration.ofMillis(END_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // After their watchers have heard it; a stream would not end by itself.
    open.endStreams();
    grpc.shutdown();
    try {
      if (!grpc.awaitCalls(config.drainTimeout().toMillis())) {
        log.warn("calls still in flight after {}; ending them", config.drainTimeout());
        open.endAll();
        grpc.awaitCalls(END_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    parts.close();
  }
}
