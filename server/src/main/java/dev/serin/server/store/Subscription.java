package dev.serin.server.store;

/** A listener's place among the others; closing it ends the calls. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
