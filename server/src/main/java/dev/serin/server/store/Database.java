package dev.serin.server.store;

import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * The store: transactions over SQLite or PostgreSQL, and signals of change.
 *
 * <p>Safe for all threads. Reads and writes block; call them from threads that may. Where the store
 * cannot be reached they throw {@code STORE_UNAVAILABLE}, where it has no room {@code STORE_FULL},
 * where too many wait {@code OVERLOADED}; nothing is changed then. What a transaction itself throws
 * rolls it back and is thrown unchanged.
 *
 * <p>PostgreSQL may be away when the store is opened and may go away at any time: the next call
 * tries again. The embedded store is opened at once or not at all.
 */
public sealed interface Database extends AutoCloseable permits SqliteDatabase, PostgresDatabase {
  /**
   * Opens the store and brings its tables up to date.
   *
   * @throws StoreOpenException where waiting would not help: the file is no database or in use by
   *     another process, the password is wrong, the tables are of a later version
   */
  static Database open(StoreConfig config, TransactionObserver observer) {
    return switch (config) {
      case StoreConfig.Sqlite sqlite -> SqliteDatabase.open(sqlite.file(), observer);
      case StoreConfig.Postgres postgres -> PostgresDatabase.open(postgres, observer);
    };
  }

  /** Which SQL it speaks. */
  Dialect dialect();

  /**
   * Where it is, without credentials and parameters. The embedded store has its place in the data
   * directory, wherever that is.
   */
  String address();

  /** What tells this store from every other, drawn when its tables were made; reads it. */
  default String identity() {
    return read(
        handle -> handle.createQuery("SELECT identity FROM store").mapTo(String.class).one());
  }

  /** Runs a transaction that only reads; all its statements see one state. */
  <T> T read(Transaction<T> work);

  /** Runs a transaction that writes. Embedded, at most 50 ms of work belong into one. */
  <T> T write(Priority priority, Transaction<T> work);

  /** Runs a transaction that writes and returns nothing. */
  default void execute(Priority priority, Consumer<Handle> work) {
    boolean done =
        write(
            priority,
            handle -> {
              work.accept(handle);
              return true;
            });
    assert done;
  }

  /**
   * Tells everybody, once the transaction of this handle is committed, that a namespace has a new
   * revision: listeners of this process and, over PostgreSQL, of all others.
   */
  void announce(Handle handle, Revision revision);

  /** Adds a listener for changes of namespaces. */
  Subscription subscribe(RevisionListener listener);

  /** Ends what runs, waits for it, and lets go of the store. Calls afterwards throw. */
  @Override
  void close();
}
