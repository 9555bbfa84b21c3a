package dev.serin.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalScheduleTest {

  @Test
  void even_thousandPerSecond_isDueEachMillisecondFromZero() {
    assertThat(due(new Pace.Open(1_000, Pace.Arrivals.EVEN), 4))
        .containsExactly(0L, 1_000_000L, 2_000_000L, 3_000_000L);
  }

  @Test
  void even_rateThatDividesNoSecond_doesNotDrift() {
    List<Long> due = due(new Pace.Open(3, Pace.Arrivals.EVEN), 3_000_001);
    assertThat(due.getLast()).isEqualTo(1_000_000L * 1_000_000_000L);
  }

  @Test
  void poisson_manyCalls_haveTheMeanRateAndTheSpreadOfAnExponential() {
    List<Long> due = due(new Pace.Open(10_000, Pace.Arrivals.POISSON), 200_000);

    double mean = (double) due.getLast() / due.size();
    long belowMean = 0;
    for (int i = 1; i < due.size(); i++) {
      belowMean += due.get(i) - due.get(i - 1) < 100_000 ? 1 : 0;
    }
    assertThat(mean).isCloseTo(100_000, within(1_000.0));
    // 1 - 1/e of exponential gaps are shorter than their mean.
    assertThat((double) belowMean / due.size()).isCloseTo(0.632, within(0.005));
    assertThat(due).isSorted();
  }

  @Test
  void poisson_twice_isTheSame() {
    Pace.Open pace = new Pace.Open(50, Pace.Arrivals.POISSON);
    assertThat(due(pace, 100)).isEqualTo(due(pace, 100));
  }

  @Test
  void dueTime_withoutAdvance_stays() {
    var schedule = new ArrivalSchedule(new Pace.Open(10, Pace.Arrivals.POISSON));
    long first = schedule.dueNanos();
    assertThat(schedule.dueNanos()).isEqualTo(first);
  }

  @Test
  void rate_outOfRange_isRefusedWithItsValue() {
    assertThatThrownBy(() -> new Pace.Open(0, Pace.Arrivals.EVEN))
        .hasMessage("rate: 0.0 (expected: above 0, at most 1000000)");
    assertThatThrownBy(() -> new Pace.Open(Double.NaN, Pace.Arrivals.EVEN))
        .hasMessageStartingWith("rate: NaN");
    assertThatThrownBy(() -> new Pace.Closed(0)).hasMessage("streams: 0 (expected: 1 to 10000)");
  }

  private static List<Long> due(Pace.Open pace, int count) {
    var schedule = new ArrivalSchedule(pace);
    List<Long> due = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      due.add(schedule.dueNanos());
      schedule.advance();
    }
    return due;
  }
}
