package dev.serin.server.catalog;

import com.google.protobuf.util.Durations;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import dev.serin.v1.AwaitedReplica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which revisions the replicas of a store serve, of namespaces in which a run is being taken back
 * or a kill switch is set: each says it of itself as soon as it does, so that whoever acts for the
 * run, or set the switch, knows when nobody serves the treatment any more.
 *
 * <p>A replica is a row of {@code outcome_replica}, where it says each second that it lives; one
 * that has said nothing yet serves nothing of what is asked for. What is awaited is for all
 * threads, the rest for the refresher's.
 */
public final class ServedRevisions {
  private static final Logger log = LoggerFactory.getLogger(ServedRevisions.class);

  /**
   * Who says each second that it lives hears of the store, by another connection, so much longer at
   * most; from then on its treatments grow stale.
   */
  private static final Duration HEARD_AFTER = Duration.ofSeconds(2);

  private static final RowMapper<Behind> BEHIND =
      (row, context) ->
          new Behind(
              row.getString("name"),
              row.getInt("state") == 1,
              row.getLong("heard") == 0,
              Math.max(0, row.getLong("now") - row.getLong("heard")));

  private final Database database;
  private final long incarnation;

  /** Revisions that are served and not yet said to be, by namespace. */
  private final Map<String, Long> unsaid = new ConcurrentHashMap<>();

  private boolean failing;

  /**
   * The revisions of a store's replicas.
   *
   * @param incarnation identity of this process among them
   */
  public ServedRevisions(Database database, long incarnation) {
    this.database = database;
    this.incarnation = incarnation;
  }

  /** This replica serves a state from now on. */
  void serves(NamespaceState state) {
    boolean isAwaited =
        state.activeRuns().stream().anyMatch(run -> run.serving() == ServedRun.Serving.ROLLED_BACK);
    if (isAwaited || state.kills().values().stream().anyMatch(KillRows.Kill::killed)) {
      unsaid.put(state.name(), state.revision());
    } else {
      unsaid.remove(state.name());
    }
  }

  /** Says what is not said yet. What fails is said later: to be called again and again. */
  void say() {
    unsaid.forEach(
        (namespace, revision) -> {
          try {
            if (database.write(Priority.ROLLOUT, handle -> say(handle, namespace, revision))) {
              unsaid.remove(namespace, revision);
            }
            failing = false;
          } catch (RuntimeException e) {
            if (!failing) {
              log.warn("namespace {}: revision {} is served, not said", namespace, revision, e);
            }
            failing = true;
          }
        });
  }

  /**
   * One that was retired says it, too: it may serve what it has until its process ends. False: this
   * replica is not known yet, or no more.
   */
  private boolean say(Handle handle, String namespace, long revision) {
    SharedLimits.setWhereShared(database, handle);
    // Of those that nobody knows any more.
    handle
        .createUpdate(
            """
            DELETE FROM replica_revision
            WHERE incarnation NOT IN (SELECT incarnation FROM outcome_replica)
            """)
        .execute();
    return handle
            .createUpdate(
                """
                INSERT INTO replica_revision (incarnation, namespace, revision)
                SELECT incarnation, :namespace, :revision FROM outcome_replica
                WHERE incarnation = :me
                ON CONFLICT (incarnation, namespace) DO UPDATE SET revision = excluded.revision
                """)
            .bind("namespace", namespace)
            .bind("revision", revision)
            .bind("me", incarnation)
            .execute()
        == 1;
  }

  /**
   * The replicas that serve neither a revision of a namespace nor a later one, and have not been
   * silent for so long that they serve the control. One that others retired is waited for like one
   * that lives, unless it left by itself: its process may be cut off from the store only, and go on
   * answering.
   *
   * @param staleAfter that silence, by the database's clock; empty: it never does by itself, and is
   *     waited for until it is retired
   */
  public List<AwaitedReplica> awaited(
      String namespace, long revision, Optional<Duration> staleAfter) {
    return database.read(handle -> awaited(handle, namespace, revision, staleAfter));
  }

  /**
   * Who may still serve a feature as it was before its kill switch was set.
   *
   * @param revision at which it was set, or a later one
   */
  List<AwaitedReplica> awaited(String namespace, String feature, long revision) {
    return database.read(
        handle ->
            awaited(
                handle, namespace, revision, ServedRunRows.staleAfter(handle, namespace, feature)));
  }

  private List<AwaitedReplica> awaited(
      Handle handle, String namespace, long revision, Optional<Duration> staleAfter) {
    return behind(handle, namespace, revision).stream()
        .filter(replica -> isAwaited(replica, staleAfter))
        .map(this::shown)
        .toList();
  }

  private AwaitedReplica shown(Behind replica) {
    // Embedded it need not say that it lives.
    long silent = database.dialect() == Dialect.SQLITE ? 0 : replica.silentMillis();
    return AwaitedReplica.newBuilder()
        .setName(replica.name())
        .setSilent(Durations.fromMillis(silent))
        .build();
  }

  private boolean isAwaited(Behind replica, Optional<Duration> staleAfter) {
    // Embedded there is one process, which need not say that it lives; the lock on the store's file
    // proves that those before it are gone.
    if (database.dialect() == Dialect.SQLITE) {
      return replica.live();
    }
    if (replica.left()) {
      return false;
    }
    return staleAfter.isEmpty()
        ? replica.live()
        : replica.silentMillis() < staleAfter.get().plus(HEARD_AFTER).toMillis();
  }

  /**
   * A replica that does not serve a revision, as far as it said.
   *
   * @param name for people
   * @param live false: others have retired it
   * @param left whether it ended by itself
   * @param silentMillis since it last said that it lives
   */
  private record Behind(String name, boolean live, boolean left, long silentMillis) {}

  private List<Behind> behind(Handle handle, String namespace, long revision) {
    return handle
        .createQuery(
            """
            SELECT %s AS now, o.name, o.state,
              CASE WHEN o.state = 1 THEN o.renewed
                ELSE COALESCE(o.silent_since, o.renewed) END AS heard
            FROM outcome_replica o
            LEFT JOIN replica_revision s
              ON s.incarnation = o.incarnation AND s.namespace = :namespace
            WHERE COALESCE(s.revision, 0) < :revision
            """
                .formatted(database.dialect().clockMillis()))
        .bind("namespace", namespace)
        .bind("revision", revision)
        .map(BEHIND)
        .list();
  }
}
