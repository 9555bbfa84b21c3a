package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.serin.v1.ChangeNote;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  @Test
  void lines_columnsOfManyWidths_areAligned() {
    Table table =
        new Table("KEY", ">COUNT", "BY").row("new-checkout", 7, "ann").row("ü", 12_345, "");

    assertThat(table.lines(terminal(false)))
        .containsExactly(
            "KEY           COUNT  BY", //
            "new-checkout      7  ann",
            "ü             12345");
  }

  @Test
  void lines_colour_isInTheHeaderOnly() {
    assertThat(new Table("KEY").row("a").lines(terminal(true)))
        .containsExactly("\u001b[1mKEY\u001b[0m", "a");
  }

  @Test
  void row_controlCharacters_areShownEscaped() {
    assertThat(
            new Table("KEY", "OWNER")
                .row("a\nb", "\u001b[2J\u009b31m\t\r\u0000 ü")
                .lines(terminal(true)))
        .last()
        .isEqualTo("a\\nb  \\u001B[2J\\u009B31m\\t\\r\\u0000 ü");
  }

  @Test
  void note_controlCharacters_areShownEscaped() {
    ChangeNote note = ChangeNote.newBuilder().setActor("a\u0007").setReason("one\ntwo").build();

    assertThat(Texts.note(note)).isEqualTo("a\\u0007 (one\\ntwo)");
  }

  @Test
  void row_otherNumberOfCells_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Table("KEY").row("a", "b"))
        .withMessage("cells: 2 (expected: 1)");
  }

  private static Terminal terminal(boolean colour) {
    return new Terminal(InputStream.nullInputStream(), NOWHERE, NOWHERE, colour);
  }
}
