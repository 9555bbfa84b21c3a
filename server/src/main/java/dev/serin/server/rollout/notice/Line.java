package dev.serin.server.rollout.notice;

import dev.serin.server.rollout.journal.WaitingNotification;
import dev.serin.server.rollout.webhook.Backoff;
import dev.serin.server.rollout.webhook.Posted;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one receiver is still to be told: one at a time, and none for a while when it is away. */
final class Line {
  static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(10));

  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;

  private final Deque<WaitingNotification> rows = new ArrayDeque<>();
  private @Nullable CompletableFuture<Posted> flight;
  private int failures;
  private long heldUntilNanos;

  void clear() {
    rows.clear();
  }

  void add(WaitingNotification row) {
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  boolean isBusy() {
    return flight != null;
  }

  /** True: nothing is known of it that would be missed. */
  boolean isForgettable() {
    return rows.isEmpty() && flight == null && failures == 0;
  }

  /** Whether its last attempt failed, and not the notification by itself. */
  boolean isAway() {
    return failures > 0;
  }

  /** How long nothing is sent to it yet; 0: it is not held. */
  Duration held(long nowNanos) {
    return failures == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, heldUntilNanos - nowNanos));
  }

  /** Takes those out of it that are so, in their order. */
  List<WaitingNotification> take(Predicate<WaitingNotification> wanted) {
    List<WaitingNotification> taken = rows.stream().filter(wanted).toList();
    rows.removeIf(wanted);
    return taken;
  }

  /** Takes those out of it that stand behind so many, in their order. */
  List<WaitingNotification> beyond(int kept) {
    List<WaitingNotification> rest = rows.stream().skip(kept).toList();
    while (rows.size() > kept) {
      rows.removeLast();
    }
    return rest;
  }

  /** The next to be sent now; null: none. */
  @Nullable WaitingNotification next(long nowNanos) {
    boolean held = failures > 0 && nowNanos - heldUntilNanos < 0;
    return flight != null || held ? null : rows.poll();
  }

  void sent(CompletableFuture<Posted> posted) {
    flight = posted;
  }

  /** Takes what became of what was sent; true: the receiver has just gone away or come back. */
  boolean ended(Posted posted, long nowNanos) {
    flight = null;
    int before = failures;
    if (isAway(posted)) {
      failures++;
      heldUntilNanos = nowNanos + BACKOFF.after(failures).toNanos();
    } else if (!(posted instanceof Posted.Unsent)) {
      failures = 0;
    }
    return (before == 0) != (failures == 0);
  }

  /** Whether the receiver, and not this one notification, is what fails. */
  static boolean isAway(Posted posted) {
    return switch (posted) {
      case Posted.Answered answered ->
          answered.status() >= SERVER_ERRORS
              || answered.status() == REQUEST_TIMEOUT
              || answered.status() == TOO_MANY_REQUESTS;
      case Posted.Unanswered unanswered -> true;
      case Posted.Unsent unsent -> false;
    };
  }

  void cancel() {
    CompletableFuture<Posted> running = flight;
    if (running != null) {
      running.cancel(true);
    }
  }
}
