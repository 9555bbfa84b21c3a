package dev.serin.loadtest.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedRoundsTest {

  /** The machine slows down by half in the middle round: the ratio of medians would move. */
  @Test
  void ratio_slowRound_isTakenWithinTheRound() {
    PairedRounds rounds = PairedRounds.ofStub();
    rounds.add(new PairedRounds.Round(1, 5.5, 5.0));
    rounds.add(new PairedRounds.Round(1, 11.0, 10.0));
    rounds.add(new PairedRounds.Round(1, 6.6, 6.0));

    assertThat(rounds.ratio()).isCloseTo(1.1, within(1e-9));
  }

  @Test
  void ratio_oneOutlier_doesNotMoveTheMedian() {
    PairedRounds rounds = PairedRounds.ofStub();
    rounds.add(new PairedRounds.Round(1, 5, 5));
    rounds.add(new PairedRounds.Round(1, 50, 5));
    rounds.add(new PairedRounds.Round(2, 5.5, 5));

    assertThat(rounds.ratio()).isCloseTo(1.1, within(1e-9));
  }

  @Test
  void text_twoPairs_showsEachAndAllAndTheTarget() {
    PairedRounds rounds = PairedRounds.ofStub();
    rounds.add(new PairedRounds.Round(1, 6, 5));
    rounds.add(new PairedRounds.Round(2, 5, 5));
    rounds.add(new PairedRounds.Round(2, 5, 5));

    assertThat(rounds.text())
        .isEqualTo(
            """
            pair  rounds  Serin us  stub us  ratio  ratio min  ratio max
            ----  ------  --------  -------  -----  ---------  ---------
            1          1      6.00     5.00  1.200      1.200      1.200
            2          2      5.00     5.00  1.000      1.000      1.000
            all        3      5.00     5.00  1.000      1.000      1.200

            ratio 1.000 (target: at most 1.15): met
            """);
  }

  @Test
  void text_aboveTheTarget_saysMissed() {
    PairedRounds rounds = PairedRounds.ofStub();
    rounds.add(new PairedRounds.Round(1, 6, 5));

    assertThat(rounds.text()).endsWith("ratio 1.200 (target: at most 1.15): missed\n");
  }

  @Test
  void text_besideAnotherBuild_hasNoTarget() {
    PairedRounds rounds = PairedRounds.ofBuilds();
    rounds.add(new PairedRounds.Round(1, 6, 5));

    assertThat(rounds.text())
        .startsWith("pair  rounds  Serin us  other us  ratio")
        .endsWith("\nratio 1.200\n");
  }

  @Test
  void round_burstTooShortToBeMeasured_isRefused() {
    assertThatThrownBy(() -> new PairedRounds.Round(1, 5, 0))
        .hasMessageContaining("5.0 and 0.0 us (expected: above 0");
  }
}
