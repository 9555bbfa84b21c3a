package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Texts in two words are hashed, read, written and found as their bytes are. */
class ShortTextTest {
  private static final int TEXTS_PER_LENGTH = 2_000;
  private static final int OFFSET = 3;

  private final Random random = new Random(11);

  @Test
  void hash_anyBytesOfAnyLength_isThatOfTheBytes() {
    for (int length = 0; length <= ShortText.MAX_BYTES; length++) {
      for (int i = 0; i < TEXTS_PER_LENGTH; i++) {
        byte[] bytes = new byte[OFFSET + length];
        random.nextBytes(bytes);

        long hash =
            ShortText.hash(
                ShortText.head(bytes, OFFSET, length), ShortText.tail(bytes, OFFSET, length));

        assertThat(hash).isEqualTo(Bucketing.hash(bytes, OFFSET, length));
      }
    }
  }

  @Test
  void read_asciiOfAnyLength_isWhatItsBytesAre() {
    for (int length = 0; length <= ShortText.MAX_BYTES; length++) {
      for (int i = 0; i < TEXTS_PER_LENGTH; i++) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
          bytes[at] = (byte) random.nextInt(0x80);
        }
        long[] words = new long[3];

        assertThat(ShortText.read(new String(bytes, StandardCharsets.US_ASCII), words, 1)).isTrue();

        assertThat(words)
            .containsExactly(0, ShortText.head(bytes, 0, length), ShortText.tail(bytes, 0, length));
      }
    }
  }

  @Test
  void read_oneCharThatIsNotAscii_isRefusedWhereverItStands() {
    for (char other : new char[] {'\u0080', 'ÿ', 'Ā', '中', '\ud83d', '\uffff'}) {
      for (int length = 1; length <= ShortText.MAX_BYTES; length++) {
        for (int at = 0; at < length; at++) {
          String text = "x".repeat(at) + other + "x".repeat(length - at - 1);
          assertThat(ShortText.read(text, new long[2], 0)).as(text).isFalse();
        }
      }
    }
  }

  @Test
  void write_anyBytes_areTheSameAgain() {
    for (int length = 0; length <= ShortText.MAX_BYTES; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      byte[] target = new byte[OFFSET + 2 * Long.BYTES];
      long tail = ShortText.tail(bytes, 0, length);

      ShortText.write(ShortText.head(bytes, 0, length), tail, target, OFFSET);

      assertThat(Arrays.copyOfRange(target, OFFSET, OFFSET + length)).isEqualTo(bytes);
      assertThat(ShortText.length(tail)).isEqualTo(length);
    }
  }

  @Test
  void names_textsOfAllLengths_areFoundAsStringAndAsBytes() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (int i = 0; i < TEXTS_PER_LENGTH; i++) {
      numbers.put("中é".repeat(i % 3) + "abc".repeat(i % 9) + i, numbers.size());
    }
    numbers.put("", numbers.size());
    Names names = Names.of(numbers);

    numbers.forEach(
        (text, number) -> {
          assertThat(names.number(text)).isEqualTo(number);
          assertThat(number(names, text)).isEqualTo(number);
          assertThat(number(names, text + '\0')).isEqualTo(Names.ABSENT);
          assertThat(names.number(text + '\0')).isEqualTo(Names.ABSENT);
        });
  }

  private static int number(Names names, String text) {
    byte[] bytes = ("??" + text).getBytes(StandardCharsets.UTF_8);
    return names.number(bytes, 2, bytes.length - 2);
  }

  @Test
  void packedVersion_shortTexts_isThatOfTheBytesOrLeftToThem() {
    int read = 0;
    for (int i = 0; i < 20 * TEXTS_PER_LENGTH; i++) {
      byte[] bytes = new byte[random.nextInt(Long.BYTES + 1)];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = (byte) "00123456789......-v+é".charAt(random.nextInt(20));
      }
      long tail = ShortText.tail(bytes, 0, bytes.length);
      long word = ShortText.word(ShortText.head(bytes, 0, bytes.length), tail);

      long packed = Version.pack(word, bytes.length);

      if (packed != Version.UNREAD) {
        read++;
        assertThat(packed).isEqualTo(Version.pack(bytes, 0, bytes.length));
      }
    }
    assertThat(read).isGreaterThan(TEXTS_PER_LENGTH / 10);
  }

  @Test
  void loneSurrogate_inShortListAndInLongOne_isTheQuestionMarkOfItsBytes() {
    EvaluationContext context = new EvaluationContext();
    context.begin(Sources.of().onOff("f", "").snapshot(), 0, 0, 0);
    context.userKey("\ud83d");
    Names names = Names.of(Map.of("?", 7, "\ud83d\ude00", 8));

    assertThat(context.hash(Schema.USER_KEY_SLOT)).isEqualTo(Bucketing.hash("?"));
    assertThat(context.find(Schema.USER_KEY_SLOT, KeyTable.of(List.of("?"))))
        .isNotEqualTo(KeyTable.ABSENT);
    context.userKey("\ud83d");
    assertThat(context.find(Schema.USER_KEY_SLOT, names)).isEqualTo(7);
    context.userKey("\ud83d\ude00");
    assertThat(context.find(Schema.USER_KEY_SLOT, names)).isEqualTo(8);
  }
}
