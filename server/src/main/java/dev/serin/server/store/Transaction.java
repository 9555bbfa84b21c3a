package dev.serin.server.store;

import org.jdbi.v3.core.Handle;

/**
 * What happens inside one transaction: all of it, or nothing where it throws.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface Transaction<T> {
  /** Runs; the handle must not be used afterwards. May be run on another thread. */
  T run(Handle handle);
}
