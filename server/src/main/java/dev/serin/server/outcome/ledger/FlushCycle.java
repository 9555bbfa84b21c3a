package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes, one after the other: gathered, tried until the store says what became of it, and only
 * then told. For the ledger's thread, but for what says otherwise.
 */
final class FlushCycle {
  /** Between the beginnings of two flushes. */
  static final long EVERY = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Logger log = LoggerFactory.getLogger(FlushCycle.class);

  private final Database database;
  private final Incarnation me;
  private final FlushSource source;
  private final Watermarks watermarks;
  private final OpenSessions open;
  private final Unfolded unfolded;
  private final LedgerMeters meters;
  private final FlushTransaction transaction;
  private final AtomicBoolean pending = new AtomicBoolean();
  private final Semaphore gate = new Semaphore(1);
  private final Backoff wait = new Backoff();

  /** Committed flushes. */
  private long number;

  private @Nullable PreparedFlush underWay;

  /** Whether the one under way may be committed. */
  private boolean inDoubt;

  /** When the next one may begin; by the clock of {@link #turn}. */
  private @Nullable Long notBefore;

  /** When the one under way was first tried, for the meters. */
  private long triedNanos;

  private volatile @Nullable Long committedAt;

  /** When the flush under way began. */
  private long begunAt;

  /** When all that had come was committed, or nothing had come; null: never yet. */
  private volatile @Nullable Long settledAt;

  /** Whether the one under way was tried in vain. */
  private volatile boolean failing;

  FlushCycle(
      Database database,
      Incarnation me,
      FlushSource source,
      Watermarks watermarks,
      OpenSessions open,
      Unfolded unfolded,
      LedgerMeters meters) {
    this.database = database;
    this.me = me;
    this.source = source;
    this.watermarks = watermarks;
    this.open = open;
    this.unfolded = unfolded;
    this.meters = meters;
    transaction = new FlushTransaction(database, me);
  }

  /** How a turn ended. */
  enum Turn {
    GOES_ON,
    RETIRED,
    FAILED,
    FORGOTTEN
  }

  /** Any thread: something waits. True: it is the first since the last flush began. */
  boolean pending() {
    return !pending.get() && pending.compareAndSet(false, true);
  }

  /**
   * Any thread: when the last flush was committed, by the clock of {@link #turn}; null: none was.
   */
  @Nullable Long committedAt() {
    return committedAt;
  }

  /**
   * Any thread: the last moment up to which all that was gathered here is committed, by the clock
   * of {@link #turn}; null: none yet. It moves on while nothing is reported, too.
   */
  @Nullable Long settledAt() {
    return settledAt;
  }

  /** Any thread: whether the flush under way was tried in vain. */
  boolean isFailing() {
    return failing;
  }

  /** Flushes that were committed. */
  long number() {
    return number;
  }

  /** Nanoseconds until something may be due. */
  long remaining(long now) {
    if (underWay != null) {
      return wait.remaining(now);
    }
    if (!waits()) {
      // What is not announced is looked for.
      return EVERY;
    }
    if (unfolded.isFull() || gate.availablePermits() == 0) {
      // Until something is folded, or loaded.
      return EVERY;
    }
    return notBefore == null ? 0 : Math.max(0, notBefore - now);
  }

  /**
   * Any other thread: waits for the flush under way and holds up the next one, so that what is
   * committed stays as it is.
   */
  void hold() throws InterruptedException {
    gate.acquire();
  }

  /** Lets flushes go on. */
  void goOn() {
    gate.release();
  }

  Turn turn(long now) {
    try {
      return proceed(now);
    } catch (SourceFailure e) {
      log.error("outcomes: flush {} cannot be gathered or told of", number + 1, e.getCause());
      return Turn.FAILED;
    }
  }

  /** What waited is in no flush and in no line any more: nothing may be flushed after it. */
  private static final class SourceFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    SourceFailure(RuntimeException cause) {
      super(cause);
    }
  }

  private Turn proceed(long now) {
    if (underWay == null) {
      begin(now);
    }
    while (underWay != null && wait.isOver(now)) {
      if (inDoubt) {
        Turn turn = settle(now);
        if (turn != Turn.GOES_ON) {
          return turn;
        }
      } else {
        attempt(now);
      }
    }
    return Turn.GOES_ON;
  }

  private void begin(long now) {
    if (!waits()) {
      settledAt = now;
      return;
    }
    boolean early = notBefore != null && notBefore - now > 0;
    if (early || unfolded.isFull() || !gate.tryAcquire()) {
      return;
    }
    begunAt = now;
    notBefore = now + EVERY;
    triedNanos = System.nanoTime();
    // Before it is gathered: what comes from now on asks again.
    pending.set(false);
    gathered(source::prepare);
  }

  private void gathered(Supplier<@Nullable PreparedFlush> gathering) {
    try {
      underWay = gathering.get();
    } catch (RuntimeException e) {
      throw new SourceFailure(e);
    }
    if (underWay == null) {
      failing = false;
      gate.release();
    }
  }

  private boolean waits() {
    return pending.get() || source.hasUnannounced();
  }

  private void attempt(long now) {
    PreparedFlush flush = Objects.requireNonNull(underWay);
    switch (transaction.run(number + 1, flush, watermarks.lowest())) {
      case FlushResult.Committed() -> committed(flush, now);
      case FlushResult.Fenced(Set<OpenSession> fenced) -> {
        open.fence(fenced);
        gathered(() -> source.without(fenced));
      }
      case FlushResult.Failed(RuntimeException cause) -> failed("failed", cause, now);
      case FlushResult.Unknown(RuntimeException cause) -> {
        meters.inDoubt();
        inDoubt = true;
        log.warn("outcomes: flush {} is in doubt: {}", number + 1, cause.toString());
      }
    }
  }

  private void committed(PreparedFlush flush, long now) {
    number++;
    unfolded.add(number, flush.body().length);
    meters.committed(flush, System.nanoTime() - triedNanos);
    committedAt = now;
    settledAt = begunAt;
    underWay = null;
    inDoubt = false;
    failing = false;
    wait.reset();
    try {
      source.committed();
    } catch (RuntimeException e) {
      throw new SourceFailure(e);
    }
    gate.release();
  }

  private void failed(String what, RuntimeException cause, long now) {
    if (wait.isReset()) {
      log.warn("outcomes: flush {} {}; trying again: {}", number + 1, what, cause.toString());
      meters.failed(System.nanoTime() - triedNanos);
    }
    failing = true;
    wait.failed(now);
  }

  private Turn settle(long now) {
    Settlement settlement;
    try {
      settlement = Settlement.of(database, me, number + 1);
    } catch (RuntimeException e) {
      failed("is still in doubt", e, now);
      return Turn.GOES_ON;
    }
    return switch (settlement) {
      case COMMITTED -> {
        committed(Objects.requireNonNull(underWay), now);
        yield Turn.GOES_ON;
      }
      case NOT_COMMITTED -> {
        inDoubt = false;
        wait.failed(now);
        yield Turn.GOES_ON;
      }
      case RETIRED -> Turn.RETIRED;
      case FORGOTTEN -> Turn.FORGOTTEN;
    };
  }

  /** This replica counts no more. */
  void drop() {
    if (underWay != null) {
      underWay = null;
      gate.release();
    }
    source.dropped();
  }
}
