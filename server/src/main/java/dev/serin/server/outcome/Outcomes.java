package dev.serin.server.outcome;

import dev.serin.server.catalog.PeriodEnds;
import dev.serin.server.catalog.RunEnds;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.ledger.Incarnation;
import dev.serin.server.outcome.ledger.Ledger;
import dev.serin.server.outcome.ledger.LedgerParts;
import dev.serin.server.outcome.ledger.LedgerState;
import dev.serin.server.store.Database;
import dev.serin.server.telemetry.CallMeter;
import dev.serin.server.telemetry.Metrics;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outcomes of a server: taken in, judged, made durable, added up. Started once; drained before
 * it is closed, so that nothing that was taken in is lost to its producers.
 */
public final class Outcomes implements AutoCloseable {
  /** How often it is looked whether everything is drained. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  /** How long calls may take to hear that they were ended. */
  private static final Duration END_WAIT = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(Outcomes.class);

  private final IngestPool pool;
  private final Exposures exposures;
  private final Aggregator aggregator;
  private final Ledger ledger;
  private final ReportStreams streams;
  private final BatchCalls batches;
  private volatile boolean draining;

  /**
   * Outcomes that are not taken in yet.
   *
   * @param incarnation identity of this process, drawn at random, among the replicas of the store
   * @param threads threads that judge, 1 or more
   * @param bounds how much of what was counted is kept
   * @param ended called once, by another thread, when this replica may count nothing more: it
   *     should be started again
   */
  public Outcomes(
      Database database,
      OutcomeSnapshots snapshots,
      Metrics metrics,
      InstantSource clock,
      long incarnation,
      int threads,
      OutcomeBounds bounds,
      Runnable ended) {
    RunDirectory runs = new LiveRuns(snapshots);
    OutcomeMeters meters = new OutcomeMeters();
    SecureRandom random = new SecureRandom();
    pool = new IngestPool(threads, () -> new Judge(new PlaceResolver(snapshots, runs)));
    IngestRoom room = new IngestRoom(IngestRoom.BYTES_MAX, pool);
    exposures = new Exposures(clock);
    aggregator = new Aggregator(room, meters, exposures);
    ViewKeeper keeper =
        new ViewKeeper(
            aggregator,
            bounds.unitsMax(),
            new PlaceRetention(
                namespace -> PeriodEnds.read(database, namespace),
                namespace -> RunEnds.read(database, namespace),
                bounds.retention(),
                clock));
    ledger =
        new Ledger(
            database,
            new Incarnation(incarnation, processName()),
            new LedgerParts(aggregator, keeper, keeper, keeper, aggregator),
            metrics.registry(),
            clock,
            random::nextLong,
            System::nanoTime,
            () -> {
              abandon();
              ended.run();
            });
    aggregator.asks(ledger::pending);
    Ingest ingest = new Ingest(clock, pool, room, aggregator, ledger, meters);
    streams = new ReportStreams(ingest, OutcomeLimits.STREAMS_MAX);
    batches = new BatchCalls(ingest);
    meters.register(metrics, this::status, room);
    OutcomeMeters.register(metrics, keeper);
    exposures.register(metrics);
  }

  private static String processName() {
    // Process and host.
    return ManagementFactory.getRuntimeMXBean().getName();
  }

  /** Begins: from now on sessions are opened, and what was counted before is loaded. */
  public void start() {
    ledger.start();
  }

  /**
   * ReportOutcome, to be served in place of the generated method.
   *
   * @param arriving tells, on the event loop, how many more bytes of the current call arrive
   */
  public ServerMethodDefinition<?, ?> streamMethod(
      CallMeter meter, Consumer<LongConsumer> arriving) {
    return streams.method(meter, arriving);
  }

  /** The service, for its batches. */
  public BindableService service() {
    return batches;
  }

  /** Tells of exposures and outcomes when they are durable. */
  public CommittedFeed committed() {
    return aggregator.feed();
  }

  /** Where those who answer Evaluate record what they gave to whom. */
  public Exposures exposures() {
    return exposures;
  }

  /** What becomes of outcomes now. */
  public OutcomesStatus status() {
    return new OutcomesStatus(
        ledger.status(),
        draining,
        Duration.ofNanos(aggregator.oldestNanos()).toMillis(),
        streams.size(),
        batches.size());
  }

  /**
   * The age of what {@link #ask} shows: time since the view last held what all live replicas had
   * flushed and what had come here, by the monotonic clock; empty: it is not loaded yet. What is
   * asked for after this was read is no older. It stays below a second while the store answers, and
   * grows while it does not.
   */
  public Optional<Duration> viewAge() {
    OptionalLong millis = ledger.status().viewAgeMillis();
    return millis.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis(
                Math.max(
                    millis.getAsLong(),
                    // What a flush had no room for.
                    Duration.ofNanos(aggregator.oldestNanos()).toMillis())));
  }

  /** What this replica may do with outcomes now. */
  public LedgerState state() {
    return ledger.state();
  }

  /**
   * Asks what was counted; the answer must be made of copies. It fails as NOT_READY until what was
   * counted before the start is loaded, and as OVERLOADED where too many questions wait.
   */
  public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    return ledger.isLoaded()
        ? aggregator.ask(question)
        : CompletableFuture.failedFuture(ApiErrors.outcomesNotReady());
  }

  /**
   * Takes in nothing more, and waits until all that was taken in is durable and acknowledged; what
   * is not when the time is over is left to its producers.
   */
  public void drain(Duration limit) throws InterruptedException {
    draining = true;
    streams.stop();
    batches.stop();
    if (!await(this::hasNoCalls, limit)) {
      log.warn("outcomes: not all are durable after {}; leaving the rest to be sent again", limit);
      abandon();
      await(this::hasNoCalls, END_WAIT);
    }
    // So that exports, which end next, have what was decided before; calls go on a little longer.
    if (ledger.state() == LedgerState.LIVE) {
      await(exposures::areDrained, END_WAIT);
    }
  }

  private boolean hasNoCalls() {
    return streams.size() == 0 && batches.size() == 0;
  }

  /** The last exposures have nobody who would send them again. */
  private void drainExposures() {
    if (ledger.state() != LedgerState.LIVE) {
      return;
    }
    try {
      if (!await(exposures::areSettled, END_WAIT)) {
        log.info("outcomes: the exposures of the last moment are not durable after {}", END_WAIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void abandon() {
    streams.abandon();
    batches.abandon();
  }

  private static boolean await(BooleanSupplier condition, Duration limit)
      throws InterruptedException {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > limit.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return true;
  }

  /**
   * Ends its threads, after what was recorded of exposures is durable; other replicas are told that
   * this one has left.
   */
  @Override
  public void close() {
    drainExposures();
    ledger.close();
    aggregator.close();
    pool.close();
  }
}
