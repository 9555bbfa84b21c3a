package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, UTF_8);

  @Test
  void rehearsal_ofAServer_asksItEverythingAndEndsWell() throws Exception {
    var process = new ServerProcess(Map.of(), out, out);
    var terminal = new Terminal(InputStream.nullInputStream(), out, out, false);

    int exitCode = new Rehearsal(process, terminal).run();

    String said = written.toString(UTF_8);
    assertThat(exitCode).as(said).isZero();
    assertThat(said)
        .contains("feature rehearsed: created", "feature rehearsed: killed (revision 3)")
        .contains(
            "reason            DEFAULT", "✓ default: no rule matched", "\"key\": \"rehearsed\"");
  }
}
