package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LiveRolloutsTest {
  @Test
  void holderOfTheLease_forPeople_isAProcessOnAHost() {
    assertThat(LiveRollouts.name())
        .matches("pid " + ProcessHandle.current().pid() + " on \\S.*")
        .doesNotContain("\n");
  }
}
