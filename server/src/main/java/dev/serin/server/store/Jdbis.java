package dev.serin.server.store;

import java.sql.Connection;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;

/** How statements are read: as SQL with named parameters, nothing else. */
final class Jdbis {
  private Jdbis() {}

  static Jdbi of(DataSource source) {
    return plain(Jdbi.create(source));
  }

  static Jdbi of(Connection connection) {
    return plain(Jdbi.create(connection));
  }

  /** Without templates: "revision < :from" holds nothing to fill in. */
  private static Jdbi plain(Jdbi jdbi) {
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
    // For PostgreSQL: many rows in one statement.
    jdbi.registerArrayType(Long.class, "bigint").registerArrayType(String.class, "text");
    return jdbi;
  }
}
