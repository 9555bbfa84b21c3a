package dev.serin.server;

import dev.serin.server.store.Priority;
import dev.serin.server.store.TransactionObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long writing transactions of the store take, by priority. */
final class StoreMeters implements TransactionObserver {
  private final Map<Priority, Timer> timers = new EnumMap<>(Priority.class);

  StoreMeters(MeterRegistry registry) {
    for (Priority priority : Priority.values()) {
      timers.put(
          priority,
          Timer.builder("serin.store.write")
              .description("Writing transactions of the store, without the wait for their turn.")
              .tag("priority", priority.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  @Override
  public void ended(Priority priority, long nanos) {
    Timer timer = timers.get(priority);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
