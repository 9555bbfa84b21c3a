package dev.serin.server.outcome;

import static java.util.Objects.requireNonNull;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.Delta;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.ledger.FlushSource;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.server.outcome.ledger.PreparedFlush;
import dev.serin.server.outcome.ledger.Progress;
import dev.serin.server.outcome.ledger.Watermarks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The thread {@code serin-aggregate}, which owns the merged view: adds up the logs that workers
 * hand over to the delta of a flush, adds what is durable to the view, and answers questions about
 * it in between.
 *
 * <p>Logs are handed over through a queue without locks, a message at a time, so that a stream that
 * is always busy is flushed like any other, and the oldest comes first.
 */
final class Aggregator implements FlushSource, Watermarks, AutoCloseable {
  /**
   * Bytes that the outcomes of a flush may add to its delta, besides its cells; SQLite writes so
   * much in some milliseconds.
   */
  static final int FLUSH_BYTES_MAX = 2 * 1024 * 1024;

  /** Sessions that a flush moves: each is a row to be updated. */
  static final int FLUSH_SESSIONS_MAX = 5_000;

  /** Questions in line. */
  static final int QUESTIONS_MAX = 100;

  /** How long the ledger waits for the view, which is mostly busy for milliseconds. */
  static final Duration PREPARE_WAIT = Duration.ofSeconds(2);

  private static final long CLOSE_SECONDS = 5;

  private final IngestRoom room;
  private final OutcomeMeters meters;
  private final Exposures exposures;
  private final ConcurrentLinkedQueue<PendingLog> logs = new ConcurrentLinkedQueue<>();
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("serin-aggregate").daemon().factory());
  private final AtomicInteger questions = new AtomicInteger();
  private final CommittedFeed feed = new CommittedFeed();

  /** How complete what was flushed is, by the reporters that say so. */
  private final Map<Reporter, Long> watermarks = new ConcurrentHashMap<>();

  /** Asks for another flush where one has not taken everything; set before the first. */
  private Runnable askForFlush = () -> {};

  /** Of the aggregator's thread. */
  private MergedView view = new MergedView();

  /**
   * The flush under way; written by the ledger's thread, and by the aggregator's while that waits.
   */
  private volatile @Nullable Flush underWay;

  /** What is flushed, and what it adds. */
  private record Flush(
      List<PendingLog> logs, ExposureLog exposed, Delta delta, PreparedFlush prepared) {
    List<CommittedRecords> records() {
      List<CommittedRecords> all = new ArrayList<>(logs.size() + 1);
      logs.forEach(log -> all.add(requireNonNull(log.counts())));
      all.add(exposed);
      return all;
    }
  }

  Aggregator(IngestRoom room, OutcomeMeters meters, Exposures exposures) {
    this.room = room;
    this.meters = meters;
    this.exposures = exposures;
  }

  /** Says who is asked for a flush where one has not taken everything; before the first. */
  void asks(Runnable flush) {
    askForFlush = flush;
  }

  /** Tells of what is durable. */
  CommittedFeed feed() {
    return feed;
  }

  /** Takes a judged message for one of the next flushes. Never waits; safe for all threads. */
  void add(PendingLog log) {
    logs.add(log);
  }

  private void note(Reporter reporter, long watermark) {
    if (watermark == PendingLog.GONE) {
      watermarks.remove(reporter);
    } else if (watermark != Reporter.NO_WATERMARK) {
      watermarks.merge(reporter, watermark, Math::max);
    }
  }

  /** How many messages stand in line for a flush. */
  int waiting() {
    return logs.size();
  }

  /**
   * Any thread: for how many nanoseconds the oldest message has waited that is not durable; 0: none
   * waits. One that is being gathered is not seen for that moment.
   */
  long oldestNanos() {
    Flush flush = underWay;
    PendingLog oldest = flush == null || flush.logs.isEmpty() ? logs.peek() : flush.logs.getFirst();
    return oldest == null ? 0 : Math.max(0, System.nanoTime() - oldest.sinceNanos());
  }

  /** Forgets a reporter that has nothing more to say; what of it stands in line, later. */
  void forget(Reporter reporter) {
    if (watermarks.remove(reporter) != null) {
      logs.add(PendingLog.ofWatermark(reporter, PendingLog.GONE));
    }
  }

  @Override
  public @Nullable Long lowest() {
    return watermarks.values().stream().min(Long::compare).orElse(null);
  }

  /** Exposures are recorded without a word, so that a call never wakes anybody. */
  @Override
  public boolean hasUnannounced() {
    return !exposures.areDrained();
  }

  @Override
  public @Nullable PreparedFlush prepare() {
    AtomicBoolean decided = new AtomicBoolean();
    CompletableFuture<@Nullable PreparedFlush> answer =
        submit(() -> decided.compareAndSet(false, true) ? begin(take(), exposures.drain()) : null);
    try {
      return answer.get(PREPARE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      if (decided.compareAndSet(false, true)) {
        // The view is being thinned, or loaded: the ledger has to say meanwhile that it lives.
        askForFlush.run();
        return null;
      }
      return joined(answer);
    } catch (ExecutionException failed) {
      return joined(answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return joined(answer);
    }
  }

  @Override
  public @Nullable PreparedFlush without(Set<OpenSession> fenced) {
    Flush flush = underWay;
    if (flush == null) {
      throw new IllegalStateException("flush: none under way (expected: one)");
    }
    underWay = null;
    List<PendingLog> left = new ArrayList<>();
    for (PendingLog log : flush.logs) {
      OpenSession session = log.session();
      if (session != null && fenced.contains(session)) {
        drop(log);
      } else {
        left.add(log);
      }
    }
    return await(() -> begin(left, flush.exposed));
  }

  @Override
  public void committed() {
    Flush flush = underWay;
    if (flush == null) {
      throw new IllegalStateException("flush: none under way (expected: one)");
    }
    underWay = null;
    // In line before anybody hears of it: who asks after an acknowledgement sees what it counts.
    thread.execute(() -> view.apply(flush.delta));
    exposures.committed(flush.exposed);
    if (feed.isFollowed()) {
      feed.committed(flush.records());
    }
    long bytes = 0;
    for (PendingLog log : flush.logs) {
      bytes += log.bytes();
      meters.counted(requireNonNull(log.counts()));
      log.reporter().committed(log.last());
    }
    room.release(bytes);
  }

  @Override
  public void dropped() {
    Flush flush = underWay;
    underWay = null;
    if (flush != null) {
      flush.logs.forEach(this::drop);
      exposures.lost(flush.exposed);
    }
    for (PendingLog log = logs.poll(); log != null; log = logs.poll()) {
      drop(log);
    }
  }

  private void drop(PendingLog log) {
    room.release(log.bytes());
    log.reporter().dropped();
  }

  /** Takes what waits, the oldest first, within the bounds of a flush. */
  private List<PendingLog> take() {
    List<PendingLog> taken = new ArrayList<>();
    Map<OpenSession, Long> sessions = new HashMap<>();
    long bytes = 0;
    while (bytes < FLUSH_BYTES_MAX && sessions.size() < FLUSH_SESSIONS_MAX) {
      PendingLog log = logs.poll();
      if (log == null) {
        break;
      }
      if (log.reporter().isFenced()) {
        drop(log);
        continue;
      }
      note(log.reporter(), log.watermark());
      if (log.counts() == null) {
        continue;
      }
      taken.add(log);
      bytes += log.counts().deltaBytes();
      if (log.session() != null) {
        sessions.put(log.session(), log.last());
      }
    }
    if (!logs.isEmpty()) {
      askForFlush.run();
    }
    return taken;
  }

  /** Null: there is nothing to flush. */
  private @Nullable PreparedFlush begin(List<PendingLog> taken, ExposureLog exposed) {
    if (taken.isEmpty() && exposed.size() == 0) {
      return null;
    }
    DeltaBuilder builder = new DeltaBuilder(view);
    Tallies tallies = new Tallies(builder);
    Map<OpenSession, Long> sessions = new HashMap<>();
    for (PendingLog log : taken) {
      requireNonNull(log.counts()).addTo(tallies);
      if (log.session() != null) {
        sessions.merge(log.session(), log.last(), Math::max);
      }
    }
    exposed.addTo(builder);
    Long watermark = lowest();
    if (watermark != null) {
      builder.watermark(watermark);
    }
    List<Progress> progress = new ArrayList<>(sessions.size());
    sessions.forEach((session, last) -> progress.add(new Progress(session, last)));
    progress.sort(Comparator.comparingLong(moved -> moved.session().id()));
    Delta delta = builder.build();
    PreparedFlush prepared = new PreparedFlush(DeltaCodec.encode(delta), progress);
    underWay = new Flush(taken, exposed, delta, prepared);
    return prepared;
  }

  /**
   * Asks the view; what is asked for must be copies. The answer fails as OVERLOADED where too many
   * wait already, and with whatever the question throws.
   */
  <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    if (questions.incrementAndGet() > QUESTIONS_MAX) {
      questions.decrementAndGet();
      return CompletableFuture.failedFuture(
          ApiErrors.overloaded("aggregates", QUESTIONS_MAX, "questions"));
    }
    return submit(
        () -> {
          questions.decrementAndGet();
          return question.apply(view);
        });
  }

  /** Looks at the view, after what stands in line, and waits for it; what it keeps are copies. */
  <T extends @Nullable Object> T look(Function<MergedView, T> step) {
    return await(() -> step.apply(view));
  }

  /** Changes the view, after what stands in line, and waits for it. */
  void change(Consumer<MergedView> step) {
    await(
        () -> {
          step.accept(view);
          return null;
        });
  }

  /** Has another view hold from now on, which nobody else changes. */
  void replace(MergedView loaded) {
    await(
        () -> {
          view = loaded;
          return null;
        });
  }

  private <T extends @Nullable Object> T await(Callable<T> step) {
    return joined(submit(step));
  }

  private static <T extends @Nullable Object> T joined(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> step) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              answer.complete(step.call());
            } catch (Exception | Error e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(ApiErrors.shuttingDown());
    }
    return answer;
  }

  /** Ends the thread after what stands in line. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
