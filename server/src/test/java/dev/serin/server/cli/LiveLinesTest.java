package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that are renewed in place need rows to be renewed in. */
class LiveLinesTest {
  private static final List<String> FIVE = List.of("one", "two", "three", "four", "five");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private LiveLines of(boolean colour, int rows) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new LiveLines(
        new Terminal(InputStream.nullInputStream(), stream, stream, colour, () -> rows));
  }

  private String shown() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void lines_thatFit_areShownAndRenewed() {
    LiveLines live = of(true, 6);
    live.show(FIVE);
    live.show(FIVE);

    assertThat(shown()).contains("five").contains("\u001b[5A\u001b[J").doesNotContain("more lines");
  }

  @Test
  void lines_beyondTheTerminal_areLeftOutUntilTheEnd() {
    LiveLines live = of(true, 5);
    live.show(FIVE);
    live.show(FIVE);

    assertThat(shown())
        .contains("three", "and 2 more lines")
        .doesNotContain("four")
        .contains("\u001b[4A\u001b[J");

    live.end(FIVE);

    assertThat(shown()).contains("four", "five");
  }

  @Test
  void lines_thatAreNotRenewed_areAllShown() {
    of(false, 3).show(FIVE);

    assertThat(shown()).contains("five").doesNotContain("more lines");
  }

  @Test
  void terminalOfOneRow_showsThatThereIsMore() {
    of(true, 1).show(FIVE);

    assertThat(shown()).contains("and 5 more lines");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"24 80, 24", "0 0, 2147483647", "none, 2147483647", "'', 2147483647"})
  void rows_ofWhatSttySays_areRead(String size, int rows) {
    assertThat(Terminal.rowsOf(size)).isEqualTo(rows);
  }
}
