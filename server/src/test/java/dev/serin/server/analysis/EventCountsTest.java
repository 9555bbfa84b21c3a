package dev.serin.server.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EventCountsTest {
  @Test
  void moments_ofCounts_areThoseOfZerosAndOnes() {
    assertThat(new EventCounts(4, 1).moments()).isEqualTo(Figures.moments(0, 0, 1, 0));
    assertThat(new EventCounts(2, 0).moments()).isEqualTo(Figures.moments(0, 0));
    assertThat(new EventCounts(2, 2).moments()).isEqualTo(Figures.moments(1, 1));
    assertThat(new EventCounts(0, 0).moments()).isEqualTo(Moments.NONE);
  }

  @Test
  void moments_ofCountsWhoseProductOverflows_areFinite() {
    Moments moments = new EventCounts(Long.MAX_VALUE, Long.MAX_VALUE / 2).moments();

    assertThat(moments.squaredDeviations()).isEqualTo(0x1p61);
  }

  @Test
  void counts_outsideTheirRange_areRefused() {
    assertThatThrownBy(() -> new EventCounts(-1, 0))
        .hasMessage("exposed: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> new EventCounts(3, 4)).hasMessage("withEvent: 4 (expected: 0 to 3)");
    assertThatThrownBy(() -> new EventCounts(3, -1)).hasMessage("withEvent: -1 (expected: 0 to 3)");
  }
}
