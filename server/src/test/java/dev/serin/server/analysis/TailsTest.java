package dev.serin.server.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/**
 * statistics.md B2: tails of the library that figures, forecasts and simulations take from it, as
 * scipy 1.17.1 has them.
 */
class TailsTest {
  private static final Percentage DIGITS = Percentage.withPercentage(1e-11);

  @Test
  void tails_golden_areMet() {
    assertThat(TDistribution.of(3).cumulativeProbability(-40))
        .isCloseTo(1.7190340394579253e-5, DIGITS);
    assertThat(NormalDistribution.of(0, 1).survivalProbability(10))
        .isCloseTo(7.61985302416047e-24, DIGITS);
    assertThat(BetaDistribution.of(52, 950).inverseCumulativeProbability(.05))
        .isCloseTo(.04090550293867689, within(1e-12));
    double[] chiSquared = {10.827566170662733, 13.815510557964274, 16.26623619623813};
    for (int degrees = 1; degrees <= 3; degrees++) {
      assertThat(ChiSquaredDistribution.of(degrees).inverseSurvivalProbability(.001))
          .as("%s degrees of freedom", degrees)
          .isCloseTo(chiSquared[degrees - 1], within(1e-9));
    }
  }
}
