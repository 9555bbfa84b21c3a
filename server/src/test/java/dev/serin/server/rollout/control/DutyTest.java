package dev.serin.server.rollout.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** When a holder gives the lease up, and how long it leaves it alone. */
class DutyTest {
  private long nanos;
  private final Duty duty = new Duty(() -> nanos);

  private void fail(int turns) {
    for (int i = 0; i < turns; i++) {
      assertThat(duty.take(() -> false)).isFalse();
    }
  }

  @Test
  void turns_thatFailInARow_endIt() {
    fail(Duty.FAILED_MAX - 1);
    assertThat(duty.isOver()).isFalse();

    assertThatThrownBy(
            () ->
                duty.take(
                    () -> {
                      throw new IllegalStateException("of a test");
                    }))
        .hasMessage("of a test");

    assertThat(duty.isOver()).isTrue();
    assertThat(duty.why()).isEqualTo("java.lang.IllegalStateException: of a test");
  }

  @Test
  void turn_thatDoesNotFail_beginsAnew() {
    fail(Duty.FAILED_MAX - 1);
    assertThat(duty.take(() -> true)).isTrue();
    fail(Duty.FAILED_MAX - 1);

    assertThat(duty.isOver()).isFalse();
  }

  @Test
  void turn_thatEndsAsTheLeaseIsLost_isNoFailure() {
    fail(Duty.FAILED_MAX - 1);

    assertThatThrownBy(
            () ->
                duty.take(
                    () -> {
                      throw new UnheldException();
                    }))
        .isInstanceOf(UnheldException.class);

    assertThat(duty.isOver()).isFalse();
  }

  @Test
  void lease_lostToAnother_forgetsWhatFailedUnderIt() {
    fail(Duty.FAILED_MAX - 1);
    duty.lost();
    fail(Duty.FAILED_MAX - 1);

    assertThat(duty.isOver()).isFalse();
  }

  @Test
  void lease_givenUp_isLeftAloneForAWhile() {
    assertThat(duty.rests()).isFalse();
    fail(Duty.FAILED_MAX);
    duty.givenUp();

    assertThat(duty.isOver()).isFalse();
    nanos += Duty.REST.toNanos() - 1;
    assertThat(duty.rests()).isTrue();
    nanos++;
    assertThat(duty.rests()).isFalse();
  }

  @Test
  void givingUp_ofNoUse_takesTwiceAsLongEachTimeAndIsSaidOnce() {
    fail(Duty.FAILED_MAX);
    assertThat(duty.givenUp()).isTrue();
    fail(2 * Duty.FAILED_MAX - 1);
    assertThat(duty.isOver()).isFalse();
    fail(1);
    assertThat(duty.isOver()).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(duty.givenUp()).isFalse();
    }
    fail(Duty.FAILED_MOST - 1);
    assertThat(duty.isOver()).isFalse();
    fail(1);
    assertThat(duty.isOver()).isTrue();

    duty.take(() -> true);

    fail(Duty.FAILED_MAX);
    assertThat(duty.isOver()).isTrue();
    assertThat(duty.givenUp()).as("another time").isTrue();
  }
}
