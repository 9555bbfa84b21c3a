package dev.serin.server.catalog;

import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.Document;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that begins a large apply, says so half-way, and then waits to be killed. Arguments:
 * the kind of store, its file or URL.
 */
final class HalfApply {
  static final String HALF_WAY = "half-way";

  /** The change set and some slices. */
  private static final int TRANSACTIONS = 5;

  private HalfApply() {}

  public static void main(String[] arguments) {
    StoreConfig config =
        arguments[0].equals("sqlite")
            ? new StoreConfig.Sqlite(Path.of(arguments[1]))
            : new StoreConfig.Postgres(arguments[1], "", "");
    AtomicInteger transactions = new AtomicInteger();
    TransactionObserver stopper =
        (priority, nanos) -> {
          if (transactions.incrementAndGet() == TRANSACTIONS) {
            System.out.println(HALF_WAY);
            awaitEnd();
          }
        };
    try (TestCatalog test = new TestCatalog(config, stopper)) {
      test.put(documents());
    }
    System.out.println("applied");
  }

  /** Enough for many slices. */
  static Document[] documents() {
    Document[] documents = new Document[10 * Slices.MAX_ROWS];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = Samples.feature("new-" + i);
    }
    return documents;
  }

  private static void awaitEnd() {
    try {
      int end = System.in.read();
      throw new IllegalStateException("read " + end + " (expected: to be killed)");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
