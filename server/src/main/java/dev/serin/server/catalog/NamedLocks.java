package dev.serin.server.catalog;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Locks by name: whoever works under a name does so alone. There are as many locks as are held or
 * waited for at the moment, however many names there ever were. Safe for all threads.
 */
final class NamedLocks {
  private final Map<String, Shared> locks = new ConcurrentHashMap<>();

  /** A lock and how many hold it or wait for it; the count changes inside the map only. */
  private static final class Shared {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  /** Waits until nobody else works under the name, then works. */
  <T> T alone(String name, Supplier<T> work) {
    Shared shared =
        locks.compute(
            name,
            (key, present) -> {
              Shared entered = present == null ? new Shared() : present;
              entered.users++;
              return entered;
            });
    shared.lock.lock();
    try {
      return work.get();
    } finally {
      shared.lock.unlock();
      locks.computeIfPresent(name, (key, present) -> --present.users == 0 ? null : present);
    }
  }

  /** Locks that are held or waited for. */
  int size() {
    return locks.size();
  }
}
