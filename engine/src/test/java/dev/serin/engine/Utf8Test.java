package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8Test {
  private static final int MAX_LENGTH = 40;
  private static final int OFFSET = 3;

  /** One, two, three and four bytes; halves of a pair, which become question marks. */
  private static final List<String> CHARS =
      List.of("~", "\u0080", "é", "ÿ", "Ā", "ş", "中", "\uffff", "😀", "\ud83d", "\ude00");

  @Test
  void encode_anyLengthWithAnyCharAnywhere_isWhatTheJdkEncodes() {
    for (int length = 0; length <= MAX_LENGTH; length++) {
      assertEncodes("0123456789".repeat(4).substring(0, length));
      for (int at = 0; at <= length; at++) {
        for (String other : CHARS) {
          assertEncodes("x".repeat(at) + other + "y".repeat(length - at));
        }
      }
    }
  }

  private static void assertEncodes(String text) {
    byte[] target = new byte[OFFSET + text.length() * Utf8.MAX_BYTES_PER_CHAR];
    int end = Utf8.encode(text, target, OFFSET);

    assertThat(Arrays.copyOfRange(target, OFFSET, end))
        .as(text)
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
  }
}
