package dev.serin.server.rollout.journal;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * The runs of a store and their logs. A move is one transaction: what is served, the answer to who
 * asked, the run's new state, its entry with the evidence, and the notifications; all of it, or
 * nothing.
 *
 * <p>A move carries the version of the run that it was decided on, so that of two that are decided
 * at the same time one is written, whoever decided them. What the controller decides is checked
 * against its {@link Fence} too. A command needs no lease: any process may write it, and a request
 * that comes again is told the first answer.
 *
 * <p>Where a call throws {@code STORE_UNAVAILABLE}, nobody knows whether it was done: ask the same
 * request again, or read the run. Safe for all threads; every call is a transaction.
 */
public final class Journal {
  private final Database database;
  private final LeaseRows leases;
  private final RequestRows requests;
  private final NotificationRows notifications;
  private final Consumer<Move> watcher;

  /** The journal of a store. */
  public Journal(Database database) {
    this(database, move -> {});
  }

  /**
   * The journal of a store.
   *
   * @param watcher is told of each move that was written here, after its commit; must not wait
   */
  public Journal(Database database, Consumer<Move> watcher) {
    this.database = database;
    this.watcher = watcher;
    leases = new LeaseRows(database.dialect());
    requests = new RequestRows(database.dialect());
    notifications = new NotificationRows(database.dialect());
  }

  /** Rolls a transaction back, with what is to be told instead. */
  private static final class UndoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Written because;

    UndoneException(Written because) {
      super(null, null, false, false);
      this.because = because;
    }
  }

  /**
   * Makes a run, by a command.
   *
   * @param first its first move, decided on version 0
   * @param alongside what belongs into the transaction; takes the namespace's next revision, so
   *     that a change of documents that was decided before is decided again
   * @return {@link Written.Done}, {@link Written.Answered}, {@link Written.Reused}, or {@link
   *     Written.Taken} where the split has an active run
   */
  public Written start(RunOrigin origin, Move first, Request request, Alongside alongside) {
    if (first.decidedOn() != 0 || !first.run().equals(origin.run())) {
      throw new IllegalArgumentException(
          "first: version "
              + first.decidedOn()
              + " of "
              + first.run()
              + " (expected: 0 of "
              + origin.run()
              + ")");
    }
    return writeMove(
        first,
        handle -> {
          alongside.write(handle);
          first(handle, request, moved(first));
          if (!RunRows.insert(handle, origin, first)) {
            throw new UndoneException(
                RunRows.owner(handle, origin)
                    .<Written>map(Written.Taken::new)
                    .orElseGet(Written.Stale::new));
          }
          record(handle, first, 0);
        });
  }

  /**
   * Writes what a command does.
   *
   * @return {@link Written.Done}, {@link Written.Stale}, {@link Written.Answered} or {@link
   *     Written.Reused}
   */
  public Written command(Move move, Request request, Alongside alongside) {
    return writeMove(
        move,
        handle -> {
          alongside.write(handle);
          first(handle, request, moved(move));
          advance(handle, move);
          record(handle, move, 0);
        });
  }

  /**
   * Keeps the answer to a command that does nothing.
   *
   * @param answer given on the version that it names
   * @return as {@link #command} does
   */
  public Written answer(Request request, Answer answer) {
    return write(
        handle -> {
          first(handle, request, answer);
          if (!RunRows.isAt(handle, database.dialect(), answer.run(), answer.version())) {
            throw new UndoneException(new Written.Stale());
          }
        },
        answer.version());
  }

  /**
   * Writes what the controller decided.
   *
   * @return {@link Written.Done}, {@link Written.Stale} or {@link Written.Unheld}
   */
  public Written act(Move move, Fence fence, Alongside alongside) {
    return writeMove(
        move,
        handle -> {
          require(handle, fence);
          alongside.write(handle);
          advance(handle, move);
          record(handle, move, fence.number());
        });
  }

  /**
   * Keeps what looks left that moved nothing, of runs that nobody has moved since; says that the
   * controller lives, too. False: the lease is another's, and nothing is kept.
   *
   * @param kept few enough for a short transaction
   */
  public boolean keep(List<KeptJudge> kept, Fence fence) {
    return keep(fence, handle -> kept.forEach(one -> RunRows.keep(handle, one)));
  }

  /**
   * Keeps which runs are looked at with all others and which are not, so that a command to one of
   * these, and the next holder, know since when nobody has; says that the controller lives, too.
   * False: the lease is another's, and nothing is kept.
   *
   * @param kept few enough for a short transaction
   */
  public boolean keepLooks(List<KeptLook> kept, Fence fence) {
    return keep(fence, handle -> kept.forEach(one -> RunRows.keep(handle, one)));
  }

  /**
   * Keeps what looks showed of runs by minute, for people; says that the controller lives, too.
   * False: the lease is another's, and nothing is kept.
   *
   * @param kept few enough for a short transaction; those that this lease wrote before are replaced
   */
  public boolean keepSlots(List<KeptSlot> kept, Fence fence) {
    return keep(fence, handle -> SlotRows.keep(handle, kept, fence.number()));
  }

  private boolean keep(Fence fence, Consumer<Handle> work) {
    // Of the last room on a disk it takes nothing: what is not kept has moved nothing.
    Written written =
        write(
            Priority.FLUSH,
            handle -> {
              require(handle, fence);
              work.accept(handle);
            },
            0);
    return written instanceof Written.Done;
  }

  /** What came of a request before: {@link Written.Answered} or {@link Written.Reused}. */
  public Optional<Written> answered(Request request) {
    return database.read(handle -> RequestRows.find(handle, request));
  }

  /**
   * What came of a request whose answer was lost: as {@link #answered}; empty: nothing, and nothing
   * will. Waits for whoever is writing it just now, as a commit may still be on its way.
   */
  public Optional<Written> settled(Request request) {
    Answer nothing = new Answer("", 0, Answer.Outcome.STAYED, "");
    Written written =
        write(
            handle -> {
              first(handle, request, nothing);
              throw new UndoneException(new Written.Stale());
            },
            0);
    return written instanceof Written.Stale ? Optional.empty() : Optional.of(written);
  }

  /** A run by its id. */
  public Optional<StoredRun> find(String run) {
    return database.read(handle -> RunRows.find(handle, run));
  }

  /** Runs by their ids, those that are there, in that order. */
  public List<StoredRun> find(List<String> runs) {
    return database.read(handle -> RunRows.of(handle, runs));
  }

  /** A rollout's newest run; empty: it was never started. */
  public Optional<StoredRun> newest(String namespace, String rollout) {
    return database.read(handle -> RunRows.newest(handle, namespace, rollout));
  }

  /**
   * The newest run of each rollout of a namespace that was ever started, by the rollout's key.
   *
   * @param after key of the rollout before the first; empty: from the first on
   * @param limit at most so many, 1 or more
   */
  public List<StoredRun> newestOf(String namespace, String after, int limit) {
    return database.read(handle -> RunRows.newestOf(handle, namespace, after, limit));
  }

  /**
   * One of a rollout's runs.
   *
   * @param number which, from 1
   */
  public Optional<StoredRun> numbered(String namespace, String rollout, long number) {
    return database.read(handle -> RunRows.numbered(handle, namespace, rollout, number));
  }

  /** The versions of all active runs, by id: what has to be read again is told by them. */
  public Map<String, Long> activeVersions() {
    return database.read(RunRows::activeVersions);
  }

  /**
   * Entries of a run's log, oldest first.
   *
   * @param after number of the entry before the first; 0: from the first on
   * @param limit at most so many, 1 or more
   */
  public List<StoredEntry> log(String run, long after, int limit) {
    return database.read(handle -> EntryRows.after(handle, run, after, limit));
  }

  /**
   * When a run entered a stage, milliseconds since 1970; empty: it never did.
   *
   * @param stage from 1; 0: there is none
   */
  public OptionalLong stageBegan(String run, int stage) {
    return stage == 0
        ? OptionalLong.empty()
        : database.read(handle -> EntryRows.stageBegan(handle, run, stage));
  }

  /**
   * Where a run stood after each entry of its log, oldest first.
   *
   * @param untilMillis first moment after, milliseconds since 1970
   */
  public List<StoredMoment> moments(String run, long untilMillis) {
    return database.read(handle -> EntryRows.moments(handle, run, untilMillis));
  }

  /**
   * The runs on a feature that are active, or were at some time, by rollout, then by number.
   *
   * @param sinceMillis that time, milliseconds since 1970
   */
  public List<String> onFeature(String namespace, String feature, long sinceMillis) {
    return database.read(handle -> RunRows.onFeature(handle, namespace, feature, sinceMillis));
  }

  /**
   * What looks showed of a run, by time; minutes without a look are not there.
   *
   * @param fromMinute minutes since 1970
   * @param untilMinute first minute after
   */
  public List<KeptSlot> slots(String run, long fromMinute, long untilMinute) {
    return database.read(handle -> SlotRows.of(handle, run, fromMinute, untilMinute));
  }

  /**
   * Forgets some of what looks showed before a minute, of the oldest.
   *
   * @param limit at most so many, 1 or more
   * @return how many: where it is the limit, there may be more
   */
  public int forgetSlots(long beforeMinute, int limit) {
    return database.write(
        Priority.REMOVAL,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          return SlotRows.forget(handle, beforeMinute, limit);
        });
  }

  /**
   * Forgets some of the answers to requests that are older, by the database's clock.
   *
   * @param limit at most so many, 1 or more
   * @return how many: where it is the limit, there may be more
   */
  public int forgetAnswers(Duration kept, int limit) {
    return database.write(
        Priority.REMOVAL,
        handle -> {
          SharedLimits.setWhereShared(database, handle);
          return requests.forget(handle, kept, limit);
        });
  }

  private Written writeMove(Move move, Consumer<Handle> work) {
    Written written = write(work, move.version());
    if (written instanceof Written.Done) {
      watcher.accept(move);
    }
    return written;
  }

  private Written write(Consumer<Handle> work, long version) {
    return write(Priority.ROLLOUT, work, version);
  }

  private Written write(Priority priority, Consumer<Handle> work, long version) {
    try {
      database.execute(
          priority,
          handle -> {
            SharedLimits.setWhereShared(database, handle);
            work.accept(handle);
          });
      return new Written.Done(version);
    } catch (UndoneException e) {
      return e.because;
    }
  }

  private void require(Handle handle, Fence fence) {
    if (!leases.renew(handle, fence)) {
      throw new UndoneException(new Written.Unheld());
    }
  }

  private void first(Handle handle, Request request, Answer answer) {
    if (!requests.insert(handle, request, answer)) {
      throw new UndoneException(RequestRows.find(handle, request).orElseGet(Written.Stale::new));
    }
  }

  private static Answer moved(Move move) {
    return new Answer(move.run(), move.version(), Answer.Outcome.MOVED, "");
  }

  private static void advance(Handle handle, Move move) {
    if (!RunRows.advance(handle, move)) {
      throw new UndoneException(new Written.Stale());
    }
  }

  private void record(Handle handle, Move move, long fence) {
    EntryRows.insert(handle, move, fence);
    notifications.insert(handle, move);
  }
}
