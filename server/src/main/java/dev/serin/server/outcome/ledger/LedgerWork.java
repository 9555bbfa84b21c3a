package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger's thread does, one thing after the other: it says that this replica lives, opens
 * sessions, flushes, looks for sessions that were taken over and for replicas that fell silent.
 */
final class LedgerWork {
  /** How often a replica says that it lives; a flush says it too. */
  static final Duration RENEW_EVERY = Duration.ofSeconds(1);

  /** How often the sessions open here are compared with the store. */
  static final Duration SWEEP_EVERY = Duration.ofSeconds(5);

  /** How often silent replicas are looked for. */
  static final Duration LOOK_OUT_EVERY = Duration.ofSeconds(2);

  /** Claims in one transaction. */
  static final int CLAIMS_MAX = 1_000;

  private static final Logger log = LoggerFactory.getLogger(LedgerWork.class);

  private final Database database;
  private final Incarnation me;
  private final Watermarks watermarks;
  private final DeltaSink sink;
  private final InstantSource clock;
  private final ReplicaRows replicas;
  private final SessionRows sessions;
  private final ClaimBatch claims;
  private final Retirement retirement;
  private final LedgerMeters meters;
  private final FlushCycle flushes;
  private final OpenSessions open = new OpenSessions();
  private final ClaimLine line = new ClaimLine();
  private final BusyClaims busy = new BusyClaims();
  private final AtomicBoolean mayMakeSessions = new AtomicBoolean(true);

  private volatile LedgerState state = LedgerState.STARTING;

  /** Whether the store failed when it was last asked for anything but a flush. */
  private volatile boolean storeFails;

  /** Nanoseconds by the clock of {@link #turn}; set by the first one. */
  private long renewed;

  private long swept;
  private long lookedOut;

  /** Since when this replica's renewals have succeeded without a pause. */
  private long steadySince;

  /** When to try again after the store failed; the wait doubles. */
  private final Backoff storeWait = new Backoff();

  LedgerWork(
      Database database,
      Incarnation me,
      LedgerParts parts,
      Unfolded unfolded,
      LedgerMeters meters,
      InstantSource clock,
      LongSupplier randomIds) {
    this.database = database;
    this.me = me;
    watermarks = parts.watermarks();
    sink = parts.sink();
    this.clock = clock;
    this.meters = meters;
    replicas = new ReplicaRows(database.dialect());
    sessions = new SessionRows(database.dialect());
    claims = new ClaimBatch(database, me, randomIds);
    retirement = new Retirement(database, me, parts.merger(), randomIds);
    flushes = new FlushCycle(database, me, parts.source(), watermarks, open, unfolded, meters);
  }

  ClaimLine line() {
    return line;
  }

  OpenSessions open() {
    return open;
  }

  FlushCycle flushes() {
    return flushes;
  }

  LedgerState state() {
    return state;
  }

  /** Any thread: whether the store did not answer, or refused, when it was last asked. */
  boolean isStoreAway() {
    return storeFails || flushes.isFailing();
  }

  /** Whether there is room for sessions that do not exist yet. */
  void mayMakeSessions(boolean room) {
    mayMakeSessions.set(room);
  }

  /**
   * Does what is due.
   *
   * @param now of a monotonic clock, nanoseconds
   * @return nanoseconds until something may be due again, 0 or more
   */
  long turn(long now) {
    if (state.isEnded()) {
      return Long.MAX_VALUE;
    }
    if (state == LedgerState.STARTING && !register(now)) {
      return storeWait.remaining(now);
    }
    AtomicLong wait = new AtomicLong(RENEW_EVERY.toNanos());
    renew(now, wait);
    openSessions(now, wait);
    if (!state.isEnded()) {
      flush(now, wait);
    }
    if (database.dialect() == Dialect.POSTGRESQL && !state.isEnded()) {
      sweep(now);
      lookOut(now);
    }
    return state.isEnded() ? Long.MAX_VALUE : wait.get();
  }

  /**
   * Makes this replica's row. The embedded store has no other process: the old rows are its own.
   */
  private boolean register(long now) {
    if (!storeWait.isOver(now)) {
      refuseClaims(ApiErrors.storeUnavailable(null));
      return false;
    }
    try {
      database.execute(Priority.FLUSH, handle -> registerOnce(handle));
      if (database.dialect() == Dialect.SQLITE) {
        meters.retired(retirement.retireAll());
      }
      // Before the first flush: what is counted under an older generation is no evidence.
      database
          .read(handle -> ThinningRows.newest(handle, 0))
          .ifPresent(thinning -> sink.thin(thinning.sizes()));
    } catch (RuntimeException e) {
      failed("register this replica", e, now);
      return false;
    }
    state = LedgerState.LIVE;
    renewed = now;
    swept = now;
    lookedOut = now;
    steadySince = now;
    answered();
    return true;
  }

  /** Again after a lost answer: the row may be there. */
  private void registerOnce(Handle handle) {
    if (!replicas.isLive(handle, me.id())) {
      replicas.insert(handle, me.id(), me.name());
    }
  }

  private void renew(long now, AtomicLong wait) {
    if (database.dialect() == Dialect.SQLITE) {
      // The lock on the file proves that it lives.
      return;
    }
    Long flushed = flushes.committedAt();
    if (flushed != null && flushed - renewed > 0) {
      renewed = flushed;
      storeFails = false;
    }
    if (now - renewed < RENEW_EVERY.toNanos() || !storeWait.isOver(now)) {
      wait.accumulateAndGet(RENEW_EVERY.toNanos() - (now - renewed), LedgerWork::sooner);
      return;
    }
    if (now - renewed > Retirement.SILENCE.toNanos()) {
      // It was silent itself, or the store was away: then all others look silent.
      steadySince = now;
    }
    try {
      boolean live =
          database.write(
              Priority.FLUSH, handle -> replicas.renew(handle, me.id(), watermarks.lowest()));
      if (live) {
        renewed = now;
        answered();
      } else {
        end(LedgerState.RETIRED);
      }
    } catch (RuntimeException e) {
      steadySince = now;
      failed("say that this replica lives", e, now);
    }
  }

  private static long sooner(long one, long other) {
    return Math.max(0, Math.min(one, other));
  }

  private void openSessions(long now, AtomicLong wait) {
    if (!line.isEmpty() || busy.remaining(now) == 0) {
      line.putBack(busy.take(now));
    }
    while (!state.isEnded() && !line.isEmpty()) {
      open(line.take(CLAIMS_MAX), now);
      wait.set(0);
    }
    wait.accumulateAndGet(busy.remaining(now), LedgerWork::sooner);
  }

  private void open(List<Claim> batch, long now) {
    if (batch.isEmpty()) {
      return;
    }
    List<ClaimBatch.Answer> answers;
    long begin = System.nanoTime();
    try {
      long day = TimeUnit.MILLISECONDS.toDays(clock.millis());
      answers = claims.run(batch, day, mayMakeSessions.get());
      meters.claimed(System.nanoTime() - begin);
    } catch (RuntimeException e) {
      ApiException reason = e instanceof ApiException told ? told : ApiErrors.storeUnavailable(e);
      if (reason != e) {
        log.warn("cannot open {} sessions", batch.size(), e);
      }
      batch.forEach(
          claim -> {
            meters.claimed("refused");
            claim.claimant().refused(reason);
          });
      steadySince = now;
      return;
    }
    for (int i = 0; i < answers.size(); i++) {
      answer(batch.get(i), answers.get(i), now);
    }
  }

  private void answer(Claim claim, ClaimBatch.Answer answer, long now) {
    switch (answer) {
      case ClaimBatch.Answer.Opened(SessionRow row) -> {
        meters.claimed("opened");
        OpenSession session = new OpenSession(row.id(), row.epoch(), claim.claimant());
        // First, so that what it had accepted is dropped before the new one reports.
        open.add(session);
        claim.claimant().claimed(session, row.committed());
      }
      case ClaimBatch.Answer.Fenced() -> {
        meters.claimed("fenced");
        claim.claimant().refused(ApiErrors.producerFenced(claim.producer(), claim.session()));
      }
      case ClaimBatch.Answer.Expired() -> {
        meters.claimed("expired");
        claim.claimant().refused(ApiErrors.sessionExpired(claim.session()));
      }
      case ClaimBatch.Answer.Again() -> line.add(claim);
      case ClaimBatch.Answer.Busy() -> {
        if (!busy.add(claim, now)) {
          meters.claimed("refused");
          claim.claimant().refused(ApiErrors.storeUnavailable(null));
        }
      }
    }
  }

  private void refuseClaims(ApiException reason) {
    while (!line.isEmpty()) {
      line.take(CLAIMS_MAX).forEach(claim -> claim.claimant().refused(reason));
    }
  }

  private void flush(long now, AtomicLong wait) {
    switch (flushes.turn(now)) {
      case RETIRED -> end(LedgerState.RETIRED);
      case FORGOTTEN -> end(LedgerState.FORGOTTEN);
      case FAILED -> end(LedgerState.FAILED);
      case GOES_ON -> wait.accumulateAndGet(flushes.remaining(now), LedgerWork::sooner);
    }
  }

  private void sweep(long now) {
    if (now - swept < SWEEP_EVERY.toNanos()) {
      return;
    }
    swept = now;
    if (open.isEmpty()) {
      return;
    }
    try {
      open.keep(database.read(handle -> sessions.epochs(handle, open.ids())));
    } catch (RuntimeException e) {
      failed("compare the open sessions", e, now);
    }
  }

  private void lookOut(long now) {
    if (now - lookedOut < LOOK_OUT_EVERY.toNanos()
        || now - steadySince < Retirement.SILENCE.toNanos()) {
      return;
    }
    lookedOut = now;
    try {
      meters.retired(retirement.retireSilent());
    } catch (RuntimeException e) {
      failed("take over from silent replicas", e, now);
    }
  }

  private void failed(String what, RuntimeException failure, long now) {
    if (storeWait.isReset()) {
      log.warn("outcomes: cannot {}: {}", what, failure.toString());
    }
    storeFails = true;
    storeWait.failed(now);
  }

  private void answered() {
    storeFails = false;
    storeWait.reset();
  }

  /** This replica may count no more. */
  private void end(LedgerState how) {
    state = how;
    log.error("outcomes: this replica counts nothing more: {}", how.reason());
    closeLine();
    flushes.drop();
  }

  private void closeLine() {
    line.putBack(busy.take(0));
    line.close(ApiErrors.shuttingDown());
  }

  /** The process ends by itself: others need not wait until it is silent. */
  void leave() {
    closeLine();
    if (state != LedgerState.LIVE) {
      return;
    }
    state = LedgerState.LEFT;
    try {
      database.execute(Priority.FLUSH, handle -> replicas.leave(handle, me.id()));
    } catch (RuntimeException e) {
      log.info("outcomes: others will take over in {}: {}", Retirement.SILENCE, e.toString());
    }
  }
}
