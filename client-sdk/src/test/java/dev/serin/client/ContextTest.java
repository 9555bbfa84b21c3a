package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextTest {
  @Test
  void attributes_ofEachType_areSent() {
    Context context =
        Context.user("u")
            .with("country", "CN")
            .with("age", 18)
            .with("ratio", 0.5)
            .with("beta", true)
            .with("tags", Arrays.asList("a", null, 2, false));

    assertThat(context.userKey()).isEqualTo("u");
    assertThat(context.prepared().problem()).isNull();
    assertThat(context.prepared().attributes().getFieldsMap())
        .containsOnly(
            Map.entry("country", Values.of("CN")),
            Map.entry("age", Values.of(18)),
            Map.entry("ratio", Values.of(0.5)),
            Map.entry("beta", Values.of(true)),
            Map.entry(
                "tags",
                Value.newBuilder()
                    .setListValue(
                        ListValue.newBuilder()
                            .addValues(Values.of("a"))
                            .addValues(Values.of(2))
                            .addValues(Values.of(false)))
                    .build()));
  }

  @Test
  void with_sameNameAgain_replacesAndLeavesTheFormerAlone() {
    Context former = Context.user("u").with("country", "CN");
    Context latter = former.with("country", "DE").with("city", "Bonn");

    assertThat(former.prepared().attributes().getFieldsMap())
        .containsOnly(Map.entry("country", Values.of("CN")));
    assertThat(latter.prepared().attributes().getFieldsMap())
        .containsOnly(Map.entry("country", Values.of("DE")), Map.entry("city", Values.of("Bonn")));
  }

  @Test
  void with_null_takesTheAttributeAway() {
    Context context = Context.user("u").with("country", "CN").with("country", (String) null);

    assertThat(context.prepared().attributes().getFieldsMap()).isEmpty();
  }

  @Test
  void with_map_takesWhatWithTakes() {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("country", "CN");
    attributes.put("age", 18);
    attributes.put("tags", List.of("a"));
    attributes.put("city", null);

    assertThat(Context.anonymous().with(attributes).prepared().attributes())
        .isEqualTo(
            Context.anonymous()
                .with("country", "CN")
                .with("age", 18)
                .with("tags", List.of("a"))
                .prepared()
                .attributes());
  }

  @Test
  void problem_dataOutOfRange_isNamed() {
    assertThat(Context.user("u").with("x", Double.NaN).prepared().problem())
        .isEqualTo("x: NaN (expected: a finite number)");
    assertThat(Context.user("u").with("id", (1L << 53) + 1).prepared().problem())
        .startsWith("id: 9007199254740993 (expected: between -2^53 and 2^53");
    assertThat(Context.user("u").with("id", Long.MIN_VALUE).prepared().problem()).isNotNull();
    assertThat(Context.user("u").with("id", 1L << 53).prepared().problem()).isNull();
    assertThat(Context.user("é".repeat(513)).prepared().problem())
        .isEqualTo("user_key: 1026 bytes (expected: at most 1024 bytes)");
    assertThat(Context.user("é".repeat(512)).prepared().problem()).isNull();
  }

  @Test
  void problem_replacedByGoodData_isGone() {
    assertThat(Context.user("u").with("x", Double.NaN).with("x", 1).prepared().problem()).isNull();
  }

  @Test
  void problem_moreThan256Attributes_isNamed() {
    Context context = Context.anonymous();
    for (int i = 0; i < 256; i++) {
      context = context.with("a" + i, i);
    }
    assertThat(context.prepared().problem()).isNull();
    assertThat(context.with("one-more", 1).prepared().problem())
        .isEqualTo("attributes: 257 (expected: at most 256)");
    assertThat(context.with("one-more", (String) null).prepared().problem()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user_key"})
  void with_nameThatCannotBe_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Context.anonymous().with(name, "x"))
        .withMessageContaining("attribute name: \"" + name + "\" (expected: 1 to 128 characters");
  }

  @Test
  void with_programmersMistakes_areRefusedAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Context.anonymous().with("n".repeat(129), "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Context.anonymous().with("o", List.of(List.of())))
        .withMessageContaining("(expected: a text, a number, a bool, or a list of these)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Context.anonymous().with(Map.of("o", new Object())));
    assertThatNullPointerException().isThrownBy(() -> Context.user(none()));
    assertThatNullPointerException().isThrownBy(() -> Context.anonymous().with(none(), "x"));
  }

  @SuppressWarnings("NullAway") // What a caller without null checks may pass.
  private static String none() {
    return null;
  }
}
