package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RampTest {
  private final Ramp ramp = new Ramp(4_000, 3);

  @Test
  void rate_everyWindowHeld_doublesUpToTheWhole() {
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      rates.add(ramp.rate());
      ramp.window(true);
    }

    assertThat(rates).containsExactly(250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 4_000.0);
  }

  @Test
  void rate_windowNotHeld_staysUntilItIs() {
    ramp.window(true);

    ramp.window(false);
    assertThat(ramp.rate()).isEqualTo(500);

    ramp.window(true);
    assertThat(ramp.rate()).isEqualTo(1_000);
  }

  @Test
  void isWarm_countsOnlyWindowsOfTheWholeRateOnEnd() {
    windows(true, true, true, true);
    assertThat(ramp.rate()).isEqualTo(4_000);

    windows(true, true, false, true, true);
    assertThat(ramp.isWarm()).isFalse();

    windows(true);
    assertThat(ramp.isWarm()).isTrue();
  }

  private void windows(boolean... held) {
    for (boolean one : held) {
      assertThat(ramp.isWarm()).isFalse();
      ramp.window(one);
    }
  }
}
