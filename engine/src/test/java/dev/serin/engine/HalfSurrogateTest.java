package dev.serin.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A Java text may hold half of a surrogate pair, which is no Unicode and has no UTF-8. It counts as
 * what {@link String#getBytes} makes of it, a question mark, for every condition, list and draw:
 * the same user gets the same answer from a process that evaluates by itself and from the server.
 */
class HalfSurrogateTest {
  private static final long SEED = 20_261_121;
  private static final int ROUNDS = 400;
  private static final List<String> PIECES =
      List.of("a", "?", "é", "水", "\ud83d\ude00", "\ud83d", "\ude00");

  private final Random random = new Random(SEED);
  private final EvaluationContext strings = new EvaluationContext();
  private final EvaluationContext bytes = new EvaluationContext();

  @Test
  void text_ofAnyHalves_isDecidedAsItsUtf8() {
    Map<String, String> unlike = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      String text = text();
      byte[] utf8 = text.getBytes(UTF_8);
      // What documents hold is Unicode: the text as it arrives over the wire, or another.
      String literal = new String((random.nextBoolean() ? text : text()).getBytes(UTF_8), UTF_8);
      Snapshot snapshot = namespace(literal);
      strings.begin(snapshot, 0, 0, 0);
      strings.userKey(text);
      strings.attribute("a", text);
      strings.attribute("list", List.of("x", text));
      bytes.begin(snapshot, 0, 0, 0);
      bytes.userKey(utf8, 0, utf8.length);
      bytes.text(bytes.slot("a"), utf8, 0, utf8.length);
      bytes.attribute("list", List.of("x", new String(utf8, UTF_8)));

      for (CompiledFeature feature : snapshot.features()) {
        if (!feature.evaluate(strings).equals(feature.evaluate(bytes))) {
          unlike.putIfAbsent(
              feature.key(), "literal %s, text %s".formatted(units(literal), units(text)));
        }
      }
    }
    assertThat(unlike).as("first call of each feature decided unlike (seed %d)", SEED).isEmpty();
  }

  private String text() {
    return IntStream.rangeClosed(0, random.nextInt(4))
        .mapToObj(i -> PIECES.get(random.nextInt(PIECES.size())))
        .collect(Collectors.joining());
  }

  private static String units(String text) {
    return text.chars().mapToObj("%04x"::formatted).collect(Collectors.joining(" "));
  }

  /** A feature for each way to compare a text. */
  private static Snapshot namespace(String literal) {
    String quoted = "'" + literal + "'";
    String many =
        IntStream.range(0, 600)
            .mapToObj(i -> "in { string_value: 'other-" + i + "' } ")
            .collect(Collectors.joining());
    return Sources.of()
        .onOff("few", rule("attribute: 'a' in { string_value: " + quoted + " }"))
        .onOff("many", rule("attribute: 'a' " + many + "in { string_value: " + quoted + " }"))
        .onOff("of-list", rule("attribute: 'list' in { string_value: " + quoted + " }"))
        .onOff("starts", rule("attribute: 'a' starts_with: " + quoted))
        .onOff("contains", rule("attribute: 'a' contains: " + quoted))
        .onOff("matches", rule("attribute: 'a' matches: '^[a?é]+$'"))
        .onOff("named", "overrides { variant: 'on' user_keys: " + quoted + " }")
        .segment("key: 'some' included: " + quoted)
        .onOff("segment", rule("segment: 'some'"))
        .onOff(
            "split",
            "splits { id: 's' weights { variant: 'on' weight: 50 } weights { variant: 'off' weight:"
                + " 50 } } default_rule { split: 's' }")
        .snapshot();
  }

  private static String rule(String condition) {
    return "rules { id: 'r' when { " + condition + " } serve { variant: 'on' } }";
  }
}
