package dev.serin.loadtest.rollouts;

import dev.serin.client.outcome.Outcome;
import dev.serin.v1.EvaluateResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** One rollout as its callers see it. Safe for many threads. */
final class WatchedRun {
  static final String ERROR = "error";
  static final String TREATMENT = "on";

  private final String key;
  private final double margin;
  private final RolloutSettings settings;
  private final Random random;
  private final AtomicLong skips = new AtomicLong();
  private long users;

  /** When its stage began; {@link Instant#MAX}: it has not. */
  private volatile Instant begun = Instant.MAX;

  private Instant lastTreatment = Instant.MIN;
  private Optional<Instant> ended = Optional.empty();

  /**
   * One that has not begun.
   *
   * @param key of the rollout and of its feature
   * @param margin relative margin of its guardrail
   */
  WatchedRun(String key, double margin, RolloutSettings settings) {
    this.key = key;
    this.margin = margin;
    this.settings = settings;
    this.random = new Random(settings.seed() + key.hashCode());
  }

  String key() {
    return key;
  }

  double margin() {
    return margin;
  }

  /** The stage began, and nobody has called yet. */
  void begin(Instant now) {
    begun = now;
  }

  boolean hasBegun() {
    return !begun.equals(Instant.MAX);
  }

  /** When the treatment's requests begin to fail more often. */
  Instant onset() {
    return begun.plus(settings.onset());
  }

  /** A user that nobody has seen. */
  synchronized String user() {
    return key + "-user-" + users++;
  }

  /** A call was due and is not made. */
  void skipped() {
    skips.incrementAndGet();
  }

  /** Calls that were due and not made. */
  long skips() {
    return skips.get();
  }

  /** Calls that were made. */
  synchronized long calls() {
    return users;
  }

  /** What came of a call that was answered now. */
  synchronized Outcome answered(EvaluateResponse decision, String user, Instant now) {
    boolean treated = decision.getVariant().equals(TREATMENT);
    if (treated) {
      lastTreatment = now;
    }
    double share = treated && !now.isBefore(onset()) ? settings.worse() : settings.usual();
    return Outcome.ofToken(decision.getDecisionToken(), user)
        .event(ERROR, random.nextDouble() < share);
  }

  /** The server says that every holder serves the control. */
  synchronized void rolledBack(Instant time) {
    ended = Optional.of(time);
  }

  synchronized boolean isRolledBack() {
    return ended.isPresent();
  }

  /** Whether it was rolled back before anything was worse. */
  synchronized boolean isFalseAlarm() {
    return ended.isPresent() && ended.get().isBefore(onset());
  }

  /** From the onset until nobody was given the treatment any more; empty: it still is given. */
  synchronized Optional<Duration> untilNobodyServed() {
    return ended.isEmpty() || isFalseAlarm()
        ? Optional.empty()
        : Optional.of(Duration.between(onset(), lastTreatment));
  }

  /** From the onset until the server said so. */
  synchronized Optional<Duration> untilSaid() {
    return isFalseAlarm() ? Optional.empty() : ended.map(time -> Duration.between(onset(), time));
  }
}
