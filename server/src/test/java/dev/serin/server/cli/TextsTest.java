package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextsTest {
  @Test
  void printable_ofWhatMovesTheCursorOrTurnsTheText_isEscaped() {
    assertThat(Texts.printable("a\nb\tc\u001b[2J")).isEqualTo("a\\nb\\tc\\u001B[2J");
    assertThat(Texts.printable("owner \u202egnitset\u2069\u061c"))
        .isEqualTo("owner \\u202Egnitset\\u2069\\u061C");
    assertThat(Texts.printable("größer, \u4f60\u597d")).isEqualTo("größer, \u4f60\u597d");
  }
}
