package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.Document;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DocumentFilesRoundTripTest {
  private static final int SEEDS = 500;

  @Test
  void yaml_ofRandomDocuments_isReadBackEqual() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomDocuments random = new RandomDocuments(seed);
      List<Document> documents = List.of(random.document(), random.document());
      String text = DocumentFiles.yaml(documents);

      assertThat(parse("seed-" + seed + ".yaml", text)).as(text).isEqualTo(documents);
      assertThat(DocumentFiles.yaml(parse("again.yaml", text))).isEqualTo(text);
    }
  }

  @Test
  void json_ofRandomDocuments_isReadBackEqual() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomDocuments random = new RandomDocuments(seed);
      List<Document> documents = List.of(random.document(), random.document());

      assertThat(parse("seed-" + seed + ".json", DocumentFiles.json(documents)))
          .isEqualTo(documents);
    }
  }

  @Test
  void jsonOfProtobuf_ofRandomDocuments_isReadAsProtobufReadsIt() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      // lowerCamelCase names, as every protobuf library writes them.
      // It leaves U+007F to U+009F as they are, which YAML does not allow.
      String text =
          YamlComposer.escapeUnprintable(
              JsonFormat.printer().print(new RandomDocuments(seed).document()));
      Document.Builder expected = Document.newBuilder();
      JsonFormat.parser().merge(text, expected);

      assertThat(parse("seed-" + seed + ".json", text)).as(text).containsExactly(expected.build());
    }
  }

  @Test
  void json_indentedByTabsOrNotAtAll_isRead() throws Exception {
    Document document = new RandomDocuments(7).document();
    String text = JsonFormat.printer().print(document);

    assertThat(parse("tabs.json", text.replace("\n  ", "\n\t\t"))).containsExactly(document);
    assertThat(parse("flat.json", text.replaceAll("\n *", ""))).containsExactly(document);
    assertThat(parse("bom.json", "\uFEFF" + text)).containsExactly(document);
    assertThat(parse("windows.json", text.replace("\n", "\r\n"))).containsExactly(document);
  }

  @Test
  void documents_fields_areOfTypesThatCanBeReadAndPrinted() {
    List<String> others = new ArrayList<>();
    collect(Document.getDescriptor(), new HashSet<>(), others);

    assertThat(others).isEmpty();
  }

  private static void collect(Descriptor type, Set<Descriptor> seen, List<String> others) {
    for (FieldDescriptor field : type.getFields()) {
      boolean known =
          switch (field.getType()) {
            case FLOAT, BYTES, GROUP -> false;
            default -> !field.isMapField();
          };
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        String name = field.getMessageType().getFullName();
        if (name.startsWith("serin.v1.")) {
          if (seen.add(field.getMessageType())) {
            collect(field.getMessageType(), seen, others);
          }
        } else {
          known &=
              Set.of(
                      "google.protobuf.Value",
                      "google.protobuf.Timestamp",
                      "google.protobuf.Duration")
                  .contains(name);
        }
      }
      if (!known) {
        others.add(field.getFullName());
      }
    }
  }

  private static List<Document> parse(String name, String text) {
    ParsedDocuments parsed = DocumentFiles.parse(name, text.getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.errors()).as(text).isEmpty();
    return parsed.toDocuments();
  }
}
