package dev.serin.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JvmCommandTest {

  @Test
  void options_jar_endBeforeIt() {
    assertThat(
            JvmCommand.options(
                List.of("java", "-XX:+UseParallelGC", "-Dx=y", "-jar", "a.jar", "server", "-X")))
        .containsExactly("-XX:+UseParallelGC", "-Dx=y");
  }

  @Test
  void options_classPath_isLeftOut() {
    assertThat(JvmCommand.options(List.of("java", "-Xmx1g", "-cp", "-odd", "-ea", "Main", "-b")))
        .containsExactly("-Xmx1g", "-ea");
  }

  @Test
  void command_ofOptions_isReadBack() {
    List<String> options = List.of("-Xmx64m", "-ea");
    List<String> command = JvmCommand.of(options, "a:b", JvmCommandTest.class, List.of("one"));

    assertThat(JvmCommand.options(command)).isEqualTo(options);
    assertThat(command).endsWith("-cp", "a:b", JvmCommandTest.class.getName(), "one");
  }
}
