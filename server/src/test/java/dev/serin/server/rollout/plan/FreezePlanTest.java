package dev.serin.server.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FreezePlanTest {
  private static final RolloutPlan WEEKEND =
      plan("- {from: FRI 16:00, until: MON 08:00, zone: Asia/Shanghai}");

  @Test
  void weekly_overTheEndOfAWeek_holdsBetweenItsLocalTimes() {
    // Shanghai is eight hours ahead: Friday 16:00 there is 08:00 UTC.
    assertThat(WEEKEND.frozenUntil(Instant.parse("2026-11-20T07:59:59Z"))).isEmpty();
    assertThat(WEEKEND.frozenUntil(Instant.parse("2026-11-20T08:00:00Z")))
        .contains(Instant.parse("2026-11-23T00:00:00Z"));
    assertThat(WEEKEND.frozenUntil(Instant.parse("2026-11-22T23:59:59Z"))).isPresent();
    assertThat(WEEKEND.frozenUntil(Instant.parse("2026-11-23T00:00:00Z"))).isEmpty();
    assertThat(WEEKEND.frozenUntil(Instant.parse("2026-11-25T12:00:00Z"))).isEmpty();
  }

  @Test
  void weekly_whereClocksChange_followsLocalTime() {
    RolloutPlan plan = plan("- {from: SAT 22:00, until: MON 08:00, zone: Europe/Berlin}");

    // Clocks go back on 25 October 2026: Monday 08:00 is 07:00 UTC, Saturday 22:00 was 20:00 UTC.
    assertThat(plan.frozenUntil(Instant.parse("2026-10-24T20:00:00Z")))
        .contains(Instant.parse("2026-10-26T07:00:00Z"));
    assertThat(plan.frozenUntil(Instant.parse("2026-10-24T19:59:59Z"))).isEmpty();
  }

  /** Clocks go from 02:00 to 03:00 on 29 March 2026: at 01:00 UTC. */
  @Test
  void begin_thatClocksSkip_isWhenTheyGoOn() {
    Instant change = Instant.parse("2026-03-29T01:00:00Z");
    RolloutPlan weekly = plan("- {from: SUN 02:30, until: SUN 05:00, zone: Europe/Berlin}");
    assertThat(weekly.frozenUntil(change.minusSeconds(1))).isEmpty();
    assertThat(weekly.frozenUntil(change)).contains(Instant.parse("2026-03-29T03:00:00Z"));
    RolloutPlan dated =
        plan("- {from: 2026-03-29T02:30, until: 2026-03-29T05:00, zone: Europe/Berlin}");
    assertThat(dated.frozenUntil(change.minusSeconds(1))).isEmpty();
    assertThat(dated.frozenUntil(change)).contains(Instant.parse("2026-03-29T03:00:00Z"));
    RolloutPlan until =
        plan("- {from: 2026-03-28T12:00, until: 2026-03-29T02:30, zone: Europe/Berlin}");
    assertThat(until.frozenUntil(change.minusSeconds(1))).contains(change);
    assertThat(until.frozenUntil(change)).isEmpty();
  }

  @Test
  void dated_inItsZone_holdsOnce() {
    RolloutPlan plan =
        plan("- {from: 2026-12-24T00:00, until: 2026-12-27T00:00, zone: America/New_York}");

    assertThat(plan.frozenUntil(Instant.parse("2026-12-24T04:59:59Z"))).isEmpty();
    assertThat(plan.frozenUntil(Instant.parse("2026-12-24T05:00:00Z")))
        .contains(Instant.parse("2026-12-27T05:00:00Z"));
    assertThat(plan.frozenUntil(Instant.parse("2026-12-27T05:00:00Z"))).isEmpty();
    assertThat(plan.frozenUntil(Instant.parse("2027-12-25T05:00:00Z"))).isEmpty();
  }

  @Test
  void freezes_thatFollowEachOther_areOne() {
    RolloutPlan plan =
        plan(
            """
            - {from: SAT 00:00, until: MON 00:00, zone: UTC}
            - {from: 2026-11-23T00:00, until: 2026-11-24T00:00, zone: UTC}
            """);

    assertThat(plan.frozenUntil(Instant.parse("2026-11-21T12:00:00Z")))
        .contains(Instant.parse("2026-11-24T00:00:00Z"));
  }

  private static RolloutPlan plan(String freezes) {
    return Plans.with("template: gradual\nfreezes:\n" + freezes);
  }
}
