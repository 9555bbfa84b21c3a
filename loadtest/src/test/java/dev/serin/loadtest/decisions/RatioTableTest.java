package dev.serin.loadtest.decisions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatioTableTest {
  /** statistics.md B5: what gbstats makes of these users ({@code check_srm}), and their p. */
  @ParameterizedTest
  @CsvSource({
    "0.5, 1000, 1100, 4.761904761904762, 0.029096331741252267",
    "0.95, 95120, 4880, 3.031578947368421, 0.08165851558521543"
  })
  void chiSquared_golden_isMet(
      double promised, long treatment, long control, double statistic, double p) {
    double chiSquared = RatioTable.chiSquared(promised, treatment, treatment + control);

    assertThat(chiSquared).isCloseTo(statistic, within(1e-9));
    assertThat(ChiSquaredDistribution.of(1).survivalProbability(chiSquared))
        .isCloseTo(p, within(1e-9));
  }
}
