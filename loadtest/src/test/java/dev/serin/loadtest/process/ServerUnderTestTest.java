package dev.serin.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerUnderTestTest {

  @TempDir private Path directory;

  @Test
  void start_lineOfTheServer_tellsPortAndTimes() throws Exception {
    String script = "echo starting; echo serving gRPC on 127.0.0.1:4711; exec cat";
    try (var server = ServerUnderTest.start(List.of("sh", "-c", script), log())) {
      assertThat(server.grpcPort()).isEqualTo(4711);
      assertThat(server.servingNanos()).isGreaterThan(server.startedNanos());
      assertThat(ProcessHandle.of(server.processId())).isPresent();
    }
  }

  @Test
  void close_runningServer_endsIt() throws Exception {
    String script = "echo serving gRPC on localhost:1; exec cat";
    var server = ServerUnderTest.start(List.of("sh", "-c", script), log());
    long processId = server.processId();
    server.close();

    assertThat(ProcessHandle.of(processId).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }

  @Test
  void start_serverThatEnds_showsWhatItSaid() {
    assertThatThrownBy(
            () -> ServerUnderTest.start(List.of("sh", "-c", "echo port 8980 is taken >&2"), log()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not serving")
        .hasMessageContaining("port 8980 is taken");
  }

  private Path log() {
    return directory.resolve("server.log");
  }
}
