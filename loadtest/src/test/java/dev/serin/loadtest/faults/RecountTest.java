package dev.serin.loadtest.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rule has to find what breaks it: a harness that cannot fail proves nothing. */
class RecountTest {
  private static final Life LIVED = new Life(100, 100, true);
  private static final Life KILLED = new Life(50, 40, false);

  @Test
  void recount_eachOnce_findsNothing() {
    assertThat(violations(List.of(LIVED), new Counted(100, 100))).isEmpty();
  }

  @Test
  void recount_ofKilledProducer_allowsWhatItHadNotHeardOfOnceOrNotAtAll() {
    assertThat(violations(List.of(KILLED, LIVED), new Counted(140, 140))).isEmpty();
    assertThat(violations(List.of(KILLED, LIVED), new Counted(150, 150))).isEmpty();
  }

  @Test
  void recount_plantedLoss_isFound() {
    assertThat(violations(List.of(LIVED), new Counted(99, 99)))
        .containsExactly("p: 99 counted (expected: at least 100)");
    assertThat(violations(List.of(KILLED, LIVED), new Counted(139, 139))).hasSize(1);
  }

  @Test
  void recount_plantedDouble_isFound() {
    assertThat(violations(List.of(LIVED), new Counted(101, 100)))
        .containsExactly(
            "p: 101 counted (expected: at most 100)",
            "p: 101 counted of 100 units (expected: one of each)");
  }

  @Test
  void recount_plantedLossHiddenByADouble_isFound() {
    assertThat(violations(List.of(LIVED), new Counted(100, 99)))
        .containsExactly("p: 100 counted of 99 units (expected: one of each)");
  }

  @Test
  void recount_producerNobodyCounted_isFound() {
    assertThat(Recount.violations(Map.of("p", List.of(LIVED)), Map.of())).hasSize(1);
  }

  private static List<String> violations(List<Life> lives, Counted counted) {
    return Recount.violations(Map.of("p", lives), Map.of("p", counted));
  }
}
