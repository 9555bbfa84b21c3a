package dev.serin.server.rollout.plan;

import java.time.Duration;

/** Every limit on rollout documents, with its unit and its reason. */
final class PlanLimits {
  /** Characters of keys of documents, as everywhere. */
  static final int MAX_KEY_CHARS = 128;

  /** Characters of names of stages, variants, splits and secrets, as of all such ids. */
  static final int MAX_NAME_CHARS = 64;

  /** Characters of a description, as everywhere. */
  static final int MAX_DESCRIPTION_CHARS = 1_000;

  /** Characters of an owner or an approver, as everywhere. */
  static final int MAX_OWNER_CHARS = 128;

  /** Characters of a URL: longer ones do not pass every proxy. */
  static final int MAX_URL_CHARS = 2_000;

  /** Stages of a rollout: each takes a part of alpha, and nobody reads a longer table. */
  static final int MAX_STAGES = 32;

  /** Gates before one stage. */
  static final int MAX_GATES = 8;

  /** Metrics of a rollout: each is judged on every tick. */
  static final int MAX_METRICS = 32;

  /** Freeze windows of a rollout. */
  static final int MAX_FREEZES = 16;

  /** Receivers of notifications. */
  static final int MAX_NOTIFICATIONS = 16;

  /** The whole a share is a part of, as of all splits. */
  static final int MAX_SHARE_OF = 1_000_000_000;

  /** Users a stage may ask for: as many as the statistics are tested with. */
  static final long MAX_MINIMUM_USERS = 1_000_000_000L;

  /** Shortest time that means something to a controller that looks once a second. */
  static final Duration MIN_TIME = Duration.ofSeconds(1);

  /** Longest dwell and bake: outcomes older than a run's memory would judge longer ones. */
  static final Duration MAX_DWELL = Duration.ofDays(30);

  /** Longest maximum of a stage. */
  static final Duration MAX_MAXIMUM = Duration.ofDays(90);

  /** Shortest time after which a holder may be taken for silent: five missed heartbeats. */
  static final Duration MIN_STALE_AFTER = Duration.ofSeconds(5);

  /** Longest one that is not {@code never_stale}. */
  static final Duration MAX_STALE_AFTER = Duration.ofDays(1);

  /** Longest wait for one answer of a webhook. */
  static final Duration MAX_DEADLINE = Duration.ofSeconds(60);

  /** Days of a dated freeze: a year, leap years included. */
  static final Duration MAX_FREEZE = Duration.ofDays(366);

  /** Error probabilities and weights below this, divided among tests, would leave none a number. */
  static final double MIN_PROBABILITY = 1e-9;

  /** Error probabilities beyond this decide nothing. */
  static final double MAX_ALPHA = 0.2;

  /** Relative margins and improvements: eleven times the control's is no margin any more. */
  static final double MAX_MARGIN = 10;

  private PlanLimits() {}
}
