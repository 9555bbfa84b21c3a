package dev.serin.server.outcome.ledger;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/**
 * Merges this replica's deltas into bases, and small bases into larger ones, so that reading all
 * that was counted takes as long as there is to read, not as long as there was to count.
 *
 * <p>A base is written in parts that nobody reads; one short transaction has it read instead of
 * what it was merged from. A folder that was frozen until its replica was retired finds there that
 * it owns nothing any more, and changes nothing. For one thread.
 */
final class Folder {
  /** How long folded deltas are kept for replicas that follow. */
  static final long KEPT = TimeUnit.SECONDS.toNanos(60);

  /** Deltas that are folded at once; fewer only when they get old. */
  static final int DELTAS = 128;

  private static final long BYTES = 2L << 20;
  private static final long AGE = TimeUnit.SECONDS.toNanos(30);

  /** Bases of a level that become one of the next. */
  static final int TIER = 8;

  /** Parts that one transaction removes. */
  private static final int REMOVED_PARTS = 16;

  private final Database database;
  private final Incarnation me;
  private final DeltaMerger merger;
  private final Unfolded unfolded;
  private final LongSupplier randomIds;
  private final ReplicaRows replicas;
  private final BaseRows bases;

  /** When folding was last caught up with; by the clock of {@link #turn}. */
  private long caughtUp;

  private boolean begun;

  /** What was folded when: deltas of an incarnation up to a number, for their removal. */
  private final Map<Long, List<Folded>> folded = new HashMap<>();

  private record Folded(long through, long at) {}

  /** What the bases that are read take; written by the thread that folds. */
  private volatile long baseBytes;

  /** Bases that merging anew would leave as they are. */
  private final Set<Long> merged = new HashSet<>();

  Folder(
      Database database,
      Incarnation me,
      DeltaMerger merger,
      Unfolded unfolded,
      LongSupplier randomIds) {
    this.database = database;
    this.me = me;
    this.merger = merger;
    this.unfolded = unfolded;
    this.randomIds = randomIds;
    replicas = new ReplicaRows(database.dialect());
    bases = new BaseRows(database.dialect());
  }

  /** Any thread: bytes of the bases that this replica owns, as of the last turn. */
  long baseBytes() {
    return baseBytes;
  }

  /** Folds and removes what is due. */
  void turn(long now) {
    if (!begun) {
      caughtUp = now;
      begun = true;
    }
    boolean due =
        unfolded.count() >= DELTAS
            || unfolded.bytes() >= BYTES
            || (unfolded.count() > 0 && now - caughtUp >= AGE);
    List<ReplicaRow> owned = database.read(handle -> replicas.ownedBy(handle, me.id()));
    for (ReplicaRow replica : owned) {
      if (replica.incarnation() == me.id()) {
        // Also those whose answer was lost.
        unfolded.foldedThrough(replica.foldedNumber());
        if (due) {
          fold(replica, now);
        }
      }
    }
    if (due || unfolded.count() == 0) {
      caughtUp = now;
    }
    List<BaseRow> all = database.read(handle -> bases.ownedBy(handle, me.id()));
    baseBytes = all.stream().filter(BaseRow::current).mapToLong(BaseRow::bytes).sum();
    mergeTiers(all);
    removeBases(all);
    owned.forEach(replica -> removeDeltas(replica, now));
  }

  /** Folds the deltas that one replica has, as many as there are. */
  private void fold(ReplicaRow replica, long now) {
    ReplicaRow row = replica;
    while (row.foldedNumber() < row.flushNumber()) {
      ReplicaRow from = row;
      List<DeltaRow> deltas =
          database.read(
              handle ->
                  DeltaRows.read(
                      handle,
                      from.incarnation(),
                      from.foldedNumber(),
                      from.flushNumber(),
                      Unfolded.BYTES_MAX));
      long through = deltas.get(deltas.size() - 1).number();
      byte[] body = merger.merge(deltas.stream().map(DeltaRow::body).toList());
      long base = write(0, body);
      switchTo(base, List.of(), handle -> replicas.fold(handle, from, me.id(), through));
      unfolded.foldedThrough(through);
      folded
          .computeIfAbsent(row.incarnation(), key -> new ArrayList<>())
          .add(new Folded(through, now));
      row =
          new ReplicaRow(
              row.incarnation(),
              row.name(),
              row.live(),
              row.flushNumber(),
              through,
              row.removedNumber());
    }
  }

  /** Writes a base that nobody reads yet, a part to each transaction. */
  private long write(int level, byte[] body) {
    long base = randomIds.getAsLong();
    int parts = BaseRows.parts(body);
    for (int part = 0; part < parts; part++) {
      int number = part;
      database.execute(
          Priority.CATALOG,
          handle -> {
            if (!replicas.isLive(handle, me.id())) {
              throw new NotOwnedException();
            }
            if (number == 0) {
              bases.insert(handle, base, me.id(), level, body);
            }
            bases.insertPart(handle, base, number, body);
          });
    }
    merged.add(base);
    return base;
  }

  /** What else has to be true, and becomes true, when a base is switched to. */
  @FunctionalInterface
  private interface Condition {
    boolean holds(Handle handle);
  }

  private void switchTo(long base, List<BaseRow> replaced, Condition condition) {
    database.execute(
        Priority.CATALOG,
        handle -> {
          boolean owned =
              replicas.isLive(handle, me.id())
                  && condition.holds(handle)
                  && replaced.stream()
                      .allMatch(old -> bases.setCurrent(handle, old.base(), me.id(), false))
                  && bases.setCurrent(handle, base, me.id(), true);
          if (!owned) {
            throw new NotOwnedException();
          }
        });
  }

  /** Rolls back: this replica was retired, or the answer to the same switch was lost before. */
  private static final class NotOwnedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotOwnedException() {
      super("what was to be folded is not this replica's any more");
    }
  }

  private void mergeTiers(List<BaseRow> all) {
    Map<Integer, List<BaseRow>> levels =
        all.stream()
            .filter(BaseRow::current)
            .collect(groupingBy(BaseRow::level, TreeMap::new, toList()));
    levels.forEach(
        (level, some) -> {
          if (some.size() >= TIER) {
            List<byte[]> bodies =
                database.read(
                    handle -> some.stream().map(base -> bases.body(handle, base)).toList());
            long next = write(level + 1, merger.merge(bodies));
            switchTo(next, some, handle -> true);
          }
        });
  }

  /** From now on merging drops more than it did. */
  void forgetMerged() {
    merged.clear();
  }

  /**
   * Merges a base by itself that may hold what merging drops by now: made before, or taken over.
   * One at a time, so that following the others never waits for all.
   *
   * @return false: there was none
   */
  boolean mergeOneAnew() {
    List<BaseRow> all = database.read(handle -> bases.ownedBy(handle, me.id()));
    merged.retainAll(all.stream().map(BaseRow::base).toList());
    for (BaseRow base : all) {
      if (base.current() && !merged.contains(base.base())) {
        byte[] before = database.read(handle -> bases.body(handle, base));
        byte[] after = merger.merge(List.of(before));
        if (Arrays.equals(before, after)) {
          merged.add(base.base());
        } else {
          switchTo(write(base.level(), after), List.of(base), handle -> true);
        }
        return true;
      }
    }
    return false;
  }

  /** Those that nobody reads: replaced, or never finished. What was switched to meanwhile stays. */
  private void removeBases(List<BaseRow> all) {
    for (BaseRow base : all) {
      if (!base.current()) {
        boolean gone = false;
        while (!gone) {
          gone =
              database.write(
                  Priority.REMOVAL,
                  handle -> bases.remove(handle, base.base(), me.id(), REMOVED_PARTS));
        }
      }
    }
  }

  private void removeDeltas(ReplicaRow replica, long now) {
    List<Folded> times = folded.computeIfAbsent(replica.incarnation(), key -> new ArrayList<>());
    boolean noted = times.stream().anyMatch(time -> time.through() >= replica.foldedNumber());
    if (!noted && replica.removedNumber() < replica.foldedNumber()) {
      // Taken over, or noted by nobody: they are kept from now on.
      times.add(new Folded(replica.foldedNumber(), now));
    }
    long through =
        times.stream()
            .filter(time -> now - time.at() >= KEPT)
            .mapToLong(Folded::through)
            .max()
            .orElse(0);
    if (through > replica.removedNumber()) {
      database.execute(
          Priority.REMOVAL,
          handle -> {
            if (replicas.remove(handle, replica.incarnation(), me.id(), through)) {
              DeltaRows.remove(handle, replica.incarnation(), through);
            }
          });
      times.removeIf(time -> time.through() <= through);
    }
  }
}
