package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import org.jspecify.annotations.Nullable;

/** A producer's opening of a session, and what it was told. */
final class TestClaimant implements Claimant {
  private @Nullable OpenSession session;
  private @Nullable ApiException refusal;
  private long committed;
  private boolean fenced;

  @Override
  public synchronized void claimed(OpenSession opened, long last) {
    session = opened;
    committed = last;
  }

  @Override
  public synchronized void refused(ApiException reason) {
    refusal = reason;
  }

  @Override
  public synchronized void fenced() {
    fenced = true;
  }

  /** The session is acknowledged up to here. */
  synchronized void acknowledged(long last) {
    committed = last;
  }

  synchronized boolean isAnswered() {
    return session != null || refusal != null;
  }

  synchronized OpenSession session() {
    if (session == null) {
      throw new IllegalStateException("not opened", refusal);
    }
    return session;
  }

  synchronized boolean isOpen() {
    return session != null && !fenced;
  }

  synchronized @Nullable ErrorReason refusal() {
    return refusal == null ? null : refusal.reason();
  }

  synchronized boolean isFenced() {
    return fenced;
  }

  /** The last sequence known to be counted. */
  synchronized long committed() {
    return committed;
  }
}
