package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScanScheduleTest {
  private static final long MILLI = 1_000_000;
  // A monotonic clock may stand anywhere, below zero too.
  private static final long START = -5_000 * MILLI;

  private final ScanSchedule schedule = new ScanSchedule(START);

  @Test
  void directory_thatIsQuiet_isLookedAtNowAndThen() {
    assertThat(waitMillis(0)).isEqualTo(10_000);
    assertThat(waitMillis(9_999)).isEqualTo(1);

    schedule.scanned(at(10_000));

    assertThat(waitMillis(10_000)).isEqualTo(10_000);
  }

  @Test
  void change_followedByQuiet_isLookedAtSoon() {
    schedule.changed(at(100));
    assertThat(waitMillis(100)).isEqualTo(200);

    schedule.changed(at(250));
    assertThat(waitMillis(250)).isEqualTo(200);
    assertThat(waitMillis(450)).isZero();
  }

  @Test
  void changes_withoutEnd_areLookedAtAllTheSame() {
    long now = 0;
    while (waitMillis(now) > 0) {
      schedule.changed(at(now));
      now += 100;
    }

    assertThat(now).isEqualTo(3_000);
  }

  @Test
  void change_nearRescan_waitsForQuiet() {
    schedule.changed(at(9_950));

    assertThat(waitMillis(10_000)).isEqualTo(150);
  }

  @Test
  void change_afterLook_isNewOne() {
    schedule.changed(at(100));
    schedule.scanned(at(300));
    schedule.changed(at(5_000));

    assertThat(waitMillis(5_000)).isEqualTo(200);
  }

  private long waitMillis(long now) {
    return schedule.waitNanos(at(now)) / MILLI;
  }

  private static long at(long millis) {
    return START + millis * MILLI;
  }
}
