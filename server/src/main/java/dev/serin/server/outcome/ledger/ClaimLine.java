package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Claims that wait for the ledger. Safe for all threads. */
final class ClaimLine {
  /** Claims that may wait: as many as there are streams. */
  static final int MAX_WAITING = 20_000;

  /** Guarded by this. */
  private final ArrayDeque<Claim> line = new ArrayDeque<>();

  /** Guarded by this; null: claims are taken. */
  private @Nullable ApiException closed;

  /** Adds a claim, or refuses it. */
  void add(Claim claim) {
    ApiException refusal;
    synchronized (this) {
      if (closed == null && line.size() < MAX_WAITING) {
        line.add(claim);
        return;
      }
      refusal =
          closed != null
              ? closed
              : ApiErrors.overloaded("claims of sessions", MAX_WAITING, "calls");
    }
    claim.claimant().refused(refusal);
  }

  /** Puts some that were taken at the head again: they came before all that wait. */
  synchronized void putBack(List<Claim> taken) {
    taken.reversed().forEach(line::addFirst);
  }

  synchronized boolean isEmpty() {
    return line.isEmpty();
  }

  /**
   * Takes the next ones: of one session only the claim with the highest attempt, of equal ones the
   * last. The others are told that they are fenced.
   */
  List<Claim> take(int limit) {
    Map<SessionKey, Claim> taken = new LinkedHashMap<>();
    List<Claim> beaten = new ArrayList<>();
    synchronized (this) {
      while (taken.size() < limit && !line.isEmpty()) {
        Claim next = line.remove();
        SessionKey key = SessionKey.of(next);
        Claim other = taken.get(key);
        if (other == null || isAfter(next, other)) {
          taken.put(key, next);
        }
        if (other != null) {
          beaten.add(isAfter(next, other) ? other : next);
        }
      }
    }
    for (Claim claim : beaten) {
      claim.claimant().refused(ApiErrors.producerFenced(claim.producer(), claim.session()));
    }
    return List.copyOf(taken.values());
  }

  private static boolean isAfter(Claim next, Claim other) {
    return next.attempt() == 0 || next.attempt() > other.attempt();
  }

  /** Refuses those that wait and those to come. */
  void close(ApiException reason) {
    List<Claim> waiting;
    synchronized (this) {
      closed = reason;
      waiting = List.copyOf(line);
      line.clear();
    }
    waiting.forEach(claim -> claim.claimant().refused(reason));
  }
}
