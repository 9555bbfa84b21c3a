package dev.serin.server.rollout.gate;

import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.webhook.Backoff;
import dev.serin.server.rollout.webhook.Posted;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A webhook that is asked, and how far that has come. Guarded by its {@link WebhookGates}. */
final class Question {
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;

  private final OpenGate.Id id;
  private final GatePlan.Webhook plan;
  private int failures;
  private String lastFailure = "";
  private long nextNanos;
  private boolean offered;
  private @Nullable CompletableFuture<Posted> attempt;
  private @Nullable GateAnswer answer;

  Question(OpenGate gate, long nowNanos) {
    id = gate.id();
    plan = gate.plan();
    nextNanos = nowNanos;
  }

  /** True: it is time for an attempt, and none is under way. */
  boolean isDue(long nowNanos) {
    return answer == null && attempt == null && nowNanos - nextNanos >= 0;
  }

  boolean isUnderWay() {
    return attempt != null;
  }

  void began(CompletableFuture<Posted> posted) {
    attempt = posted;
  }

  /** True: its first failure, which is worth a line in the log. */
  boolean isFirstFailure() {
    return failures == 1 && answer == null;
  }

  String lastFailure() {
    return lastFailure;
  }

  /** How often it failed, and with what the last time; empty: it did not. */
  String failed() {
    return failures == 0
        ? ""
        : failures + (failures == 1 ? " attempt" : " attempts") + " failed, last: " + lastFailure;
  }

  /** Takes what became of the attempt. */
  void ended(Posted posted, long nowNanos) {
    attempt = null;
    if (posted instanceof Posted.Answered said && counts(said)) {
      answer = new GateAnswer(id, said.isSuccess(), said.text());
      return;
    }
    failures++;
    lastFailure = posted.text();
    nextNanos = nowNanos + BACKOFF.after(failures).toNanos();
  }

  private static boolean counts(Posted.Answered said) {
    return said.isSuccess() || said.status() == FORBIDDEN || said.status() == CONFLICT;
  }

  /**
   * Refuses where nobody has answered for too long. Not before the first attempt has failed: a
   * server that comes back late asks once.
   */
  void giveUp(Duration waited) {
    if (answer == null && failures > 0 && waited.compareTo(plan.giveUpAfter()) >= 0) {
      cancel();
      answer =
          new GateAnswer(
              id, false, "no answer that counts for " + waited.toSeconds() + " s: " + lastFailure);
    }
  }

  /** The answer, once for each time that it is asked for. */
  Optional<GateAnswer> offer() {
    if (answer == null || offered) {
      return Optional.empty();
    }
    offered = true;
    return Optional.of(answer);
  }

  /** Who asks again could not use the answer it got. */
  void askedAgain() {
    offered = false;
  }

  void cancel() {
    CompletableFuture<Posted> running = attempt;
    attempt = null;
    if (running != null) {
      running.cancel(true);
    }
  }
}
