package dev.serin.server.rollout;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that watch runs, and the one thread that looks and sends for all of them. Their number
 * is bounded: a call counts until it is over.
 */
public final class Watches implements AutoCloseable {
  /** Calls that watch at once. */
  public static final int WATCHERS_MAX = 256;

  /** How often it is looked what is new; what this process changes is looked at at once. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(Watches.class);

  private final Catalog catalog;
  private final Journal journal;
  private final Runs runs;
  private final KillSwitches kills;
  private final LiveRuns live;
  private final InstantSource clock;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean due = new AtomicBoolean();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("serin-watches").daemon().factory());

  /**
   * Watches that look from now on.
   *
   * @param live what this process knows of runs, where it acts for them
   */
  public Watches(Catalog catalog, Journal journal, Runs runs, LiveRuns live, InstantSource clock) {
    this.catalog = catalog;
    this.journal = journal;
    this.runs = runs;
    kills = new KillSwitches(catalog);
    this.live = live;
    this.clock = clock;
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Calls that watch now. */
  public int size() {
    return count.get();
  }

  /** A run was changed by this process: looks at once. Any thread. */
  public void wake() {
    if (!watchers.isEmpty() && due.compareAndSet(false, true)) {
      try {
        thread.execute(
            () -> {
              due.set(false);
              look();
            });
      } catch (RejectedExecutionException stopped) {
        // Nobody is told any more.
      }
    }
  }

  /**
   * Begins to watch; called while its call is begun.
   *
   * @param entries of the log that the first answer tells
   * @throws ApiException if there are too many
   */
  void open(
      String namespace,
      String rollout,
      int entries,
      ServerCallStreamObserver<WatchRolloutResponse> observer) {
    if (count.incrementAndGet() > WATCHERS_MAX) {
      count.decrementAndGet();
      throw ApiErrors.overloaded("watches", WATCHERS_MAX, "calls");
    }
    Watcher watcher = new Watcher(catalog, runs, kills, namespace, rollout, entries, observer);
    AtomicBoolean gone = new AtomicBoolean();
    Runnable over =
        () -> {
          watcher.over();
          watchers.remove(watcher);
          if (gone.compareAndSet(false, true)) {
            count.decrementAndGet();
          }
        };
    observer.setOnCancelHandler(over);
    observer.setOnCloseHandler(over);
    observer.setOnReadyHandler(this::wake);
    watchers.add(watcher);
    wake();
  }

  private void look() {
    if (watchers.isEmpty()) {
      return;
    }
    try {
      Map<String, Long> versions = journal.activeVersions();
      Set<FeatureName> killed =
          kills.among(
              watchers.stream()
                  .flatMap(watcher -> watcher.feature().stream())
                  .collect(Collectors.toSet()));
      watchers.forEach(watcher -> watcher.look(versions, killed, live, clock.instant()));
    } catch (ApiException away) {
      // Who watches already waits until the store is back; who begins is told.
      watchers.forEach(watcher -> watcher.refuseNew(away));
    } catch (RuntimeException | Error e) {
      // Thrown on, it would be the last look of all.
      log.error("watches of rollouts: a look failed", e);
    }
    watchers.removeIf(Watcher::isOver);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
