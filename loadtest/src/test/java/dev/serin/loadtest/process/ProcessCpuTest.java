package dev.serin.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessCpuTest {

  private static final String STAT =
      "42 (a name) with ( signs) S 1 42 42 0 -1 4194560 1000 0 0 0 250 75 0 0 20 0 30 0 100 1 1\n";

  @Test
  void stat_nameWithBrackets_addsUserAndSystemTicks() {
    assertThat(ProcessCpu.parse(STAT)).isEqualTo(Duration.ofMillis(3_250));
  }

  @Test
  void stat_cutShort_isRefused() {
    assertThatThrownBy(() -> ProcessCpu.parse("42 (x) S 1"))
        .hasMessage("stat: 42 (x) S 1 (expected: the format of proc(5))");
  }

  @Test
  void thisProcess_whileItWorks_usesCpu() throws Exception {
    long self = ProcessHandle.current().pid();
    Duration before = ProcessCpu.of(self);
    long sum = 0;
    while (ProcessCpu.of(self).minus(before).toMillis() < 50) {
      sum += System.nanoTime();
    }
    assertThat(sum).isNotZero();
    assertThat(ProcessCpu.of(self)).isGreaterThan(before);
  }
}
