package dev.serin.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void text_wordsAndNumbers_areAlignedLeftAndRight() {
    Table table = new Table("name", "ns", "note");
    table.row("short", "7.5", "ok");
    table.row("a longer name", "1024", "");

    assertThat(table.text())
        .isEqualTo(
            """
            name             ns  note
            -------------  ----  ----
            short           7.5  ok
            a longer name  1024
            """);
  }

  @Test
  void text_withoutRows_isTheHeader() {
    assertThat(new Table("a", "b").text()).isEqualTo("a  b\n-  -\n");
  }

  @Test
  void row_wrongNumberOfCells_isRefused() {
    assertThatThrownBy(() -> new Table("a", "b").row("1")).hasMessage("row: 1 cells (expected: 2)");
  }
}
