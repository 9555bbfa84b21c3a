package dev.serin.server.catalog;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The rows of namespaces. Reading and taking revisions. */
final class NamespaceRows {
  private static final RowMapper<NamespaceHead> HEAD =
      (row, context) ->
          new NamespaceHead(
              row.getString("name"),
              row.getLong("revision"),
              row.getLong("head"),
              row.getLong("created"));

  private NamespaceRows() {}

  /** The namespaces that are there, by name. */
  static List<NamespaceHead> all(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT name, revision, head, created FROM namespace
            WHERE deleted IS NULL ORDER BY name
            """)
        .map(HEAD)
        .list();
  }

  /** A namespace that is there. */
  static Optional<NamespaceHead> find(Handle handle, String name) {
    return handle
        .createQuery(
            """
            SELECT name, revision, head, created FROM namespace
            WHERE name = :name AND deleted IS NULL
            """)
        .bind("name", name)
        .map(HEAD)
        .findOne();
  }

  /** Lets no other transaction of a shared store change a namespace until this one ends. */
  static void lock(Handle handle, String name) {
    handle
        .createQuery("SELECT revision FROM namespace WHERE name = :name FOR UPDATE")
        .bind("name", name)
        .mapTo(Long.class)
        .findOne();
  }

  /**
   * Takes the revision after the one given.
   *
   * @param head identity of the change
   * @return the new revision; empty: the namespace is gone or has another revision by now
   */
  static OptionalLong take(Handle handle, String name, long after, long head) {
    return number(
        handle
            .createQuery(
                """
                UPDATE namespace SET revision = revision + 1, head = :head
                WHERE name = :name AND revision = :after AND deleted IS NULL
                RETURNING revision
                """)
            .bind("name", name)
            .bind("after", after)
            .bind("head", head)
            .mapTo(Long.class)
            .findOne());
  }

  /** Takes the next revision, whatever it is; empty: the namespace is gone. */
  static OptionalLong takeNext(Handle handle, String name, long head) {
    return number(
        handle
            .createQuery(
                """
                UPDATE namespace SET revision = revision + 1, head = :head
                WHERE name = :name AND deleted IS NULL
                RETURNING revision
                """)
            .bind("name", name)
            .bind("head", head)
            .mapTo(Long.class)
            .findOne());
  }

  /** Creates a namespace, or brings back a deleted one; empty: it is there. */
  static OptionalLong create(Handle handle, String name, long head, long nowMillis) {
    return number(
        handle
            .createQuery(
                """
                INSERT INTO namespace (name, revision, head, created) VALUES (:name, 1, :head, :now)
                ON CONFLICT (name) DO UPDATE
                SET revision = namespace.revision + 1, head = :head, created = :now, deleted = NULL
                WHERE namespace.deleted IS NOT NULL
                RETURNING revision
                """)
            .bind("name", name)
            .bind("head", head)
            .bind("now", nowMillis)
            .mapTo(Long.class)
            .findOne());
  }

  /** Marks a namespace as deleted, as part of a change that took its revision. */
  static void delete(Handle handle, String name, long nowMillis) {
    handle
        .createUpdate("UPDATE namespace SET deleted = :now WHERE name = :name")
        .bind("name", name)
        .bind("now", nowMillis)
        .execute();
  }

  private static OptionalLong number(Optional<Long> revision) {
    return revision.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }
}
