package dev.serin.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void median_oddCount_isTheMiddleOne() {
    assertThat(new Samples(9, 1, 5).median()).isEqualTo(5);
  }

  @Test
  void median_evenCount_isTheMeanOfTheMiddleTwo() {
    assertThat(new Samples(4, 1, 2, 9).median()).isEqualTo(3);
  }

  @Test
  void quantile_nearestRank_isASample() {
    Samples samples = new Samples(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    assertThat(samples.quantile(0.9)).isEqualTo(90);
    assertThat(samples.quantile(0.91)).isEqualTo(100);
    assertThat(samples.quantile(1)).isEqualTo(100);
    assertThat(samples.quantile(0.01)).isEqualTo(10);
  }

  @Test
  void extremes_anyOrder_areFound() {
    Samples samples = new Samples(3, 1, 2);
    assertThat(samples.min()).isEqualTo(1);
    assertThat(samples.max()).isEqualTo(3);
    assertThat(samples.count()).isEqualTo(3);
  }

  @Test
  void samples_noneOrNoNumber_areRefused() {
    assertThatThrownBy(Samples::new).hasMessage("samples: none (expected: at least one)");
    assertThatThrownBy(() -> new Samples(1, Double.NaN))
        .hasMessage("samples: NaN (expected: numbers)");
    assertThatThrownBy(() -> new Samples(1).quantile(0))
        .hasMessage("share: 0.0 (expected: above 0, at most 1)");
  }
}
