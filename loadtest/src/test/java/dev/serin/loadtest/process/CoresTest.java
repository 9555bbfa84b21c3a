package dev.serin.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoresTest {

  private static final List<String> COMMAND = List.of("server", "--port", "0");

  @Test
  void command_pinned_isRunByTaskset() {
    assertThat(new Cores(0, 1).onServerCore(COMMAND))
        .containsExactly("taskset", "--cpu-list", "0", "server", "--port", "0");
    assertThat(new Cores(0, 1).description()).isEqualTo("server on core 0, client on core 1");
  }

  @Test
  void command_notPinned_isUnchangedAndSaidToBe() throws Exception {
    Cores free = new Cores(-1, -1);
    free.pinThisProcess();

    assertThat(free.onServerCore(COMMAND)).isEqualTo(COMMAND);
    assertThat(free.description()).startsWith("not pinned");
  }
}
