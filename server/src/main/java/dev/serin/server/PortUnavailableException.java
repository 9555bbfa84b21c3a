package dev.serin.server;

import java.net.InetSocketAddress;

/** A port that cannot be bound; the message is for the person who starts the server. */
public final class PortUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PortUnavailableException(ServerOption option, InetSocketAddress address, Throwable cause) {
    super(
        "%s: cannot listen on %s:%d: %s (expected: a free port)"
            .formatted(
                option.key(),
                address.getAddress().getHostAddress(),
                address.getPort(),
                reason(cause)),
        cause);
  }

  private static String reason(Throwable cause) {
    Throwable last = cause;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }
}
