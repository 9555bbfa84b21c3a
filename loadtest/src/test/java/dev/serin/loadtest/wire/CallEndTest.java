package dev.serin.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

class CallEndTest {

  @Test
  void status_eachOfGrpc_hasItsName() {
    for (Status.Code code : Status.Code.values()) {
      assertThat(CallEnd.of(Integer.toString(code.value()), true).name()).isEqualTo(code.name());
    }
  }

  @Test
  void status_okWithoutMessage_isNoSuccess() {
    assertThat(CallEnd.of("0", false)).isEqualTo(CallEnd.EMPTY);
  }

  @Test
  void status_absentOrStrange_isABrokenStream() {
    assertThat(CallEnd.of(null, true)).isEqualTo(CallEnd.STREAM_BROKEN);
    assertThat(CallEnd.of("", true)).isEqualTo(CallEnd.STREAM_BROKEN);
    assertThat(CallEnd.of("17", true)).isEqualTo(CallEnd.STREAM_BROKEN);
    assertThat(CallEnd.of("x", true)).isEqualTo(CallEnd.STREAM_BROKEN);
    assertThat(CallEnd.of("-1", true)).isEqualTo(CallEnd.STREAM_BROKEN);
  }
}
