package dev.serin.server.store;

import org.jspecify.annotations.Nullable;

/**
 * A revision of a namespace: what a signal of change tells.
 *
 * @param namespace name of the namespace; no spaces
 * @param number the revision
 */
public record Revision(String namespace, long number) {
  /** The payload of a notification: {@code default 57}. */
  String payload() {
    return namespace + " " + number;
  }

  /** Reads a payload; null where it is none, as from a later version. */
  static @Nullable Revision parse(String payload) {
    int space = payload.indexOf(' ');
    if (space <= 0) {
      return null;
    }
    try {
      return new Revision(
          payload.substring(0, space), Long.parseLong(payload, space + 1, payload.length(), 10));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
