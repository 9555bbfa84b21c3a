package dev.serin.server.outcome.ledger;

import static java.util.stream.Collectors.toMap;

import dev.serin.server.store.Dialect;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * The rows of sessions. Whatever locks several does so in order of their ids, so that replicas that
 * open and flush the same ones never wait in a circle.
 */
final class SessionRows {
  private static final RowMapper<SessionRow> ROW =
      (row, context) ->
          new SessionRow(
              row.getLong("id"),
              row.getLong("epoch"),
              row.getLong("attempt"),
              row.getLong("committed"));

  private static final RowMapper<SessionKey> KEY =
      (row, context) -> new SessionKey(row.getString("producer"), row.getString("session"));

  private final boolean shared;

  SessionRows(Dialect dialect) {
    shared = dialect == Dialect.POSTGRESQL;
  }

  /**
   * Finds sessions by name; until the transaction ends nobody else changes them. Those that another
   * transaction holds are not waited for: they are not among what is returned.
   */
  Map<SessionKey, SessionRow> lock(Handle handle, Collection<SessionKey> keys) {
    return shared ? lockShared(handle, keys) : lockOwn(handle, keys);
  }

  private static Map<SessionKey, SessionRow> lockShared(
      Handle handle, Collection<SessionKey> keys) {
    return byName(
            handle,
            """
            SELECT s.id, s.epoch, s.attempt, s.committed, s.producer, s.session
            FROM outcome_session s
            WHERE (s.producer, s.session) IN %s
            ORDER BY s.id FOR UPDATE SKIP LOCKED
            """,
            keys)
        .map((row, context) -> Map.entry(KEY.map(row, context), ROW.map(row, context)))
        .stream()
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Those of a shared store that are there, whoever holds them. */
  Set<SessionKey> named(Handle handle, Collection<SessionKey> keys) {
    return byName(
            handle,
            """
            SELECT s.producer, s.session FROM outcome_session s
            WHERE (s.producer, s.session) IN %s
            """,
            keys)
        .map(KEY)
        .collectIntoSet();
  }

  private static Query byName(Handle handle, String query, Collection<SessionKey> keys) {
    return handle
        .createQuery(
            query.formatted(
                """
                (SELECT k.producer, k.session
                   FROM unnest(CAST(:producers AS TEXT[]), CAST(:sessions AS TEXT[]))
                   AS k (producer, session))
                """))
        .bindArray("producers", String.class, keys.stream().map(SessionKey::producer).toList())
        .bindArray("sessions", String.class, keys.stream().map(SessionKey::session).toList());
  }

  private static Map<SessionKey, SessionRow> lockOwn(Handle handle, Collection<SessionKey> keys) {
    Map<SessionKey, SessionRow> found = new HashMap<>();
    for (SessionKey key : keys) {
      handle
          .createQuery(
              """
              SELECT id, epoch, attempt, committed FROM outcome_session
              WHERE producer = :producer AND session = :session
              """)
          .bind("producer", key.producer())
          .bind("session", key.session())
          .map(ROW)
          .findOne()
          .ifPresent(row -> found.put(key, row));
    }
    return found;
  }

  /**
   * Makes sessions.
   *
   * @return the ids of those that were made; another replica may have made the others first
   */
  Set<Long> insert(Handle handle, Map<SessionKey, SessionRow> made, long incarnation, long day) {
    if (made.isEmpty()) {
      return Set.of();
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO outcome_session
              (id, producer, session, epoch, attempt, committed, incarnation, used_day)
            VALUES (:id, :producer, :session, :epoch, :attempt, :committed, :incarnation, :day)
            ON CONFLICT DO NOTHING
            """);
    // In one order for all, so that two replicas that make the same ones never wait in a circle.
    made.entrySet().stream()
        .sorted(
            Map.Entry.comparingByKey(
                Comparator.comparing(SessionKey::producer).thenComparing(SessionKey::session)))
        .forEach(
            entry ->
                batch
                    .bind("id", entry.getValue().id())
                    .bind("producer", entry.getKey().producer())
                    .bind("session", entry.getKey().session())
                    .bind("epoch", entry.getValue().epoch())
                    .bind("attempt", entry.getValue().attempt())
                    .bind("committed", entry.getValue().committed())
                    .bind("incarnation", incarnation)
                    .bind("day", day)
                    .add());
    int[] counts = batch.execute();
    List<Long> ids = made.values().stream().map(SessionRow::id).toList();
    if (!shared && Arrays.stream(counts).allMatch(count -> count == 1)) {
      return new HashSet<>(ids);
    }
    return present(handle, ids);
  }

  private Set<Long> present(Handle handle, List<Long> ids) {
    if (shared) {
      return handle
          .createQuery("SELECT id FROM outcome_session WHERE id = ANY(CAST(:ids AS BIGINT[]))")
          .bindArray("ids", Long.class, ids)
          .mapTo(Long.class)
          .collectIntoSet();
    }
    Set<Long> present = new HashSet<>();
    for (long id : ids) {
      handle
          .createQuery("SELECT id FROM outcome_session WHERE id = :id")
          .bind("id", id)
          .mapTo(Long.class)
          .findOne()
          .ifPresent(present::add);
    }
    return present;
  }

  /** Gives locked sessions to a replica, as the rows say. */
  void give(Handle handle, Collection<SessionRow> given, long incarnation, long day) {
    if (given.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE outcome_session
            SET epoch = :epoch, attempt = :attempt, incarnation = :incarnation, used_day = :day
            WHERE id = :id
            """);
    for (SessionRow row : given) {
      batch
          .bind("epoch", row.epoch())
          .bind("attempt", row.attempt())
          .bind("incarnation", incarnation)
          .bind("day", day)
          .bind("id", row.id())
          .add();
    }
    batch.execute();
  }

  /**
   * Moves committed sequences where the epochs still hold.
   *
   * @param progress in order of the sessions' ids
   * @return the openings that hold no more; if there are any the transaction must not commit
   */
  Set<OpenSession> advance(Handle handle, List<Progress> progress) {
    if (progress.isEmpty()) {
      return Set.of();
    }
    return shared ? advanceShared(handle, progress) : advanceOwn(handle, progress);
  }

  private static Set<OpenSession> advanceOwn(Handle handle, List<Progress> progress) {
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE outcome_session SET committed = :last WHERE id = :id AND epoch = :epoch");
    for (Progress one : progress) {
      batch
          .bind("last", one.last())
          .bind("id", one.session().id())
          .bind("epoch", one.session().epoch())
          .add();
    }
    int[] counts = batch.execute();
    Set<OpenSession> fenced = new HashSet<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 1) {
        fenced.add(progress.get(i).session());
      }
    }
    return fenced;
  }

  private static Set<OpenSession> advanceShared(Handle handle, List<Progress> progress) {
    List<Long> ids = progress.stream().map(one -> one.session().id()).toList();
    Map<Long, Long> epochs =
        handle
            .createQuery(
                """
                SELECT id, epoch FROM outcome_session WHERE id = ANY(CAST(:ids AS BIGINT[]))
                ORDER BY id FOR UPDATE
                """)
            .bindArray("ids", Long.class, ids)
            .map((row, context) -> Map.entry(row.getLong("id"), row.getLong("epoch")))
            .stream()
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    Set<OpenSession> fenced = new HashSet<>();
    for (Progress one : progress) {
      Long epoch = epochs.get(one.session().id());
      if (epoch == null || epoch != one.session().epoch()) {
        fenced.add(one.session());
      }
    }
    if (fenced.isEmpty()) {
      handle
          .createUpdate(
              """
              UPDATE outcome_session s SET committed = v.committed
              FROM unnest(CAST(:ids AS BIGINT[]), CAST(:committed AS BIGINT[]))
                AS v (id, committed)
              WHERE s.id = v.id
              """)
          .bindArray("ids", Long.class, ids)
          .bindArray("committed", Long.class, progress.stream().map(Progress::last).toList())
          .execute();
    }
    return fenced;
  }

  /** Epochs of sessions, by id. Of a shared store. */
  Map<Long, Long> epochs(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery("SELECT id, epoch FROM outcome_session WHERE id = ANY(CAST(:ids AS BIGINT[]))")
        .bindArray("ids", Long.class, List.copyOf(ids))
        .map((row, context) -> Map.entry(row.getLong("id"), row.getLong("epoch")))
        .stream()
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Notes that sessions are in use; at least one, in order of their ids. */
  void use(Handle handle, List<Long> ids, long day) {
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE outcome_session SET used_day = :day WHERE id = :id AND used_day < :day");
    ids.forEach(id -> batch.bind("day", day).bind("id", id).add());
    batch.execute();
  }

  /** Forgets some of the sessions that were not used since a day; returns how many. */
  int forget(Handle handle, long unusedSince, int limit) {
    return handle
        .createUpdate(
            """
            DELETE FROM outcome_session WHERE used_day < :day AND id IN
              (SELECT id FROM outcome_session WHERE used_day < :day ORDER BY id LIMIT :limit)
            """)
        .bind("day", unusedSince)
        .bind("limit", limit)
        .execute();
  }

  long count(Handle handle) {
    return handle.createQuery("SELECT count(*) FROM outcome_session").mapTo(Long.class).one();
  }
}
