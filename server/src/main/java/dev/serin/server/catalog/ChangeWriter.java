package dev.serin.server.catalog;

import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.Revision;
import dev.serin.server.store.SharedLimits;
import dev.serin.server.store.Transaction;
import dev.serin.v1.ChangeSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes. A small one is one transaction. A large one is written slice by slice, seen by
 * nobody, until a last, short transaction gives it its revision. Safe for all threads.
 */
final class ChangeWriter {
  /** Age at which a shared store's unfinished change is nobody's: far beyond the longest apply. */
  static final Duration ORPHAN_AGE = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(ChangeWriter.class);

  private final Database database;
  private final Commits commits;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** Changes this process is writing: not to be cleaned away. */
  private final Set<Long> underway = ConcurrentHashMap.newKeySet();

  /**
   * A writer.
   *
   * @param random draws identities of changes; safe for all threads
   */
  ChangeWriter(Database database, InstantSource clock, RandomGenerator random) {
    this.database = database;
    this.commits = new Commits(database);
    this.clock = clock;
    this.random = random;
  }

  /** A change on its way into the store. To be closed whether it was committed or not. */
  final class Draft implements AutoCloseable {
    private final long applyId = newApplyId();
    private final Note note;
    private final ChangeSource source;
    private final List<PlannedWrite> writes;
    private final List<List<Slices.Row>> slices;
    private boolean begun;
    private boolean committed;

    Draft(List<PlannedWrite> writes, Note note, ChangeSource source) {
      this.writes = writes;
      this.slices = Slices.of(writes);
      this.note = note;
      this.source = source;
      underway.add(applyId);
    }

    /** Whether it writes just this, so that it may be committed instead. */
    boolean holds(List<PlannedWrite> others) {
      return writes.equals(others);
    }

    /**
     * Makes the change current.
     *
     * @return the new revision; empty: the namespace no longer has the revision the change was
     *     decided on
     */
    OptionalLong commit(NamespaceHead base) {
      OptionalLong revision;
      if (slices.size() <= 1) {
        revision = commit(base, handle -> commitWhole(handle, base));
      } else {
        writeSlices(base);
        revision = commit(base, handle -> commitSlices(handle, base));
      }
      committed = revision.isPresent();
      if (committed && slices.size() > 1) {
        noteSuperseded(base.name(), revision.getAsLong());
      }
      return revision;
    }

    private OptionalLong commit(NamespaceHead base, Transaction<OptionalLong> work) {
      return commits.run(Priority.CATALOG, base.name(), applyId, work, OptionalLong::of);
    }

    /** Of a large change, when it is done: what fails here is no failure of the change. */
    private void noteSuperseded(String namespace, long revision) {
      try {
        for (int from = 0; from < writes.size(); from += Slices.MAX_ROWS) {
          int until = Math.min(writes.size(), from + Slices.MAX_ROWS);
          List<PlannedWrite> some = writes.subList(from, until);
          database.execute(
              Priority.CATALOG,
              handle -> {
                SharedLimits.setWhereShared(database, handle);
                if (database.dialect() == Dialect.POSTGRESQL) {
                  NamespaceRows.lock(handle, namespace);
                }
                SupersededRows.note(handle, namespace, applyId, some, revision);
              });
        }
      } catch (RuntimeException e) {
        log.warn("change {}: not all it superseded is noted; loading takes longer", applyId, e);
      }
    }

    private OptionalLong commitWhole(Handle handle, NamespaceHead base) {
      OptionalLong revision = take(handle, base);
      if (revision.isPresent()) {
        ChangeSetRows.insert(
            handle, applyId, base.name(), revision.getAsLong(), note, source, clock.millis());
        slices.forEach(slice -> insert(handle, base.name(), slice));
        SupersededRows.note(handle, base.name(), applyId, writes, revision.getAsLong());
      }
      return revision;
    }

    private void writeSlices(NamespaceHead base) {
      if (begun) {
        return;
      }
      begun = true;
      database.execute(
          Priority.CATALOG,
          handle -> {
            SharedLimits.setWhereShared(database, handle);
            ChangeSetRows.insert(handle, applyId, base.name(), null, note, source, clock.millis());
          });
      for (List<Slices.Row> slice : slices) {
        database.execute(
            Priority.CATALOG,
            handle -> {
              SharedLimits.setWhereShared(database, handle);
              insert(handle, base.name(), slice);
            });
      }
    }

    private OptionalLong commitSlices(Handle handle, NamespaceHead base) {
      OptionalLong revision = take(handle, base);
      if (revision.isPresent()
          && !ChangeSetRows.stamp(handle, applyId, revision.getAsLong(), clock.millis())) {
        throw new IllegalStateException(
            "change " + applyId + ": cleaned away after " + ORPHAN_AGE + " (expected: faster)");
      }
      return revision;
    }

    private OptionalLong take(Handle handle, NamespaceHead base) {
      OptionalLong revision = NamespaceRows.take(handle, base.name(), base.revision(), applyId);
      revision.ifPresent(number -> database.announce(handle, new Revision(base.name(), number)));
      return revision;
    }

    private void insert(Handle handle, String namespace, List<Slices.Row> slice) {
      try (PreparedBatch versions = VersionInserts.versions(handle);
          PreparedBatch parts = VersionInserts.parts(handle);
          PreparedBatch periods = PeriodRows.inserts(handle)) {
        for (Slices.Row row : slice) {
          switch (row) {
            case Slices.VersionRow version ->
                VersionInserts.add(versions, applyId, namespace, version);
            case Slices.PartRow part -> VersionInserts.add(parts, applyId, part);
            case Slices.PeriodRow period -> PeriodRows.add(periods, applyId, period);
          }
        }
        VersionInserts.execute(versions);
        VersionInserts.execute(parts);
        VersionInserts.execute(periods);
      }
    }

    /** Whether the store has it: what was not to be removed may never have been written. */
    private boolean isCommitted() {
      return database.read(handle -> ChangeSetRows.revision(handle, applyId)).isPresent();
    }

    /** Removes what was written of a change that will not be committed. */
    @Override
    public void close() {
      try {
        if (begun && !committed && !remove(applyId) && isCommitted()) {
          log.warn("change {}: committed after all, though the store did not answer", applyId);
        }
      } catch (RuntimeException e) {
        // Invisible, and the next start tries again.
        log.warn("slices of change {} could not be removed", applyId, e);
      } finally {
        underway.remove(applyId);
      }
    }
  }

  /**
   * A change of run state or of the namespace itself: one row, one revision, one transaction.
   *
   * @param revision the one taken in this transaction
   */
  void record(Handle handle, long applyId, Revision revision, Note note, ChangeSource source) {
    ChangeSetRows.insert(
        handle, applyId, revision.namespace(), revision.number(), note, source, clock.millis());
    database.announce(handle, revision);
  }

  /** Runs the transaction that makes such a change; see {@link Commits#run}. */
  <T> T commit(
      Priority priority,
      String namespace,
      long applyId,
      Transaction<T> work,
      LongFunction<T> made) {
    return commits.run(priority, namespace, applyId, work, made);
  }

  /** A new identity of a change; never 0, which is the store's own. */
  long newApplyId() {
    return random.nextLong(1, Long.MAX_VALUE);
  }

  /**
   * Removes changes that a process began and never finished. Embedded, all but our own; in a shared
   * store only old ones: another process may be writing.
   */
  int cleanOrphans() {
    long before =
        database.dialect() == Dialect.SQLITE
            ? Long.MAX_VALUE
            : clock.millis() - ORPHAN_AGE.toMillis();
    int cleaned = 0;
    for (long applyId : database.read(handle -> ChangeSetRows.orphans(handle, before))) {
      if (!underway.contains(applyId) && remove(applyId)) {
        cleaned++;
      }
    }
    return cleaned;
  }

  /** Removes a change that is not current and never will be; false: it is current, or gone. */
  private boolean remove(long applyId) {
    Dialect dialect = database.dialect();
    if (!database.write(
        Priority.REMOVAL, handle -> ChangeSetRows.abandon(handle, dialect, applyId))) {
      return false;
    }
    int last = database.read(handle -> ChangeSetRows.lastSeq(handle, applyId));
    for (int from = 0; from <= last; from += Slices.MAX_ROWS) {
      int first = from;
      database.execute(
          Priority.REMOVAL,
          handle -> ChangeSetRows.deleteDocuments(handle, applyId, first, first + Slices.MAX_ROWS));
    }
    database.execute(Priority.REMOVAL, handle -> ChangeSetRows.delete(handle, applyId));
    return true;
  }
}
