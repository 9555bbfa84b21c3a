package dev.serin.server.outcome;

import dev.serin.v1.OutcomeRefusal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * A message on its way through the judge: it stops at an outcome whose snapshot has not come yet,
 * and goes on there.
 */
final class JudgedMessage {
  /** After how long it is looked again whether a snapshot has come. */
  static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final ReportedOutcomes outcomes;
  private final long first;
  private final long bytes;
  private final boolean isNew;
  private final OutcomeLog log;
  private int next;

  /** Until when it waits for snapshots, milliseconds since 1970; 0: it has not waited. */
  private long waitUntilMillis;

  /**
   * A message whose sequences were admitted.
   *
   * @param first sequence of its first outcome
   * @param seen how many of the outcomes were seen before
   * @param bytes what it holds of the room
   */
  JudgedMessage(ReportedOutcomes outcomes, long first, int seen, long bytes) {
    this.outcomes = outcomes;
    this.first = first;
    this.next = seen;
    this.isNew = seen < outcomes.size();
    this.bytes = bytes;
    this.log = new OutcomeLog(Math.max(1, outcomes.size() - seen), outcomes.valuesSize());
  }

  /**
   * Judges on, as far as snapshots allow; true: to the end.
   *
   * @param refusals is given what is refused, in order of sequence
   */
  boolean advance(
      Judge judge, InstantSource clock, OutcomeMeters meters, Consumer<OutcomeRefusal> refusals) {
    long nowMillis = clock.millis();
    boolean mayWait = waitUntilMillis == 0 || nowMillis < waitUntilMillis;
    while (next < outcomes.size()) {
      switch (judge.judge(outcomes, next, nowMillis, mayWait, log)) {
        case Judgement.Later later -> {
          if (waitUntilMillis == 0) {
            waitUntilMillis = nowMillis + OutcomeLimits.NEWER_TOKEN_WAIT.toMillis();
          }
          return false;
        }
        case Judgement.Counted counted -> {}
        case Refusal refusal -> {
          meters.refused(refusal);
          refusals.accept(refusal.toProto(first + next));
        }
      }
      next++;
    }
    return true;
  }

  /** Whether any of its outcomes was not seen before. */
  boolean isNew() {
    return isNew;
  }

  OutcomeLog log() {
    return log;
  }

  /** Sequence of its last outcome. */
  long last() {
    return first + outcomes.size() - 1;
  }

  long bytes() {
    return bytes;
  }
}
