package dev.serin.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A context means the same whichever way it was fed, and nothing of one call reaches the next. */
class ContextTest {
  private static final int NAMESPACES = 120;
  private static final int CALLS = 25;

  private final EvaluationContext structs = new EvaluationContext();
  private final EvaluationContext strings = new EvaluationContext();
  private final EvaluationContext bytes = new EvaluationContext();

  @Test
  void evaluate_stringsBytesAndStruct_answersAlike() {
    for (int seed = 0; seed < NAMESPACES; seed++) {
      Snapshot snapshot = SnapshotCompiler.compile(new RandomNamespace(seed).source(), null);
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = calls.next();
        call.beginWithStruct(structs, snapshot);
        call.beginWithStrings(strings, snapshot);
        call.beginWithBytes(bytes, snapshot);
        for (CompiledFeature feature : snapshot.features()) {
          Decision decision = feature.evaluate(structs);
          String where = "seed " + seed + ", call " + i + ", " + feature.key();
          assertThat(feature.evaluate(strings)).as(where).isSameAs(decision);
          assertThat(feature.evaluate(bytes)).as(where).isSameAs(decision);
          long unitHash = structs.unitHash(decision);
          assertThat(strings.unitHash(decision)).as(where).isEqualTo(unitHash);
          assertThat(bytes.unitHash(decision)).as(where).isEqualTo(unitHash);
        }
      }
    }
  }

  /** Features that are asked first leave hashes, versions and answers behind for the others. */
  @Test
  void evaluate_featuresInAnyOrder_answersAsAlone() {
    for (int seed = 0; seed < NAMESPACES / 4; seed++) {
      Snapshot snapshot = SnapshotCompiler.compile(new RandomNamespace(seed).source(), null);
      RandomCalls calls = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        Call call = calls.next();
        call.beginWithStrings(strings, snapshot);
        List<Decision> together =
            snapshot.features().stream().map(feature -> feature.evaluate(strings)).toList();
        for (int j = snapshot.features().size() - 1; j >= 0; j--) {
          call.beginWithStrings(bytes, snapshot);
          assertThat(snapshot.features().get(j).evaluate(bytes)).isSameAs(together.get(j));
        }
      }
    }
  }

  /**
   * A String may hold half a character. UTF-8 cannot, and Java sends a question mark instead: the
   * process that evaluates by itself must draw as the server that was sent the String does.
   */
  @Test
  void unit_unpairedSurrogate_isDrawnAsJavaSendsIt() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f",
                """
                splits { id: 's' unit: 'name' weights { variant: 'on' weight: 100 } }
                default_rule { split: 's' }
                """)
            .snapshot();
    for (String text :
        List.of("a\uD83Db", "a\uDE00b", "a\uD83D", "a\uD83D\uD83D\uDE00", "aé\uD83D")) {
      structs.begin(snapshot, 0, 0, 0);
      structs.attribute("name", text);
      Decision decision = snapshot.features().get(0).evaluate(structs);
      byte[] sent = text.getBytes(UTF_8);
      assertThat(structs.unitHash(decision)).isEqualTo(Bucketing.hash(sent, 0, sent.length));
    }
  }

  /** Texts of every length around the steps of hashing and comparing: words, stripes, blocks. */
  @Test
  void text_everyLength_isFoundAndTellsItsNeighbours() {
    for (String letter : List.of("a", "é", "日", "\uD83D\uDE00")) {
      for (int length = 1; length <= 300; length++) {
        String text = letter.repeat(length);
        Snapshot snapshot = equalTo(text);
        assertThat(isOn(snapshot, text)).as(text).isTrue();
        assertThat(isOn(snapshot, text + letter)).as(text).isFalse();
        assertThat(isOn(snapshot, letter.repeat(length - 1))).as(text).isFalse();
        assertThat(isOn(snapshot, letter.repeat(length - 1) + "b")).as(text).isFalse();
        assertThat(isOn(snapshot, "b" + letter.repeat(length - 1))).as(text).isFalse();
      }
    }
  }

  @Test
  void begin_afterAnotherCall_forgetsItsValues() {
    Snapshot snapshot =
        Sources.of()
            .onOff(
                "f", "rules { when { attribute: 'tags' present: true } serve { variant: 'on' } }")
            .onOff(
                "g",
                "rules { when { attribute: 'user_key' present: true } serve { variant: 'on' } }")
            .snapshot();
    CompiledFeature tags = snapshot.features().get(0);
    CompiledFeature user = snapshot.features().get(1);

    structs.begin(snapshot, 0, 0, 0);
    structs.userKey("u-1");
    structs.attribute("tags", List.of("a", 1, true));
    assertThat(tags.evaluate(structs).variant()).isEqualTo("on");
    assertThat(user.evaluate(structs).variant()).isEqualTo("on");

    structs.begin(snapshot, 0, 0, 0);
    assertThat(tags.evaluate(structs).variant()).isEqualTo("off");
    assertThat(user.evaluate(structs).variant()).isEqualTo("off");
  }

  private boolean isOn(Snapshot snapshot, String text) {
    Value value = Value.newBuilder().setStringValue(text).build();
    Call call = new Call("", Map.of("name", value), 0, 0, 0);
    call.beginWithStrings(strings, snapshot);
    call.beginWithBytes(bytes, snapshot);
    CompiledFeature feature = snapshot.features().get(0);
    Decision decision = feature.evaluate(strings);
    assertThat(feature.evaluate(bytes)).as(text).isSameAs(decision);
    return decision.variant().equals("on");
  }

  private static Snapshot equalTo(String text) {
    return Sources.of()
        .onOff(
            "f",
            "rules { when { attribute: 'name' equals { string_value: '"
                + text
                + "' } } serve { variant: 'on' } }")
        .snapshot();
  }
}
