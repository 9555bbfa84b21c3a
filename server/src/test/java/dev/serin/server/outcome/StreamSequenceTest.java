package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSequenceTest {
  @Test
  void admit_nextOnes_takesAll() {
    var sequence = new StreamSequence(0);

    assertThat(sequence.admit(1, 3)).isZero();
    assertThat(sequence.admit(4, 1)).isZero();
    assertThat(sequence.accepted()).isEqualTo(4);
    assertThat(sequence.expected()).isEqualTo(5);
  }

  @Test
  void admit_seenBefore_isSkipped() {
    var sequence = new StreamSequence(10);

    assertThat(sequence.admit(8, 2)).isEqualTo(2);
    assertThat(sequence.accepted()).isEqualTo(10);
    assertThat(sequence.admit(9, 5)).isEqualTo(2);
    assertThat(sequence.accepted()).isEqualTo(13);
  }

  @Test
  void admit_leavingOneOut_isAGapAndTakesNothing() {
    var sequence = new StreamSequence(10);

    assertThat(sequence.admit(12, 1)).isEqualTo(StreamSequence.GAP);
    assertThat(sequence.accepted()).isEqualTo(10);
  }

  @Test
  void admit_noOutcomes_saysWhatTheProducerStillHas() {
    var sequence = new StreamSequence(10);

    assertThat(sequence.admit(11, 0)).isZero();
    assertThat(sequence.admit(3, 0)).isZero();
    assertThat(sequence.admit(12, 0)).isEqualTo(StreamSequence.GAP);
    assertThat(sequence.accepted()).isEqualTo(10);
  }

  @Test
  void admit_lastSequenceThereIs_isTaken() {
    var sequence = new StreamSequence(Long.MAX_VALUE - 3);

    assertThat(sequence.admit(Long.MAX_VALUE - 2, 2)).isZero();
    assertThat(sequence.accepted()).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(StreamSequence.isSeries(Long.MAX_VALUE, 1)).isFalse();
    assertThat(StreamSequence.isSeries(0, 1)).isFalse();
    assertThat(StreamSequence.isSeries(-1, 1)).isFalse();
    assertThatThrownBy(() -> sequence.admit(Long.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  /** Whatever is cut, repeated and reordered: each sequence is taken once, and in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void admit_randomMessages_takesEachSequenceOnceInOrder(long seed) {
    var random = new Random(seed);
    long committed = random.nextInt(50);
    var sequence = new StreamSequence(committed);
    List<Long> taken = new ArrayList<>();

    for (int i = 0; i < 2_000; i++) {
      int count = random.nextInt(6);
      long first = Math.max(1, sequence.expected() + random.nextInt(12) - 8);
      long before = sequence.accepted();
      int seen = sequence.admit(first, count);
      if (first > before + 1) {
        assertThat(seen).isEqualTo(StreamSequence.GAP);
        assertThat(sequence.accepted()).isEqualTo(before);
      } else {
        LongStream.range(first + seen, first + count).forEach(taken::add);
      }
    }

    assertThat(taken)
        .hasSizeGreaterThan(500)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(committed + 1, sequence.accepted()).boxed().toList());
  }
}
