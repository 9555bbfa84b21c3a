package dev.serin.loadtest.memory;

import dev.serin.engine.Snapshot;
import dev.serin.server.outcome.OutcomeBounds;
import dev.serin.server.outcome.OutcomeSnapshots;
import dev.serin.server.outcome.Outcomes;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.server.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The outcomes of a server that starts on a store which holds something. */
final class Restart {
  private static final int UNITS_MAX = 4_194_304;
  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(2);

  private Restart() {}

  private static final class NoSnapshots implements OutcomeSnapshots {
    @Override
    public @Nullable Snapshot get(String namespace) {
      return null;
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  /**
   * Returns how long it takes until questions are answered, in nanoseconds.
   *
   * @param units how many units the view holds then
   */
  static long nanos(Path file, int units) throws IOException {
    try (Metrics metrics = new Metrics();
        Database database = Database.open(new StoreConfig.Sqlite(file), TransactionObserver.NONE)) {
      long begin = System.nanoTime();
      try (Outcomes outcomes =
          new Outcomes(
              database,
              new NoSnapshots(),
              metrics,
              InstantSource.system(),
              System.nanoTime(),
              1,
              new OutcomeBounds(UNITS_MAX, Duration.ofDays(30)),
              () -> {})) {
        outcomes.start();
        CompletableFuture<Integer> answer = outcomes.ask(MergedView::unitCount);
        while (answer.isCompletedExceptionally()) {
          if (System.nanoTime() - begin > LIMIT_NANOS) {
            throw new IOException("not loaded after two minutes");
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
          answer = outcomes.ask(MergedView::unitCount);
        }
        int loaded = answer.join();
        if (loaded != units) {
          throw new IOException("units: " + loaded + " (expected: " + units + ")");
        }
        return System.nanoTime() - begin;
      }
    }
  }
}
