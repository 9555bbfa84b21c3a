package dev.serin.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DemoHintsTest {
  private static String printed(int port, boolean stays) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    new DemoHints("bin/serin", port, port + 1, Path.of("files"), stays)
        .print(new Terminal(InputStream.nullInputStream(), stream, stream, false));
    return out.toString(UTF_8);
  }

  @Test
  void hints_ofRollouts_watchOneAndReadItsHistory() {
    assertThat(printed(8980, false).lines())
        .contains(
            "  bin/serin rollout watch instant-search",
            "  bin/serin rollout history instant-search");
    assertThat(printed(4000, false).lines())
        .contains(
            "  bin/serin rollout watch instant-search --server 127.0.0.1:4000",
            "  bin/serin rollout history instant-search --server 127.0.0.1:4000");
    assertThat(DemoFiles.ROLLOUTS).contains("instant-search");
  }

  @Test
  void lastLine_saysThatTheServerEndsUnlessItStays() {
    assertThat(printed(8980, false).strip())
        .endsWith("The server ends with the two rollouts; with --stay it goes on.");
    assertThat(printed(8980, true)).contains("Browse the API").doesNotContain("--stay");
  }
}
