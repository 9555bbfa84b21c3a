package dev.serin.server.outcome.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The sessions that are open at this replica, each in its newest opening. For the ledger's thread,
 * but for {@link #release}, {@link #ids} and {@link #size}.
 */
final class OpenSessions {
  private final Map<Long, OpenSession> open = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<OpenSession> released = new ConcurrentLinkedQueue<>();

  /** Any thread: an opening is not used any more. */
  void release(OpenSession session) {
    released.add(session);
  }

  /** Adds an opening; an older one of the same session is fenced. */
  void add(OpenSession session) {
    forgetReleased();
    OpenSession older = open.put(session.id(), session);
    if (older != null) {
      older.holder().fenced();
    }
  }

  /** Fences openings that hold no more. */
  void fence(Collection<OpenSession> sessions) {
    for (OpenSession session : sessions) {
      open.remove(session.id(), session);
      session.holder().fenced();
    }
  }

  /**
   * Fences the openings that the store gave to others.
   *
   * @param epochs epochs of all that are open, by id
   */
  void keep(Map<Long, Long> epochs) {
    forgetReleased();
    List<OpenSession> lost =
        open.values().stream()
            .filter(session -> !Long.valueOf(session.epoch()).equals(epochs.get(session.id())))
            .toList();
    fence(lost);
  }

  /** Any thread: those that are open, and some that were until just now. */
  Set<Long> ids() {
    return Set.copyOf(open.keySet());
  }

  /** Any thread: how many are open. */
  int size() {
    forgetReleased();
    return open.size();
  }

  boolean isEmpty() {
    forgetReleased();
    return open.isEmpty();
  }

  private void forgetReleased() {
    for (OpenSession gone = released.poll(); gone != null; gone = released.poll()) {
      open.remove(gone.id(), gone);
    }
  }
}
