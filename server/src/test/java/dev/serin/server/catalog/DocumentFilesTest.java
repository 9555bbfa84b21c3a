package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.serin.engine.Limits;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Rollout;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DocumentFilesTest {
  private static final String CHECKOUT =
      """
      feature:
        key: checkout
        description: |-
          Pays in one step.
          Asked for by the shop team.
        tags: [payment, "no", "2026-01-01"]
        type: bool
        variants:
          - key: "on"
            value: true
          - key: "off"
            value: false
        off_variant: "off"
        default_variant: "off"
        schedule:
          from: "2026-01-31T12:00:00Z"
        splits:
          - id: main
            weights:
              - variant: "on"
                weight: 25
              - variant: "off"
                weight: 75
            bucketing: xxh3_mix64
        rules:
          - id: beta
            when:
              - attribute: country
                in: [CN, JP, 7, true]
              - attribute: version
                version:
                  at_least: 2.3.0
            serve:
              split: main
      """;

  @Test
  void yaml_ofFeature_readsLikeWrittenByHand() {
    assertThat(DocumentFiles.yaml(parse(CHECKOUT).toDocuments())).isEqualTo(CHECKOUT);
  }

  @Test
  void yaml_wordsThatOldReadersTakeForBools_areTexts() {
    ParsedDocuments parsed =
        parse(
            """
            segment:
              key: no
              included: [NO, on, off, Yes, n, 12:30, 1.0, 2026-01-01]
              when:
                - {attribute: country, equals: NO}
                - {attribute: version, version: {at_least: 2.30}}
            """);

    assertThat(parsed.errors()).isEmpty();
    Document document = parsed.toDocuments().get(0);
    assertThat(document.getSegment().getKey()).isEqualTo("no");
    assertThat(document.getSegment().getIncludedList())
        .containsExactly("NO", "on", "off", "Yes", "n", "12:30", "1.0", "2026-01-01");
    assertThat(document.getSegment().getWhen(0).getEquals().getStringValue()).isEqualTo("NO");
    assertThat(document.getSegment().getWhen(1).getVersion().getAtLeast()).isEqualTo("2.30");
  }

  @Test
  void yaml_enumsNumbersAndTimes_mayBeWrittenInEachOfTheirForms() {
    ParsedDocuments parsed =
        parse(
            """
            - feature: {key: a, type: bool}
            - feature: {key: b, type: VALUE_TYPE_BOOL, defaultVariant: x}
            - feature: {key: c, type: 1, default_variant: x}
            - rollout: {key: d, stale_after: 90s, stages: [{minimum_users: "12345678901234567"}]}
            - rollout: {key: e, stale_after: 0.5s, stages: [{minimum_users: 1e3}]}
            """);

    assertThat(parsed.errors()).isEmpty();
    List<Document> documents = parsed.toDocuments();
    assertThat(documents.subList(0, 3))
        .allMatch(document -> document.getFeature().getType() == ValueType.VALUE_TYPE_BOOL);
    assertThat(documents.get(1).getFeature().getDefaultVariant()).isEqualTo("x");
    Rollout rollout = documents.get(3).getRollout();
    assertThat(Durations.toMillis(rollout.getStaleAfter())).isEqualTo(90_000);
    assertThat(rollout.getStages(0).getMinimumUsers()).isEqualTo(12_345_678_901_234_567L);
    assertThat(documents.get(4).getRollout().getStages(0).getMinimumUsers()).isEqualTo(1_000);
    assertThat(Durations.toMillis(documents.get(4).getRollout().getStaleAfter())).isEqualTo(500);
  }

  @Test
  void yaml_aliases_standForWhatTheyName() {
    ParsedDocuments parsed =
        parse(
            """
            segment:
              key: beta
              included: &staff [ann, bob]
              excluded: *staff
            """);

    assertThat(parsed.errors()).isEmpty();
    assertThat(parsed.toDocuments().get(0).getSegment().getExcludedList())
        .containsExactly("ann", "bob");
  }

  @Test
  void optionalFields_statedAsTheirZero_areThere() {
    Condition condition =
        parse("segment: {key: beta, when: [{attribute: x, present: false}]}")
            .toDocuments()
            .get(0)
            .getSegment()
            .getWhen(0);

    assertThat(condition.hasPresent()).isTrue();
    assertThat(condition.getPresent()).isFalse();
  }

  @Test
  void violations_located_haveTheLineOfTheirFieldOrOfTheNearestAround() {
    ParsedDocuments parsed = parse(CHECKOUT.replace("off_variant", "offVariant"));

    assertThat(
            parsed.locate(
                List.of(
                    violation("rules[0].when[1].version.at_least"),
                    violation("rules[0].when[1].version.less_than"),
                    violation("rules[0].serve.variant"),
                    violation("rules[3]"),
                    violation("splits[0].weights[1].weight"),
                    violation("off_variant"),
                    violation("variants[0].value.colors[3]"),
                    violation(""),
                    new FieldViolation("segment/beta", "when", "bad"))))
        .extracting(FileError::toString)
        .containsExactly(
            "f.yaml:1:1: bad",
            "f.yaml:10:7: variants[0].value.colors[3]: bad",
            "f.yaml:13:3: off_variant: bad",
            "f.yaml:23:11: splits[0].weights[1].weight: bad",
            "f.yaml:25:3: rules[3]: bad",
            "f.yaml:31:11: rules[0].when[1].version.less_than: bad",
            "f.yaml:32:13: rules[0].when[1].version.at_least: bad",
            "f.yaml:33:7: rules[0].serve.variant: bad",
            "segment/beta: when: bad");
  }

  @Test
  void file_largerThanItsLimit_isRefusedUnread(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("large.yaml");
    byte[] bytes = new byte[10_000_000];
    Arrays.fill(bytes, (byte) '#');
    Files.write(file, bytes);

    assertErrors(file, file + ": 10000000 bytes (expected: at most 8388608)");
    assertThat(DocumentFiles.parse("f.yaml", bytes).errors())
        .extracting(FileError::toString)
        .containsExactly("f.yaml: 10000000 bytes (expected: at most 8388608)");
  }

  @Test
  void file_binary_isRefusedWithItsFirstByteThatIsNoText(@TempDir Path directory)
      throws IOException {
    Path png = Files.write(directory.resolve("a.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    Path zeros = Files.write(directory.resolve("b.yaml"), new byte[] {'a', ':', 0, 0});
    Path cut = Files.write(directory.resolve("c.yaml"), new byte[] {'#', (byte) 0xE6, (byte) 0xBC});
    Path utf16 = Files.writeString(directory.resolve("d.yaml"), "a", StandardCharsets.UTF_16);
    Path bell = Files.writeString(directory.resolve("e.yaml"), "a:\n  - \u0007");

    assertErrors(png, png + ": byte 0x89 at offset 0 (expected: YAML or JSON as UTF-8 text)");
    assertErrors(zeros, zeros + ": byte 0x00 at offset 2 (expected: YAML or JSON as UTF-8 text)");
    assertErrors(cut, cut + ": byte 0xE6 at offset 1 (expected: YAML or JSON as UTF-8 text)");
    assertErrors(utf16, utf16 + ": byte 0xFE at offset 0 (expected: YAML or JSON as UTF-8 text)");
    assertErrors(
        bell,
        bell + ":2:5: character U+0007 (expected: printable characters, in double quotes \\u0007)");
  }

  @Test
  void file_thatIsNotThere_isAnError(@TempDir Path directory) {
    Path file = directory.resolve("none.yaml");

    assertErrors(file, file + ": not there (expected: a file)");
  }

  @Test
  void jsonFile_cutAnywhere_isAnErrorOrTheWhole() {
    String json = DocumentFiles.json(parse(CHECKOUT).toDocuments()).strip();
    for (int end = 0; end < json.length(); end++) {
      assertThat(parse(json.substring(0, end)).errors()).as("cut at %d", end).isNotEmpty();
    }
    assertThat(parse(json).errors()).isEmpty();
  }

  @Test
  void directory_read_givesTheFilesOfAllFoldersByPath(@TempDir Path directory) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("shop/search"));
    Files.writeString(folder.resolve("ranking.yml"), "layer: {key: ranking}");
    Files.writeString(directory.resolve("b.json"), "{\"layer\": {\"key\": \"b\"}}");
    Files.writeString(directory.resolve("A.YAML"), "layer: {key: a}");
    for (String ignored :
        List.of("README.md", "a.yaml~", ".a.yaml.swp", "#a.yaml#", ".hidden.yaml", "a.yaml.bak")) {
      Files.writeString(directory.resolve(ignored), "no document");
    }

    ParsedDocuments parsed = DocumentFiles.read(directory);

    assertThat(parsed.errors()).isEmpty();
    assertThat(parsed.documents())
        .extracting(LocatedDocument::name)
        .containsExactly("layer/a", "layer/b", "layer/ranking");
  }

  @Test
  void directory_sameDocumentInTwoFiles_namesBothPlaces(@TempDir Path directory)
      throws IOException {
    Files.writeString(directory.resolve("a.yaml"), "---\nlayer: {key: ui}");
    Files.writeString(directory.resolve("b.yaml"), "layer:\n  key: ui");

    assertThat(DocumentFiles.read(directory).errors())
        .extracting(FileError::toString)
        .containsExactly(
            directory.resolve("b.yaml")
                + ":2:3: key: layer/ui: stated twice, first in "
                + directory.resolve("a.yaml")
                + ":2:1 (expected: once)");
  }

  @Test
  void directory_linkedIntoItself_endsWithAnError(@TempDir Path directory) throws IOException {
    Files.createSymbolicLink(directory.resolve("again"), directory);

    assertThat(DocumentFiles.read(directory).errors())
        .singleElement()
        .asString()
        .endsWith("/again: a link to a folder that it stands in (expected: none)");
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void directory_withAPipeInIt_isNotWaitedFor(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("a.yaml");
    DocumentDirectory.makePipe(pipe);

    assertErrors(directory, pipe + ": a pipe, a socket or a device (expected: a regular file)");
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipe_thatIsNamed_isRead(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("documents");
    DocumentDirectory.makePipe(pipe);
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      var written = writer.submit(() -> Files.writeString(pipe, "layer: {key: a}"));

      assertThat(DocumentFiles.read(pipe).documents())
          .extracting(LocatedDocument::name)
          .containsExactly("layer/a");
      written.get();
    }
  }

  @Test
  void value_asDeepAsAllowed_isReadBackFromAList() {
    int depth = Limits.MAX_VALUE_DEPTH;
    Value value = Value.newBuilder().setBoolValue(true).build();
    for (int i = 0; i < depth; i++) {
      value = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(value)).build();
    }
    Document deep =
        Document.newBuilder()
            .setFeature(
                Feature.newBuilder()
                    .setKey("deep")
                    .addVariants(Variant.newBuilder().setKey("on").setValue(value)))
            .build();
    Document other = parse("layer: {key: a}").toDocuments().get(0);

    ParsedDocuments parsed = parse(DocumentFiles.json(List.of(deep, other)));

    assertThat(parsed.errors()).isEmpty();
    assertThat(parsed.toDocuments()).containsExactly(deep, other);
  }

  @Test
  void errors_beyondTheirLimit_areCounted() {
    assertThat(parse("layer: {key: ui}\n---\nlayer: {keys: ui}\n---\n".repeat(150)).errors())
        .hasSize(FileErrors.MAX_ERRORS + 1)
        .last()
        .hasToString("f.yaml: 50 more errors");
  }

  @Test
  void emptyDocuments_betweenOthers_areNothing() {
    ParsedDocuments parsed = parse("---\nlayer: {key: a}\n---\n---\nlayer: {key: b}\n---\n");

    assertThat(parsed.errors()).isEmpty();
    assertThat(parsed.documents()).hasSize(2);
  }

  @Test
  void feature_statedAsNullFields_hasThemAbsent() {
    Feature feature =
        parse("feature: {key: a, rules: , layer: null, tags: ~}").toDocuments().get(0).getFeature();

    assertThat(feature).isEqualTo(Feature.newBuilder().setKey("a").build());
  }

  private static FieldViolation violation(String field) {
    return new FieldViolation("feature/checkout", field, "bad");
  }

  private static ParsedDocuments parse(String text) {
    return DocumentFiles.parse("f.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertErrors(Path file, String... errors) {
    assertThat(DocumentFiles.read(file).errors())
        .extracting(FileError::toString)
        .containsExactly(errors);
  }
}
