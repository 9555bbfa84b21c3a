package dev.serin.loadtest.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TargetTest {

  @Test
  void parse_loopback_isTaken() {
    assertThat(Target.parse("127.0.0.1:8980", false)).isEqualTo(new Target("127.0.0.1", 8980));
    assertThat(Target.parse("localhost:1", false).port()).isOne();
  }

  @Test
  void parse_anotherMachine_needsConsent() {
    assertThatThrownBy(() -> Target.parse("192.0.2.1:8980", false))
        .hasMessage("target: 192.0.2.1:8980 (expected: a loopback address, or --allow-remote)");
    assertThat(Target.parse("192.0.2.1:8980", true).host()).isEqualTo("192.0.2.1");
  }

  @Test
  void parse_noPort_isRefused() {
    assertThatThrownBy(() -> Target.parse("localhost", false))
        .hasMessage("target: localhost (expected: HOST:PORT)");
    assertThatThrownBy(() -> Target.parse("localhost:70000", false))
        .hasMessage("port: 70000 (expected: 1 to 65535)");
  }
}
