package dev.serin.server.store;

import org.jspecify.annotations.Nullable;

/** The store cannot be opened, and waiting would not mend it: a wrong file, a taken lock. */
public final class StoreOpenException extends RuntimeException {
  StoreOpenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
