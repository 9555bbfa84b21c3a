package dev.serin.server.rollout.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The time of logs, where the clock is set. */
class LogClockTest {
  private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");

  private Instant wall = BEGIN;
  private long nanos = 7;
  private final LogClock clock = new LogClock(() -> wall, () -> nanos);

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void clock_thatNobodySets_isFollowed() {
    assertThat(clock.now()).isEqualTo(BEGIN);
    pass(Duration.ofHours(5));

    assertThat(clock.now()).isEqualTo(BEGIN.plus(Duration.ofHours(5)));
  }

  @Test
  void clock_setAhead_isFollowed() {
    clock.now();
    wall = wall.plusSeconds(60);

    assertThat(clock.now()).isEqualTo(BEGIN.plusSeconds(60));
  }

  @Test
  void clock_setBack_goesOnALittleSlowerUntilItHasComeUp() {
    clock.now();
    wall = wall.minusSeconds(60);
    assertThat(clock.now()).as("never back").isEqualTo(BEGIN);
    pass(Duration.ofSeconds(100));
    assertThat(clock.now()).isEqualTo(BEGIN.plusSeconds(99));

    pass(Duration.ofSeconds(5_899));
    assertThat(clock.now()).as("by less than a second").isBetween(wall, wall.plusSeconds(1));
    pass(Duration.ofSeconds(101));
    assertThat(clock.now()).isEqualTo(wall);
  }

  @Test
  void clock_afterItIsForgotten_beginsAnew() {
    clock.now();
    clock.forget();
    wall = wall.minusSeconds(60);

    assertThat(clock.now()).isEqualTo(wall);
  }
}
