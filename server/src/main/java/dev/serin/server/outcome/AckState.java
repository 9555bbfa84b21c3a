package dev.serin.server.outcome;

import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.ReportOutcomeResponse;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the producer of one stream has to be told: how far it is committed, and what was refused.
 * However often that moves on, one message says all of it, so that a client that reads seldom costs
 * a number and its refusals.
 *
 * <p>A refusal is told once, by the message that says its sequence is committed. Not for several
 * threads at a time.
 */
final class AckState {
  /** Refusals that are kept, and those of one message: a stream with so many is not read. */
  static final int REFUSALS_MAX = 1_000;

  private final boolean atLeastOnce;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();
  private boolean openingDue;
  private boolean repeatDue;
  private long committed;
  private long told;

  /** Refusals that were told, or dropped beside one that was. */
  private long refusedTotal;

  /**
   * A refusal that waits for its commit.
   *
   * @param dropped how many were refused after it in the same message, and found no room
   */
  private record Kept(OutcomeRefusal refusal, int dropped) {}

  /**
   * Begins with nothing to tell.
   *
   * @param atLeastOnce true: there is no session, what is sent again counts again
   */
  AckState(boolean atLeastOnce) {
    this.atLeastOnce = atLeastOnce;
  }

  /** The session is claimed: to be told at once. */
  void opened(long committed) {
    openingDue = true;
    committed(committed);
  }

  /**
   * Notes a refusal, in order of sequence. Where {@link #REFUSALS_MAX} are kept already, it is only
   * counted; that is possible within the message that filled them, as no other is read then.
   */
  void refused(OutcomeRefusal refusal) {
    if (kept.size() < REFUSALS_MAX) {
      kept.add(new Kept(refusal, 0));
    } else {
      Kept last = kept.removeLast();
      kept.add(new Kept(last.refusal, last.dropped + 1));
    }
  }

  /** Whether another message has to wait until refusals were told. */
  boolean isFull() {
    return kept.size() >= REFUSALS_MAX;
  }

  /** Everything up to a sequence is durable; a lower one than before says nothing new. */
  void committed(long sequence) {
    committed = Math.max(committed, sequence);
  }

  /** Returns the last sequence that is durable; 0: none. */
  long committed() {
    return committed;
  }

  /** A message said nothing new: it is answered with what is committed. */
  void repeat() {
    repeatDue = true;
  }

  /** Whether {@link #next} has something to say. */
  boolean isDue() {
    return openingDue || repeatDue || committed > told;
  }

  /** Returns all that there is to say, once; null: nothing. */
  @Nullable ReportOutcomeResponse next() {
    if (!isDue()) {
      return null;
    }
    var message =
        ReportOutcomeResponse.newBuilder()
            .setCommittedSequence(committed)
            .setOpened(openingDue)
            .setAtLeastOnce(atLeastOnce);
    for (Kept first = kept.peek(); first != null && isCommitted(first); first = kept.peek()) {
      kept.remove();
      message.addRefusals(first.refusal);
      refusedTotal += 1 + first.dropped;
    }
    openingDue = false;
    repeatDue = false;
    told = committed;
    return message.setRefusedTotal(refusedTotal).build();
  }

  private boolean isCommitted(Kept some) {
    return some.refusal.getSequence() <= committed;
  }
}
