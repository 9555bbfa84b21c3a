package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.Priority;
import dev.serin.server.store.SharedLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/**
 * Opens many sessions in one transaction. A session that is opened gets a new epoch, so that
 * whoever had it before counts nothing more under it.
 */
final class ClaimBatch {
  private final Database database;
  private final Incarnation me;
  private final LongSupplier randomIds;
  private final ReplicaRows replicas;
  private final SessionRows sessions;

  ClaimBatch(Database database, Incarnation me, LongSupplier randomIds) {
    this.database = database;
    this.me = me;
    this.randomIds = randomIds;
    replicas = new ReplicaRows(database.dialect());
    sessions = new SessionRows(database.dialect());
  }

  /** What became of a claim. */
  sealed interface Answer {
    /** The session as it is held now. */
    record Opened(SessionRow row) implements Answer {}

    /** A later attempt holds it. */
    record Fenced() implements Answer {}

    /** There is none, and its beginning is gone. */
    record Expired() implements Answer {}

    /** Another replica made it at the same moment: to be asked again. */
    record Again() implements Answer {}

    /** Another transaction holds it: to be asked again a little later. */
    record Busy() implements Answer {}
  }

  /**
   * Runs the transaction.
   *
   * @param claims at most one for each session
   * @param day today, days since 1970
   * @param mayMake whether there is room for sessions that do not exist yet
   * @return an answer for each claim, in their order
   * @throws dev.serin.server.error.ApiException if the store did not do it, or nobody knows whether
   *     it did: opened sessions that nobody holds do no harm
   */
  List<Answer> run(List<Claim> claims, long day, boolean mayMake) {
    return database.write(
        Priority.FLUSH,
        handle -> {
          if (database.dialect() == Dialect.POSTGRESQL) {
            SharedLimits.set(handle);
          }
          if (!replicas.isLive(handle, me.id())) {
            throw ApiErrors.shuttingDown();
          }
          return run(handle, claims, day, mayMake);
        });
  }

  private List<Answer> run(Handle handle, List<Claim> claims, long day, boolean mayMake) {
    List<SessionKey> keys = claims.stream().map(SessionKey::of).toList();
    Map<SessionKey, SessionRow> existing = sessions.lock(handle, keys);
    Set<SessionKey> busy = busy(handle, keys, existing);
    Map<SessionKey, SessionRow> made = new LinkedHashMap<>();
    Map<SessionKey, SessionRow> given = new HashMap<>();
    Map<SessionKey, Answer> answers = new HashMap<>();
    for (Claim claim : claims) {
      SessionKey key = SessionKey.of(claim);
      SessionRow row = existing.get(key);
      if (row != null) {
        if (isFenced(claim, row)) {
          answers.put(key, new Answer.Fenced());
        } else {
          given.put(key, opened(row, claim));
        }
      } else if (busy.contains(key)) {
        answers.put(key, new Answer.Busy());
      } else if (!claim.fromStart()) {
        answers.put(key, new Answer.Expired());
      } else if (!mayMake) {
        throw ApiErrors.overloaded("sessions in the store", Retention.SESSIONS_MAX, "sessions");
      } else {
        made.put(key, new SessionRow(randomIds.getAsLong(), 1, claim.attempt(), 0));
      }
    }
    sessions.give(handle, given.values(), me.id(), day);
    Set<Long> inserted = sessions.insert(handle, made, me.id(), day);
    given.forEach((key, row) -> answers.put(key, new Answer.Opened(row)));
    made.forEach(
        (key, row) ->
            answers.put(
                key, inserted.contains(row.id()) ? new Answer.Opened(row) : new Answer.Again()));
    List<Answer> inOrder = new ArrayList<>(claims.size());
    for (Claim claim : claims) {
      inOrder.add(Objects.requireNonNull(answers.get(SessionKey.of(claim))));
    }
    return inOrder;
  }

  /**
   * Sessions that another replica is flushing or claiming; one that froze may do so for a while.
   */
  private Set<SessionKey> busy(
      Handle handle, List<SessionKey> keys, Map<SessionKey, SessionRow> existing) {
    List<SessionKey> others = keys.stream().filter(key -> !existing.containsKey(key)).toList();
    return others.isEmpty() || database.dialect() == Dialect.SQLITE
        ? Set.of()
        : sessions.named(handle, others);
  }

  /** An unordered claim takes what it finds; an ordered one has to be above those before it. */
  private static boolean isFenced(Claim claim, SessionRow row) {
    return claim.attempt() != 0 && claim.attempt() <= row.attempt();
  }

  private static SessionRow opened(SessionRow row, Claim claim) {
    return new SessionRow(
        row.id(), row.epoch() + 1, Math.max(row.attempt(), claim.attempt()), row.committed());
  }
}
