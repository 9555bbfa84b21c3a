package dev.serin.server.store;

import java.io.IOException;
import java.nio.file.Path;

/** A process that opens a SQLite store and holds it until it is killed. Argument: the file. */
final class HoldStore {
  static final String OPENED = "opened";

  private HoldStore() {}

  public static void main(String[] arguments) throws IOException {
    StoreConfig config = new StoreConfig.Sqlite(Path.of(arguments[0]));
    try (Database database = Database.open(config, TransactionObserver.NONE)) {
      System.out.println(OPENED);
      int end = System.in.read();
      throw new IllegalStateException(database + " read " + end + " (expected: to be killed)");
    }
  }
}
