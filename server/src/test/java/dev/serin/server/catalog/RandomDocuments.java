package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.serin.v1.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random documents that fill every kind of field. They are well-formed messages, not valid
 * features: what reads, prints and compares documents must hold for all of them.
 */
final class RandomDocuments {
  /** Messages inside messages; deeper ones stay empty. */
  private static final int MAX_DEPTH = 5;

  /** Texts that a reader of YAML or JSON may take for something else. */
  private static final List<String> TEXTS =
      List.of(
          "",
          "no",
          "NO",
          "on",
          "off",
          "~",
          "null",
          "true",
          "False",
          "1",
          "1.0",
          "-0",
          "0x1F",
          "0o17",
          "1e3",
          ".5",
          ".inf",
          ".nan",
          "1_000",
          "12:30:45",
          "2026-01-01",
          "2026-01-01T00:00:00Z",
          "<<",
          "=",
          "-",
          "- a",
          "? a",
          ": a",
          "a: b",
          "a:",
          "a #b",
          "#b",
          "!tag",
          "&anchor",
          "*alias",
          "%dir",
          "@at",
          "`tick",
          "'quoted'",
          "\"quoted\"",
          "it's",
          "[a]",
          "{a: b}",
          "a, b",
          "|",
          ">",
          "---",
          "...",
          " leading",
          "trailing ",
          "two\nlines",
          "two\nlines\n",
          "\n",
          "tab\tinside",
          "back\\slash",
          "nul\u0000bell\u0007",
          "line\u2028sep\u0085nel",
          "\uFEFFbom",
          "漢字",
          "😀",
          "é\u0301",
          "^v[0-9]+$",
          "a".repeat(200),
          "words ".repeat(40).strip());

  private final Random random;

  RandomDocuments(long seed) {
    this.random = new Random(seed);
  }

  /** A document of any kind. */
  Document document() {
    List<FieldDescriptor> kinds = Document.getDescriptor().getFields();
    FieldDescriptor kind = kinds.get(random.nextInt(kinds.size()));
    Document.Builder document = Document.newBuilder();
    return document.setField(kind, message(document.newBuilderForField(kind), 0)).build();
  }

  /** The document with a few fields changed, lists shuffled, shortened or extended. */
  Document changed(Document document) {
    FieldDescriptor kind = document.getAllFields().keySet().iterator().next();
    Message.Builder content = ((Message) document.getField(kind)).toBuilder();
    mutate(content, 0);
    return Document.newBuilder().setField(kind, content.build()).build();
  }

  private void mutate(Message.Builder message, int depth) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (random.nextInt(3) != 0) {
        continue;
      }
      if (field.isRepeated()) {
        mutateList(message, field, depth);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !isWellKnown(field)
          && message.hasField(field)) {
        Message.Builder child = ((Message) message.getField(field)).toBuilder();
        mutate(child, depth + 1);
        message.setField(field, child.build());
      } else if (random.nextBoolean()) {
        message.clearField(field);
      } else {
        message.setField(field, value(message, field, depth));
      }
    }
  }

  private void mutateList(Message.Builder message, FieldDescriptor field, int depth) {
    ArrayList<Object> elements = new ArrayList<>((List<?>) message.getField(field));
    switch (random.nextInt(4)) {
      case 0 -> Collections.shuffle(elements, random);
      case 1 -> elements.add(random.nextInt(elements.size() + 1), value(message, field, depth));
      case 2 -> {
        if (!elements.isEmpty()) {
          elements.remove(random.nextInt(elements.size()));
        }
      }
      default -> {
        if (!elements.isEmpty()) {
          elements.set(random.nextInt(elements.size()), value(message, field, depth));
        }
      }
    }
    message.setField(field, elements);
  }

  private Message message(Message.Builder message, int depth) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean oneofTaken =
          field.getContainingOneof() != null && message.hasOneof(field.getContainingOneof());
      if (oneofTaken || random.nextInt(depth + 2) != 0) {
        continue;
      }
      if (field.isRepeated()) {
        for (int n = random.nextInt(4); n > 0; n--) {
          message.addRepeatedField(field, value(message, field, depth));
        }
      } else {
        message.setField(field, value(message, field, depth));
      }
    }
    return message.build();
  }

  private Object value(Message.Builder owner, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case STRING -> text();
      case BOOLEAN -> random.nextBoolean();
      case DOUBLE -> number();
      case FLOAT -> (float) number();
      case INT -> random.nextBoolean() ? random.nextInt(200) : random.nextInt();
      case LONG -> random.nextBoolean() ? (long) random.nextInt(200) : random.nextLong();
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case MESSAGE -> {
        Message.Builder child = owner.newBuilderForField(field);
        if (child instanceof Value.Builder) {
          yield json(0);
        } else if (child instanceof Timestamp.Builder) {
          yield Timestamp.newBuilder().setSeconds(random.nextInt()).setNanos(nanos()).build();
        } else if (child instanceof Duration.Builder) {
          yield Duration.newBuilder().setSeconds(random.nextInt(100_000)).setNanos(nanos()).build();
        }
        yield depth < MAX_DEPTH ? message(child, depth + 1) : child.build();
      }
      case BYTE_STRING -> throw new IllegalStateException(field + ": no document has bytes");
    };
  }

  private Value json(int depth) {
    return switch (random.nextInt(depth < 3 ? 6 : 4)) {
      case 0 -> Value.newBuilder().setBoolValue(random.nextBoolean()).build();
      case 1 -> Value.newBuilder().setNumberValue(number()).build();
      case 2 -> Value.newBuilder().setStringValue(text()).build();
      case 3 -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
      case 4 -> {
        ListValue.Builder list = ListValue.newBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
          list.addValues(json(depth + 1));
        }
        yield Value.newBuilder().setListValue(list).build();
      }
      default -> {
        Struct.Builder struct = Struct.newBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
          struct.putFields(text(), json(depth + 1));
        }
        yield Value.newBuilder().setStructValue(struct).build();
      }
    };
  }

  private String text() {
    if (random.nextInt(4) != 0) {
      return TEXTS.get(random.nextInt(TEXTS.size()));
    }
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0x3000);
      text.appendCodePoint(codePoint);
    }
    return text.toString();
  }

  private double number() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(1_000);
      case 1 -> -random.nextInt(1_000) / 8.0;
      case 2 -> random.nextLong();
      case 3 -> random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300);
      default -> random.nextDouble();
    };
  }

  private int nanos() {
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> random.nextInt(1_000) * 1_000_000;
      default -> random.nextInt(1_000_000_000);
    };
  }

  private static boolean isWellKnown(FieldDescriptor field) {
    return field.getMessageType().getFile().getPackage().equals("google.protobuf");
  }
}
