package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.serin.client.outcome.StreamEnd.Kind;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is read from a status, and how long is waited after it. */
class StreamEndTest {
  @Test
  void end_ofEachRefusal_saysWhatToDo() {
    assertThat(end(TestLedger.away(1_500)))
        .isEqualTo(new StreamEnd(Kind.AWAY, 1_500_000_000, 0, "UNAVAILABLE: told by the server"));
    assertThat(end(TestLedger.gap(42)))
        .isEqualTo(new StreamEnd(Kind.GAP, 0, 42, "OUT_OF_RANGE: told by the server"));
    assertThat(kind(Code.NOT_FOUND, "SESSION_EXPIRED")).isEqualTo(Kind.EXPIRED);
    assertThat(kind(Code.FAILED_PRECONDITION, "PRODUCER_FENCED")).isEqualTo(Kind.FENCED);
    assertThat(end(TestLedger.invalid("watermark")).kind()).isEqualTo(Kind.WATERMARK);
    assertThat(end(TestLedger.invalid("message")).kind()).isEqualTo(Kind.AWAY);
    assertThat(kind(Code.INVALID_ARGUMENT, "INVALID_REQUEST")).isEqualTo(Kind.AWAY);
    assertThat(kind(Code.RESOURCE_EXHAUSTED, "OVERLOADED")).isEqualTo(Kind.AWAY);
    assertThat(kind(Code.UNIMPLEMENTED, "NOT_BUILT")).isEqualTo(Kind.AWAY);
    assertThat(StreamEnd.of(Status.OK, new Metadata()).kind()).isEqualTo(Kind.OK);
  }

  @Test
  void end_withoutDetails_isAway() {
    // A proxy's FAILED_PRECONDITION must not stop a reporter for good.
    for (Status.Code code : Status.Code.values()) {
      if (code != Status.Code.OK) {
        assertThat(StreamEnd.of(code.toStatus(), new Metadata()).kind()).isEqualTo(Kind.AWAY);
      }
    }
  }

  @Test
  void end_retryDelaysOutOfReason_areBounded() {
    assertThat(end(TestLedger.away(Long.MAX_VALUE / 2)).retryNanos())
        .isLessThan(Duration.ofMinutes(11).toNanos());
    assertThat(end(TestLedger.away(-5_000)).retryNanos()).isZero();
  }

  @Test
  void backoff_again_doublesUpToItsEndAndSpreads() {
    Backoff least = new Backoff(() -> 0);
    Backoff most = new Backoff(() -> Math.nextDown(1.0));
    long ceiling = Backoff.FIRST_NANOS;
    for (int i = 0; i < 12; i++) {
      assertThat(least.nextNanos(0)).isEqualTo(ceiling / 2);
      assertThat(most.nextNanos(0)).isBetween(ceiling - 1, ceiling);
      ceiling = Math.min(Backoff.LONGEST_NANOS, ceiling * 2);
    }
    least.reset();
    assertThat(least.nextNanos(0)).isEqualTo(Backoff.FIRST_NANOS / 2);
    assertThat(least.nextNanos(1_000_000_000)).isEqualTo(1_000_000_000);
    assertThat(most.nextNanos(100_000_000_000L)).isBetween(124_999_999_998L, 125_000_000_000L);
  }

  private static Kind kind(Code code, String reason) {
    return end(TestLedger.refusal(code, reason, Map.of())).kind();
  }

  private static StreamEnd end(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    return StreamEnd.of(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
