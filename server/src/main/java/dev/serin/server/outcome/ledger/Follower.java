package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to this replica's view what all others have committed, each delta once: at the start bases
 * and deltas as one state of the store has them, afterwards the deltas that came since.
 *
 * <p>For one thread.
 */
final class Follower {
  /**
   * A pause after which replicas may have come and gone unseen: half of the time for which the rows
   * of retired ones are kept. Deltas that were removed sooner leave a gap in the numbers.
   */
  private static final long PAUSE_MAX = Retention.REPLICA_KEPT.toNanos() / 2;

  private static final Logger log = LoggerFactory.getLogger(Follower.class);

  private final Database database;
  private final Incarnation me;
  private final DeltaSink sink;
  private final FlushCycle flushes;
  private final LongSupplier nanoTime;
  private final ReplicaRows replicas;
  private final BaseRows bases;

  /** Last delta that was added, by incarnation. */
  private final Map<Long, Long> seen = new HashMap<>();

  /** Generation of thinning that the view was thinned to. */
  private int generation;

  /** Written after {@link #followed}, for those who ask for both. */
  private volatile boolean loaded;

  /** When the state that the view was last brought up to was read, or a little before. */
  private volatile long followed;

  /** When the last load of everything ended, and what it took. */
  private long loadEnded;

  private long loadTook;

  /**
   * One that has not loaded yet.
   *
   * @param nanoTime the monotonic clock
   */
  Follower(
      Database database,
      Incarnation me,
      DeltaSink sink,
      FlushCycle flushes,
      LongSupplier nanoTime) {
    this.database = database;
    this.me = me;
    this.sink = sink;
    this.flushes = flushes;
    this.nanoTime = nanoTime;
    replicas = new ReplicaRows(database.dialect());
    bases = new BaseRows(database.dialect());
  }

  /** Brings the view up to date. */
  void turn() throws InterruptedException {
    long now = nanoTime.getAsLong();
    if (!loaded) {
      loadFirst();
      noteLoad(now);
      loaded = true;
    } else if (database.dialect() == Dialect.POSTGRESQL) {
      if (now - followed <= PAUSE_MAX && follow()) {
        followed = now;
      } else if (now - loadEnded >= loadTook) {
        loadAnew();
        noteLoad(now);
      }
    }
  }

  /**
   * Any thread: the last moment by the monotonic clock at which the view held what all others had
   * flushed. Nobody else flushes into the embedded store.
   *
   * @param now of that clock
   * @return null: nothing is loaded yet
   */
  @Nullable Long followedAt(long now) {
    if (!loaded) {
      return null;
    }
    return database.dialect() == Dialect.POSTGRESQL ? followed : now;
  }

  /**
   * What a load takes rests before the next: where deltas are removed faster than all can be
   * loaded, the view lags, but flushes, which a load holds up, go on for half of the time.
   */
  private void noteLoad(long begun) {
    followed = begun;
    loadEnded = nanoTime.getAsLong();
    loadTook = loadEnded - begun;
  }

  /** Nothing of this replica is folded yet: what it flushes meanwhile it adds by itself. */
  private void loadFirst() {
    long begin = nanoTime.getAsLong();
    Loaded all = database.read(handle -> load(handle, false));
    thin(all.thinning());
    sink.apply(all.bodies());
    seen.putAll(all.seen());
    if (!all.bodies().isEmpty()) {
      log.info(
          "outcomes: {} bases and deltas loaded in {} ms",
          all.bodies().size(),
          TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begin));
    }
  }

  /** What was counted, up to which delta of whom, and the generation of thinning that holds. */
  private record Loaded(
      List<byte[]> bodies, Map<Long, Long> seen, Optional<ThinningRow> thinning) {}

  private Loaded load(Handle handle, boolean withOwn) {
    List<byte[]> bodies = new ArrayList<>();
    Map<Long, Long> upTo = new HashMap<>();
    for (BaseRow base : bases.current(handle)) {
      bodies.add(bases.body(handle, base));
    }
    for (ReplicaRow replica : replicas.all(handle)) {
      if (withOwn || replica.incarnation() != me.id()) {
        DeltaRows.read(
                handle,
                replica.incarnation(),
                replica.foldedNumber(),
                replica.flushNumber(),
                Long.MAX_VALUE)
            .forEach(row -> bodies.add(row.body()));
        upTo.put(replica.incarnation(), replica.flushNumber());
      }
    }
    return new Loaded(bodies, upTo, ThinningRows.newest(handle, 0));
  }

  /** Adds what came since; false: some of it is gone already. */
  private boolean follow() {
    // Read as one state: whoever flushed under a generation had read its row.
    Progressed others =
        database.read(
            handle ->
                new Progressed(replicas.all(handle), ThinningRows.newest(handle, generation)));
    thin(others.thinning());
    boolean all = true;
    for (ReplicaRow replica : others.replicas()) {
      if (replica.incarnation() != me.id()) {
        all &= follow(replica);
      }
    }
    return all;
  }

  /** How far all replicas are, and the generation of thinning that was begun meanwhile. */
  private record Progressed(List<ReplicaRow> replicas, Optional<ThinningRow> thinning) {}

  /** Thins the view to what the store says by now. */
  void thin() {
    thin(database.read(handle -> ThinningRows.newest(handle, generation)));
  }

  private void thin(Optional<ThinningRow> begun) {
    begun.ifPresent(
        row -> {
          sink.thin(row.sizes());
          generation = row.generation();
        });
  }

  private boolean follow(ReplicaRow replica) {
    long from = seen.getOrDefault(replica.incarnation(), 0L);
    while (from < replica.flushNumber()) {
      long above = from;
      List<DeltaRow> rows =
          database.read(
              handle ->
                  DeltaRows.read(
                      handle,
                      replica.incarnation(),
                      above,
                      replica.flushNumber(),
                      Unfolded.BYTES_MAX));
      if (rows.isEmpty() || rows.get(0).number() != above + 1) {
        return false;
      }
      sink.apply(rows.stream().map(DeltaRow::body).toList());
      from = rows.get(rows.size() - 1).number();
      seen.put(replica.incarnation(), from);
    }
    return true;
  }

  /** Own flushes wait meanwhile: what is read holds all of them, and the view is replaced by it. */
  private void loadAnew() throws InterruptedException {
    log.warn("outcomes: not everything of the other replicas was seen in time; loading all anew");
    flushes.hold();
    try {
      Loaded all = database.read(handle -> load(handle, true));
      sink.replace(all.thinning().map(ThinningRow::sizes).orElse(null), all.bodies());
      generation = all.thinning().map(ThinningRow::generation).orElse(0);
      seen.clear();
      seen.putAll(all.seen());
    } finally {
      flushes.goOn();
    }
  }
}
