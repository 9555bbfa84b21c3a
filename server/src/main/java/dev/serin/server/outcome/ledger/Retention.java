package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets sessions that nobody has used for so long that whatever they committed is too old to be
 * taken again, and replicas that left nothing behind. For one thread.
 */
final class Retention {
  /** Sessions in the store; no more are made beyond. */
  static final int SESSIONS_MAX = 1_000_000;

  /** Days without use after which a session is forgotten: those of TOO_OLD, and the next. */
  static final int SESSION_DAYS = 8;

  /** How long the row of a retired replica tells others up to where they have to follow it. */
  static final Duration REPLICA_KEPT = Duration.ofHours(1);

  private static final Duration EVERY = Duration.ofMinutes(1);

  /** Sessions that one transaction forgets. */
  private static final int AT_ONCE = 1_000;

  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private final Database database;
  private final Incarnation me;
  private final LedgerWork work;
  private final InstantSource clock;
  private final SessionRows sessions;
  private final ReplicaRows replicas;
  private boolean begun;
  private long last;
  private long usedDay;

  Retention(Database database, Incarnation me, LedgerWork work, InstantSource clock) {
    this.database = database;
    this.me = me;
    this.work = work;
    this.clock = clock;
    sessions = new SessionRows(database.dialect());
    replicas = new ReplicaRows(database.dialect());
  }

  void turn(long now) {
    if (begun && now - last < EVERY.toNanos()) {
      return;
    }
    begun = true;
    last = now;
    long today = TimeUnit.MILLISECONDS.toDays(clock.millis());
    noteUse(today);
    int forgotten = 0;
    for (int some = AT_ONCE; some == AT_ONCE; forgotten += some) {
      some =
          database.write(
              Priority.REMOVAL, handle -> sessions.forget(handle, today - SESSION_DAYS, AT_ONCE));
    }
    if (forgotten > 0) {
      log.info("outcomes: {} sessions forgotten, unused for {} days", forgotten, SESSION_DAYS);
    }
    work.mayMakeSessions(database.read(sessions::count) < SESSIONS_MAX);
    database.execute(Priority.REMOVAL, handle -> replicas.forget(handle, me.id(), REPLICA_KEPT));
  }

  /** Sessions that stay open for days are in use without being opened. */
  private void noteUse(long today) {
    if (usedDay == today) {
      return;
    }
    List<Long> open = work.open().ids().stream().sorted().toList();
    for (int from = 0; from < open.size(); from += AT_ONCE) {
      List<Long> some = open.subList(from, Math.min(open.size(), from + AT_ONCE));
      database.execute(Priority.CATALOG, handle -> sessions.use(handle, some, today));
    }
    usedDay = today;
  }
}
