package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over from replicas that fell silent: their deltas are folded, and in the same transaction
 * their state changes, so that one that wakes finds that it counts nothing more.
 */
final class Retirement {
  /** How long a replica may be silent, by the database's clock. */
  static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(Retirement.class);

  private final Database database;
  private final Incarnation me;
  private final DeltaMerger merger;
  private final LongSupplier randomIds;
  private final ReplicaRows replicas;
  private final BaseRows bases;

  Retirement(Database database, Incarnation me, DeltaMerger merger, LongSupplier randomIds) {
    this.database = database;
    this.me = me;
    this.merger = merger;
    this.randomIds = randomIds;
    replicas = new ReplicaRows(database.dialect());
    bases = new BaseRows(database.dialect());
  }

  /** Retires those that have been silent for longer than they may; returns how many. */
  int retireSilent() {
    return retire(SILENCE);
  }

  /** Retires all others: the lock on the store's file proves that their processes are gone. */
  int retireAll() {
    // Whatever the clock says now, and said when they renewed.
    return retire(Duration.ofMillis(-Long.MAX_VALUE / 4));
  }

  private int retire(Duration silence) {
    List<Long> silent = database.read(handle -> replicas.silent(handle, me.id(), silence));
    int retired = 0;
    for (long dead : silent) {
      if (database.write(Priority.FLUSH, handle -> retire(handle, dead, silence))) {
        retired++;
      }
    }
    return retired;
  }

  /** In one transaction; false: somebody else was there first, or it lives. */
  private boolean retire(Handle handle, long incarnation, Duration silence) {
    if (database.dialect() == Dialect.POSTGRESQL) {
      SharedLimits.set(handle);
    }
    if (!replicas.isLive(handle, me.id())) {
      return false;
    }
    Optional<ReplicaRow> dead = replicas.lockedIfSilent(handle, incarnation, silence);
    if (dead.isEmpty()) {
      return false;
    }
    ReplicaRow row = dead.get();
    List<DeltaRow> deltas =
        DeltaRows.read(handle, incarnation, row.foldedNumber(), row.flushNumber(), Long.MAX_VALUE);
    if (!deltas.isEmpty()) {
      byte[] body = merger.merge(deltas.stream().map(DeltaRow::body).toList());
      long base = randomIds.getAsLong();
      bases.insert(handle, base, me.id(), 0, body);
      for (int part = 0; part < BaseRows.parts(body); part++) {
        bases.insertPart(handle, base, part, body);
      }
      bases.setCurrent(handle, base, me.id(), true);
    }
    bases.takeOver(handle, incarnation, me.id());
    replicas.retire(handle, row, me.id());
    // A process that ended on its own store and left nothing behind is no news.
    if (database.dialect() == Dialect.POSTGRESQL || !deltas.isEmpty()) {
      handle.afterCommit(
          () ->
              log.info(
                  "replica {} ({}) retired: {} flushes taken over",
                  row.name(),
                  incarnation,
                  deltas.size()));
    }
    return true;
  }
}
