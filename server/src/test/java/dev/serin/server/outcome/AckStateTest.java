package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AckStateTest {
  private final AckState state = new AckState(false);

  private ReportOutcomeResponse next() {
    return Objects.requireNonNull(state.next());
  }

  @Test
  void next_nothingHappened_saysNothing() {
    assertThat(state.isDue()).isFalse();
    assertThat(state.next()).isNull();
  }

  @Test
  void next_opened_saysWhatIsCommitted() {
    state.opened(7);

    assertThat(state.next())
        .isEqualTo(
            ReportOutcomeResponse.newBuilder().setCommittedSequence(7).setOpened(true).build());
    assertThat(state.next()).isNull();
  }

  @Test
  void next_committedOften_saysTheLastOnce() {
    state.committed(3);
    state.committed(9);
    state.committed(5);

    assertThat(state.next())
        .isEqualTo(ReportOutcomeResponse.newBuilder().setCommittedSequence(9).build());
    assertThat(state.next()).isNull();
  }

  @Test
  void next_refusedAndNotCommitted_waitsForTheCommit() {
    state.refused(refusal(2));
    state.refused(refusal(4));

    assertThat(state.next()).isNull();
    state.committed(3);
    assertThat(next().getRefusalsList()).containsExactly(refusal(2));
    state.committed(4);
    ReportOutcomeResponse last = next();
    assertThat(last.getRefusalsList()).containsExactly(refusal(4));
    assertThat(last.getRefusedTotal()).isEqualTo(2);
  }

  @Test
  void next_repeat_saysTheSameAgain() {
    state.committed(3);
    state.next();
    state.repeat();

    assertThat(next().getCommittedSequence()).isEqualTo(3);
    assertThat(state.next()).isNull();
  }

  @Test
  void next_withoutSession_saysAtLeastOnce() {
    var without = new AckState(true);
    without.committed(1);

    assertThat(without.next())
        .isEqualTo(
            ReportOutcomeResponse.newBuilder()
                .setCommittedSequence(1)
                .setAtLeastOnce(true)
                .build());
  }

  @Test
  void refused_moreThanAreKept_countsTheRest() {
    int refused = AckState.REFUSALS_MAX + 5;
    for (int i = 1; i <= refused; i++) {
      assertThat(state.isFull()).isEqualTo(i > AckState.REFUSALS_MAX);
      state.refused(refusal(i));
    }

    state.committed(refused);
    ReportOutcomeResponse message = next();

    assertThat(message.getRefusalsCount()).isEqualTo(AckState.REFUSALS_MAX);
    assertThat(message.getRefusedTotal()).isEqualTo(refused);
    assertThat(state.isFull()).isFalse();
  }

  /** However commits and looks fall: each refusal is told once, in order, never too early. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void next_atRandomTimes_tellsEachRefusalOnceAndNumbersRise(long seed) {
    var random = new Random(seed);
    List<OutcomeRefusal> refused = new ArrayList<>();
    List<OutcomeRefusal> told = new ArrayList<>();
    long accepted = 0;
    long committed = 0;
    long lastTold = 0;

    for (int i = 0; i < 5_000; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          accepted++;
          if (random.nextInt(3) == 0 && !state.isFull()) {
            refused.add(refusal(accepted));
            state.refused(refusal(accepted));
          }
        }
        case 2 -> {
          committed += random.nextLong(accepted - committed + 1);
          state.committed(committed);
        }
        default -> {
          ReportOutcomeResponse message = state.next();
          assertThat(message != null).isEqualTo(committed > lastTold);
          if (message != null) {
            lastTold = committed;
            assertThat(message.getCommittedSequence()).isEqualTo(committed);
            told.addAll(message.getRefusalsList());
            assertThat(message.getRefusedTotal()).isEqualTo(told.size());
            for (OutcomeRefusal some : message.getRefusalsList()) {
              assertThat(some.getSequence()).isLessThanOrEqualTo(committed);
            }
          }
        }
      }
    }
    state.committed(accepted + 1);
    told.addAll(next().getRefusalsList());

    assertThat(refused).hasSizeGreaterThan(500);
    assertThat(told).isEqualTo(refused);
  }

  private static OutcomeRefusal refusal(long sequence) {
    return OutcomeRefusal.newBuilder()
        .setSequence(sequence)
        .setReason(RefusalReason.REFUSAL_REASON_TOO_OLD)
        .build();
  }
}
