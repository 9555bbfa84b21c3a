package dev.serin.server.store;

import java.nio.file.Path;

/** The stores every contract is shown on. */
public enum TestStore {
  /** A file of its own. */
  SQLITE {
    @Override
    public StoreConfig fresh(Path directory) {
      return new StoreConfig.Sqlite(directory.resolve("serin.db"));
    }
  },
  /** An empty database of the shared test server. */
  POSTGRESQL {
    @Override
    public StoreConfig fresh(Path directory) {
      return new StoreConfig.Postgres(PostgresServer.shared().freshDatabase(), "", "");
    }
  };

  /** An empty store. */
  public abstract StoreConfig fresh(Path directory);
}
