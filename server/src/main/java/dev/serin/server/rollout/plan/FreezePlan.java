package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * A time in which no traffic rises by itself: from <= now < until.
 *
 * <p>Local times follow the zone's clocks: one that is skipped in spring is the moment at which
 * clocks go on, one that comes twice in autumn counts at its first coming.
 */
public sealed interface FreezePlan {
  /** The end of the freeze that holds at this moment; empty: it does not hold. */
  Optional<Instant> until(Instant now);

  /** The moment of a local time: of one that clocks skip, when they do. */
  static Instant moment(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap()
        ? change.getInstant()
        : ZonedDateTime.of(local, zone).toInstant();
  }

  /** Between two moments. */
  record Dated(Instant from, Instant until) implements FreezePlan {
    @Override
    public Optional<Instant> until(Instant now) {
      return now.isBefore(from) || !now.isBefore(until) ? Optional.empty() : Optional.of(until);
    }
  }

  /** Every week, from one local time to another, which may lie in the next week. */
  record Weekly(
      DayOfWeek fromDay, LocalTime fromTime, DayOfWeek untilDay, LocalTime untilTime, ZoneId zone)
      implements FreezePlan {
    /** Checks that all is there. */
    public Weekly {
      requireNonNull(fromDay, "fromDay");
      requireNonNull(fromTime, "fromTime");
      requireNonNull(untilDay, "untilDay");
      requireNonNull(untilTime, "untilTime");
      requireNonNull(zone, "zone");
    }

    @Override
    public Optional<Instant> until(Instant now) {
      // The last begin may have been yesterday or six days ago, and where clocks jump, this week's
      // begin may be said to be a moment later than it seems: both are looked at.
      LocalDateTime local = now.atZone(zone).toLocalDateTime();
      LocalDateTime begin =
          local.with(TemporalAdjusters.nextOrSame(fromDay)).with(fromTime).minusWeeks(1);
      for (LocalDateTime candidate = begin.minusWeeks(1);
          !candidate.isAfter(begin.plusWeeks(1));
          candidate = candidate.plusWeeks(1)) {
        Instant from = moment(candidate, zone);
        Instant until = moment(end(candidate), zone);
        if (!now.isBefore(from) && now.isBefore(until)) {
          return Optional.of(until);
        }
      }
      return Optional.empty();
    }

    private LocalDateTime end(LocalDateTime begin) {
      LocalDateTime end = begin.with(TemporalAdjusters.nextOrSame(untilDay)).with(untilTime);
      return end.isAfter(begin) ? end : end.plusWeeks(1);
    }

    /** How long it lasts in a week without a change of clocks. */
    Duration length() {
      LocalDateTime begin =
          LocalDateTime.of(2026, 6, 1, 0, 0)
              .with(TemporalAdjusters.nextOrSame(fromDay))
              .with(fromTime);
      return Duration.between(begin, end(begin));
    }
  }
}
