package dev.serin.server.store;

import java.nio.file.Path;
import java.util.Optional;

/** Which store to open. */
public sealed interface StoreConfig {
  /**
   * The embedded store: one SQLite file, used by one process at a time.
   *
   * @param file the database file; its directory is created where missing
   */
  record Sqlite(Path file) implements StoreConfig {
    /** Takes the path as it is seen from anywhere. */
    public Sqlite {
      file = file.toAbsolutePath().normalize();
    }
  }

  /**
   * A PostgreSQL database that several servers share.
   *
   * @param url JDBC URL, {@code jdbc:postgresql://host/database}
   * @param user user; empty: the one in the URL, else the driver's default
   * @param password password; empty: the one in the URL, else none. Never logged
   */
  record Postgres(String url, String user, String password) implements StoreConfig {
    /** Refuses what {@link StoreUrl} finds wrong. */
    public Postgres {
      Optional<String> expected = StoreUrl.expected(url);
      if (expected.isPresent()) {
        throw new IllegalArgumentException(
            "store: " + StoreUrl.shown(url) + " (expected: " + expected.get() + ")");
      }
    }

    @Override
    public String toString() {
      return StoreUrl.shown(url);
    }
  }
}
