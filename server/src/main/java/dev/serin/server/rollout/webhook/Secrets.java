package dev.serin.server.rollout.webhook;

import java.util.Optional;

/** Secrets of the server by name. Documents name them; nothing stores, shows or logs them. */
@FunctionalInterface
public interface Secrets {
  /** The secret of a name; empty: there is none now, there may be later. */
  Optional<String> get(String name);

  /** A server without any. */
  static Secrets none() {
    return name -> Optional.empty();
  }
}
