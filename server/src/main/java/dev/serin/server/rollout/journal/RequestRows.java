package dev.serin.server.rollout.journal;

import dev.serin.server.store.Dialect;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of requests that were answered. */
final class RequestRows {
  private final String clock;

  RequestRows(Dialect dialect) {
    clock = dialect.clockMillis();
  }

  /** Notes a first answer; false: there is one. Waits for whoever answers the same just now. */
  boolean insert(Handle handle, Request request, Answer answer) {
    return handle
            .createUpdate(
                """
                INSERT INTO rollout_request
                  (namespace, request, asked, run, version, outcome, because, time)
                VALUES (:namespace, :request, :asked, :run, :version, :outcome, :because, %s)
                ON CONFLICT DO NOTHING
                """
                    .formatted(clock))
            .bind("namespace", request.namespace())
            .bind("request", request.id())
            .bind("asked", request.asked())
            .bind("run", answer.run())
            .bind("version", answer.version())
            .bind("outcome", answer.outcome().name())
            .bind("because", answer.because())
            .execute()
        == 1;
  }

  /** What came of a request before; empty: it is new. */
  static Optional<Written> find(Handle handle, Request request) {
    return handle
        .createQuery(
            """
            SELECT asked, run, version, outcome, because FROM rollout_request
            WHERE namespace = :namespace AND request = :request
            """)
        .bind("namespace", request.namespace())
        .bind("request", request.id())
        .<Written>map(
            (row, context) ->
                row.getString("asked").equals(request.asked())
                    ? new Written.Answered(
                        new Answer(
                            row.getString("run"),
                            row.getLong("version"),
                            Answer.Outcome.valueOf(row.getString("outcome")),
                            row.getString("because")))
                    : new Written.Reused(row.getString("asked")))
        .findOne();
  }

  /** Forgets some of those that are older; returns how many. */
  int forget(Handle handle, Duration kept, int limit) {
    return handle
        .createUpdate(
            """
            DELETE FROM rollout_request WHERE (namespace, request) IN
              (SELECT namespace, request FROM rollout_request
               WHERE time < %s - :kept ORDER BY time LIMIT :limit)
            """
                .formatted(clock))
        .bind("kept", kept.toMillis())
        .bind("limit", limit)
        .execute();
  }
}
