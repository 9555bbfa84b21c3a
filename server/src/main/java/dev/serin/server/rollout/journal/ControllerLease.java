package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The right to act for all runs of a store, which one process at a time has. All times are the
 * database's.
 *
 * <p>Whoever lost it need not know: each transaction of a holder is checked against its {@link
 * Fence}, and nobody takes the lease in the middle of one. Safe for all threads; every call is a
 * transaction.
 */
public final class ControllerLease {
  /** Silence of the holder after which another takes the lease: five of its ticks. */
  public static final Duration SILENCE = Duration.ofSeconds(5);

  private final Database database;
  private final long me;
  private final String name;
  private final LeaseRows rows;

  /**
   * A process's way to the lease.
   *
   * @param me incarnation of the process, drawn at random; not 0
   * @param name host and process, for people
   */
  public ControllerLease(Database database, long me, String name) {
    if (me == 0) {
      throw new IllegalArgumentException("incarnation: 0 (expected: another number)");
    }
    this.database = database;
    this.me = me;
    this.name = requireNonNull(name, "name");
    rows = new LeaseRows(database.dialect());
  }

  /**
   * At the start of a process, before it takes the lease: on the embedded store the lock on its
   * file proves that whoever held it is gone, and nobody has to be waited for.
   */
  public void dismissTheDead() {
    if (database.dialect() == Dialect.SQLITE) {
      database.execute(Priority.ROLLOUT, rows::clear);
    }
  }

  /**
   * Takes the lease where nobody holds it, its holder was silent for longer than {@link #SILENCE},
   * or it is this process's own, from a call whose answer was lost; empty: another one holds it, or
   * is in a transaction under it.
   */
  public Optional<Fence> take() {
    return take(Optional.empty());
  }

  /**
   * Takes the lease as {@link #take()} does.
   *
   * @param now by the clock that this process times logs by
   */
  public Optional<Fence> take(Instant now) {
    return take(Optional.of(now));
  }

  private Optional<Fence> take(Optional<Instant> now) {
    return database.write(
        Priority.ROLLOUT,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          return rows.take(handle, me, name, SILENCE, now).map(number -> new Fence(me, number));
        });
  }

  /** Whether another process may take the lease: an embedded store is one process's. */
  public boolean isShared() {
    return database.dialect() == Dialect.POSTGRESQL;
  }

  /** What is seen of the lease, by whoever has it or not. */
  public Sight sight() {
    return database.read(rows::sight);
  }

  /**
   * What is seen of the lease.
   *
   * @param silence time since a holder last said that it lives; of a store in which nobody ever
   *     did, long
   * @param now by the clock that the holder times logs by; empty: nobody holds the lease, or its
   *     holder is silent for longer than it may be
   * @param looked up to when a holder has looked at all runs, by the clock that it timed logs by;
   *     empty: not known
   */
  public record Sight(Duration silence, Optional<Instant> now, Optional<Instant> looked) {
    /** Checks that all is there. */
    public Sight {
      requireNonNull(silence, "silence");
      requireNonNull(now, "now");
      requireNonNull(looked, "looked");
    }

    /**
     * Time for which nobody has looked at all runs. It is that of the log, too: what a clock is
     * ahead of the last holder's, nobody has seen.
     *
     * @param at by the clock that the next entry is timed by
     */
    public Duration sinceLook(Instant at) {
      Duration unseen = looked.map(last -> Duration.between(last, at)).orElse(silence);
      return unseen.compareTo(silence) > 0 ? unseen : silence;
    }

    /**
     * Time for which nobody has looked at a run, which may be one that the holder leaves out.
     *
     * @param at as in {@link #sinceLook(Instant)}
     */
    public Duration sinceLook(StoredRun run, Instant at) {
      Duration all = sinceLook(at);
      return run.looked()
          .map(last -> Duration.between(last, at))
          .filter(own -> own.compareTo(all) > 0)
          .orElse(all);
    }
  }

  /**
   * Says that the holder lives; false: the lease is another's. It takes nothing of what is kept
   * free on the disk for kill switches and moves: an embedded store is this process's, whatever its
   * row says of the time.
   *
   * @param now by the clock that this process times logs by
   * @param looked up to when all runs have been looked at, by that clock: by this holder or those
   *     before it. Whoever comes next counts what passes after it as seen by nobody
   */
  public boolean renew(Fence fence, Instant now, Instant looked) {
    return renew(fence, handle -> rows.renew(handle, fence, now, looked));
  }

  /** As {@link #renew(Fence, Instant, Instant)}, between two looks. */
  public boolean renew(Fence fence) {
    return renew(fence, handle -> rows.renew(handle, fence));
  }

  private boolean renew(Fence fence, Function<Handle, Boolean> said) {
    try {
      return database.write(
          Priority.FLUSH,
          handle -> {
            // Frozen before the commit, it would hold the row, and nobody could take the lease.
            SharedLimits.setWhereShared(database, handle);
            return said.apply(handle);
          });
    } catch (ApiException e) {
      if (e.reason() != ErrorReason.STORE_FULL || database.dialect() != Dialect.SQLITE) {
        throw e;
      }
      return database.read(handle -> rows.isHeld(handle, fence));
    }
  }

  /** Gives the lease back, so that another takes it at once; nothing where it is another's. */
  public void release(Fence fence) {
    database.execute(
        Priority.ROLLOUT,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          rows.release(handle, fence);
        });
  }
}
